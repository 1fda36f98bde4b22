import FileFormats
import NeuralNetworks
import SearchSpaces
import TestSupport
import Testing

@testable import ProfileEvaluation

@Suite("a table of measured architectures")
struct MeasuredArchitecturesTests {
  /// The small space's networks give logits of images with a single pixel.
  private var images: TypicalImages {
    var images = TypicalImages()
    images.shape = TensorShape(height: 1, width: 1, channels: 7)
    return images
  }

  private func read(_ text: String) throws -> MeasuredArchitectures {
    try MeasuredArchitectures(
      CSVTable(text: text, file: "m.csv"), of: SmallSpace.space(), images: images)
  }

  @Test("is read row by row, with energies where there are any")
  func rows() throws {
    let measured = try read(
      """
      note,energy_mj,latency_ms,architecture
      one,,1.5,00
      two,7,2.5,21
      three,nan,0.5,10
      """)
    let space = try SmallSpace.space()
    #expect(measured.architectures.map(space.key) == ["00", "21", "10"])
    #expect(measured.measurements.map(\.latencyMilliseconds) == [1.5, 2.5, 0.5])
    #expect(measured.measurements.map(\.energyMillijoules) == [nil, 7, nil])
    #expect(measured.measurements.map(\.workload.origin?.key) == ["00", "21", "10"])
    #expect(measured.measurements.allSatisfy { $0.workload.origin?.space == "small" })
    let plain = try read("architecture,latency_ms\n12,3")
    #expect(plain.measurements.map(\.energyMillijoules) == [nil])
  }

  @Test("has its columns where it is told")
  func columns() throws {
    let space = try SmallSpace.space()
    let measured = try MeasuredArchitectures(
      CSVTable(text: "latency_ms,cell,pi\n9,02,4", file: "m.csv"), of: space, images: images,
      columns: ("cell", "pi"))
    #expect(measured.measurements.map(\.latencyMilliseconds) == [4])
  }

  @Test(
    "takes an architecture that stands in several rows for one, with the mean of its logarithms")
  func repeated() throws {
    let measured = try read("architecture,latency_ms,energy_mj\n12,2,\n02,5,1\n12,8,3")
    #expect(measured.architectures.count == 2)
    let latencies = measured.measurements.map(\.latencyMilliseconds)
    #expect(abs(latencies[0] - 4) < 1e-12 && latencies[1] == 5)
    #expect(measured.measurements.map(\.energyMillijoules) == [3, 1])
    // Two and eight milliseconds are not those of one network.
    let contradictions = measured.contradictions
    #expect(contradictions.map { try? SmallSpace.space().key(of: $0.architecture) } == ["12"])
    #expect(contradictions.map(\.milliseconds) == [2...8])
    #expect(try read("architecture,latency_ms\n12,2\n12,2.5").contradictions.isEmpty)
  }

  @Test("is an error that names the row where no network can be made of an architecture")
  func unbuildable() throws {
    #expect(throws: CSVError.self) {
      let space = try SmallSpace.space()
      _ = try MeasuredArchitectures(
        CSVTable(text: "architecture,latency_ms\n00,1", file: "m.csv"), of: space,
        images: space.images)
    }
  }

  @Test(
    "is refused with file, line, column and expectation",
    arguments: [
      (
        "architecture,latency_ms\n00,1\n09,2",
        "m.csv:3: architecture: got '09', expected a key of the space small"
      ),
      (
        "architecture,latency_ms\n00,1\n000,2",
        "m.csv:3: architecture: got '000', expected a key of the space small"
      ),
      (
        "architecture,latency_ms\n,1",
        "m.csv:2: architecture: got an empty field, expected a key of the space small"
      ),
      (
        "architecture,latency_ms\n00,0",
        "m.csv:2: latency_ms: got '0', expected milliseconds above 0"
      ),
      (
        "architecture,latency_ms\n00,1\n01,-2",
        "m.csv:3: latency_ms: got '-2', expected milliseconds above 0"
      ),
      (
        "architecture,latency_ms\n00,1\n01,",
        "m.csv:3: latency_ms: got an empty field, expected milliseconds above 0"
      ),
      (
        "architecture,latency_ms\n00,nan",
        "m.csv:2: latency_ms: got 'nan', expected milliseconds above 0"
      ),
      ("architecture,latency_ms\n00,fast", "m.csv:2: latency_ms: got 'fast', expected a number"),
      ("architecture,latency_ms\n00,inf", "m.csv:2: latency_ms: got 'inf', expected a number"),
      (
        "architecture,latency_ms,energy_mj\n00,1,2\n01,1,0",
        "m.csv:3: energy_mj: got '0', expected millijoules above 0"
      ),
      (
        "architecture,latency_ms,energy_mj\n00,1,much",
        "m.csv:2: energy_mj: got 'much', expected a number"
      ),
      (
        "architecture,ms\n00,1",
        "m.csv: got the columns architecture, ms, expected a column 'latency_ms'"
      ),
      (
        "cell,latency_ms\n00,1",
        "m.csv: got the columns cell, latency_ms, expected a column 'architecture'"
      ),
      ("architecture,latency_ms\n", "m.csv: got a header alone, expected at least one row"),
    ])
  func wrong(text: String, message: String) {
    expectError([message]) { _ = try read(text) }
  }
}
