import Foundation
import Testing

@testable import Reports

@Suite("the chart of the front")
struct ParetoChartTests {
  private func chart(_ study: MadeUpStudy) throws -> ParetoChart {
    ParetoChart(try study.inputs())
  }

  private func count(_ look: String, in drawing: String) -> Int {
    drawing.components(separatedBy: "class=\"\(look)\"").count - 1
  }

  @Test("has a mark for every trial, student, baseline and infeasible architecture")
  func marks() throws {
    let chart = try chart(.realistic)
    let drawing = chart.drawing().source
    // Each kind of mark stands once more in the legend.
    #expect(count("flash", in: drawing) == 31 - 4 + 1)
    #expect(count("chosen", in: drawing) == 4 + 1)
    #expect(count("student", in: drawing) == 4 + 1)
    #expect(count("baseline", in: drawing) == 4 + 1)
    #expect(count("teacher", in: drawing) == 1)
    #expect(count("bound", in: drawing) == 1)
    let beyond = chart.infeasible.count { !chart.costScale.domain.contains($0) }
    #expect(count("over", in: drawing) == 60 - beyond + 1)
    #expect(drawing.contains("(\(beyond) more beyond this axis)"))
  }

  @Test("has a horizontal bar of one standard error at every point whose cost is predicted")
  func costBars() throws {
    let chart = try chart(.realistic)
    #expect(chart.students.allSatisfy { abs($0.costError - 0.4 * $0.cost) < 1e-9 })
    let drawing = chart.drawing().source
    #expect(count("cost-bar faint", in: drawing) == 31 - 4)
    // One for each student, one in the legend.
    #expect(count("cost-bar", in: drawing) == 4 + 1)
    #expect(drawing.contains("± one standard error of the predicted latency"))
    var exact = MadeUpStudy.small
    exact.minimize = ["macs"]
    #expect(count("cost-bar", in: try self.chart(exact).drawing().source) == 0)
  }

  @Test("keeps all marks inside of the drawing", arguments: ReportedStudy.allCases)
  func insideOfDrawing(reported: ReportedStudy) throws {
    let drawing = ParetoChart(try reported.report().inputs).drawing().source
    let box = try #require(drawing.firstMatch(of: /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/))
    let (width, height) = (try #require(Double(box.1)), try #require(Double(box.2)))
    for match in drawing.matches(of: /\ (?:cx|x|x1|x2)="([^"]*)"/) {
      #expect((0...width).contains(try #require(Double(match.1))))
    }
    for match in drawing.matches(of: /\ (?:cy|y|y1|y2)="([^"]*)"/) {
      #expect((0...height).contains(try #require(Double(match.1))))
    }
  }

  @Test("joins the front by a staircase that only rises, past dominated students")
  func staircase() throws {
    let corners = try chart(.small).staircase
    #expect(corners.map(\.cost) == [1, 4, 4])
    #expect(corners.map { $0.accuracy.fixed(2) } == ["89.00", "89.00", "91.36"])
  }

  @Test("does not let one failed flash trial flatten all the rest")
  func outlier() throws {
    var study = MadeUpStudy.realistic
    study.events += [MadeUpStudy.proposed(32, latency: 1.1), MadeUpStudy.finished(32, 0.1)]
    let chart = try chart(study)
    #expect(chart.accuracyScale.domain.lowerBound > 70)
    #expect(chart.drawing().source.contains("flash accuracy below the axis (1)"))
  }

  @Test("leaves out a budget far from every student, and says so")
  func distantBudget() throws {
    var study = MadeUpStudy.small
    study.constraints = ["latency_ms<=500"]
    let drawing = try chart(study).drawing().source
    #expect(drawing.contains("budget beyond this axis: latency_ms&lt;=500"))
  }

  @Test("draws the bounds of budgets too, their labels beside one another")
  func budgets() throws {
    var study = MadeUpStudy.small
    study.finalists = #"{"count": 4}"#
    study.others = [
      #""budgets": ["latency_ms<=2", "latency_ms<=2.1", "latency_ms<=2.2", "macs<=9"]"#
    ]
    let chart = try chart(study)
    #expect(chart.bounds.map(\.value) == [5, 2, 2.1, 2.2])
    #expect(chart.bounds.map(\.isForAll) == [true, false, false, false])
    let drawing = chart.drawing().source
    #expect(count("bound", in: drawing) == 4)
    // Two rows of labels: the third one in the same place finds no room.
    #expect(count("bound-label", in: drawing) == 3)
    #expect(drawing.contains("<title>budget: latency_ms&lt;=2.2</title>"))
  }

  @Test("shows costs in the unit in which people read them")
  func units() throws {
    var study = MadeUpStudy.small
    study.minimize = ["peak_memory_bytes"]
    study.constraints = ["peak_memory_bytes<=512000"]
    let chart = try chart(study)
    #expect(chart.students.map { $0.cost.fixed(1) } == ["98.6", "186.5", "274.4"])
    #expect(chart.bounds.map(\.value) == [500])
    #expect(chart.drawing().source.contains("peak memory (KiB"))
  }

  @Test("stands alone with its own colours, and takes those of the page in a page")
  func colours() throws {
    let report = try MadeUpStudy.small.report()
    #expect(report.frontSVG.contains("#0b5cad"))
    #expect(!report.frontSVG.contains("var(--"))
    #expect(report.html.contains(".chart .student { fill: var(--student); }"))
  }

  @Test("puts labels where they hide nothing, if there is room")
  func labels() {
    let box = LabelPlacer.Box(left: 0, top: 0, right: 200, bottom: 200)
    var placer = LabelPlacer(
      obstacles: [.init(x: 100, y: 100, radius: 6), .init(x: 84, y: 92, radius: 8)], bounds: box)
    let obstacles = placer.obstacles
    _ = placer.place("12", look: "name", x: 100, y: 100)
    let label = placer.obstacles[2]
    #expect(obstacles.allSatisfy { $0.overlap(label) == 0 })
    var corner = LabelPlacer(obstacles: [], bounds: box)
    _ = corner.place("12", look: "name", x: 2, y: 2)
    #expect(corner.obstacles[0].left >= 0 && corner.obstacles[0].top >= 0)
  }
}
