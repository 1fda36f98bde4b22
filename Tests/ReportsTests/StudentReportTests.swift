import NeuralNetworks
import Testing

@testable import HardwareProfiles
@testable import Reports
@testable import Studies

@Suite("a report's students, one by one")
struct StudentReportTests {
  /// `single` with the costs that its student's network has.
  private func study() throws -> MadeUpStudy {
    var study = MadeUpStudy.single
    let space = try study.space()
    let key = MadeUpStudy.key(2)
    let workload = try space.workload(
      of: space.architecture(key: key), input: space.images.shape, classes: space.images.classes)
    let costs = Costs(workload, on: try study.profiles())
    study.events = study.events.map { event in
      guard case .proposed(let value) = event, value.trial == 2 else { return event }
      return .proposed(JournalEvent.Proposed(trial: 2, key: key, costs: costs))
    }
    return study
  }

  @Test("list the layers with shapes, MACs, bytes and shares of the latency")
  func layers() throws {
    let inputs = try study().inputs()
    let student = try #require(inputs.results.students.first)
    let layers = try #require(LayerTable(student.key, student.costs, inputs))
    #expect(layers.layers.reduce(0) { $0 + $1.kernel.macs } == student.costs.macs)
    #expect(abs(layers.layers.reduce(0) { $0 + $1.macShare } - 1) < 1e-9)
    #expect(abs(layers.layers.reduce(0) { $0 + $1.latencyShares[0] } - 1) < 1e-9)
    let table = layers.table(caption: "Layers")
    #expect(table.rows[0][0].hasPrefix("convolution 3×3, stride 2"))
    #expect(table.rows[0][1] == "28×28×1" && table.rows[0][2] == "14×14×16")
    #expect(table.rows.allSatisfy { $0.count == table.columns.count })
    let bytes = table.rows.compactMap { Int($0[table.columns.count - 2]) }.reduce(0, +)
    #expect(bytes == student.costs.devices[0].weightBytes)
    let drawing = LayerChart(trial: 2, layers: layers).drawing().source
    #expect(complaintAboutXML(drawing) == nil)
    #expect(drawing.matches(of: /<rect/).count == layers.layers.count + 5)
  }

  @Test("say how each is exported")
  func export() throws {
    let html = try study().report().html
    #expect(html.contains("<details id=\"student-2\">"))
    #expect(html.contains("autodistill export FOLDER \(MadeUpStudy.key(2)) --format onnx"))
    #expect(html.contains("Layers of trial 2"))
  }

  @Test("show what each takes for what, by the classes' names")
  func confusion() throws {
    let inputs = try MadeUpStudy.answered.inputs()
    let student = try #require(inputs.results.students.first)
    let table = try #require(inputs.confusionTable(student))
    let outcome = try #require(student.runs.first?.testOutcome)
    #expect(table.columns.count == 11 && table.rows.count == 10)
    #expect(table.rows[0][0] == "T-shirt/top" && table.columns[2].title == "Trouser")
    let cells = table.rows.flatMap { $0.dropFirst().compactMap { Int($0) } }
    #expect(cells.reduce(0, +) == outcome.metrics.confusion.count)
    let right = table.rows.enumerated().compactMap { Int($1[$0 + 1]) }
    #expect(right.reduce(0, +) == outcome.metrics.confusion.correct)
    #expect(try MadeUpStudy.answered.report().html.contains("Confusion matrix of trial"))
    let old = try MadeUpStudy.small.inputs()
    #expect(try old.confusionTable(#require(old.results.students.first)) == nil)
  }

  @Test("say that layers are not known where the images are of another size")
  func unknownImages() throws {
    let text = "\(try MadeUpStudy.small.inputs().architectureSection?.blocks ?? [])"
    #expect(text.contains("Its layers are not listed"))
    #expect(try MadeUpStudy.infeasible.inputs().architectureSection == nil)
  }
}
