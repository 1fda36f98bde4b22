import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  static func measured(
    _ trial: Int, _ milliseconds: Double, isComparable: Bool = true, isDrifting: Bool = false
  ) -> JournalEvent {
    .measured(
      JournalEvent.Measured(
        trial: trial, key: key(trial), profile: "small-board", source: "host",
        measurementProtocol: isComparable
          ? "Small board, one core at 1 GHz; some runtime" : "Another; way",
        isComparable: isComparable,
        latencyMilliseconds: milliseconds, latencyStandardErrorMilliseconds: 0.0123, samples: 75,
        drift: 1.004, referenceMilliseconds: 1.5, isDrifting: isDrifting, isDisturbed: false,
        attempts: isDrifting ? 2 : 1))
  }

  /// `small` with latencies from its device; the last student takes longer than its 5 ms.
  static func measured(_ latencies: [Double] = [1.5, 2.75, 5.25]) -> MadeUpStudy {
    var study = small
    study.events += latencies.enumerated().map { measured($0, $1) }
    return study
  }
}

@Suite("a report of measured students")
struct MeasuredReportTests {
  private func cells(_ study: MadeUpStudy) throws -> [[String: String]] {
    let table = try study.report().model.front
    return table.rows.map { Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), $0)) }
  }

  @Test("keeps predicted and measured latencies, and says which the front is made of")
  func both() throws {
    let rows = try cells(.measured())
    #expect(rows.map { $0["latency_ms"] } == ["1.00000", "2.50000", "4.00000"])
    #expect(rows.map { $0["measured_latency_ms"] } == ["1.50000", "2.75000", "5.25000"])
    #expect(rows.map { $0["measured_latency_se_ms"] } == ["0.01230", "0.01230", "0.01230"])
    #expect(rows.allSatisfy { $0["front_latency"] == "measured" })
    #expect(rows.map { $0["broken_constraint"] } == ["", "", "latency_ms<=5"])
    #expect(rows.map { $0["on_front"] } == ["true", "false", "false"])
    #expect(rows.allSatisfy { $0["measured_soundness"] == "sound" })
    let json = try MadeUpStudy.measured().report().frontJSON
    #expect(json.contains("\"front_latency\": \"measured\""))
    #expect(json.contains("\"measured_latency_ms\": 1.50000"))
    #expect(json.contains("\"reason\": \"complete\""))
  }

  @Test("says in a sentence and in the table that a student breaks its budget")
  func demoted() throws {
    let report = try MadeUpStudy.measured().report()
    let sentence =
      "Measured on the device, trial 2 takes 5.25 ms (predicted: 4.00 ms) and breaks latency_ms<=5: "
      + "it is not on the front."
    #expect(report.headline.contains(sentence))
    #expect(report.headline[0].hasPrefix("Best student within the budget: trial 0"))
    #expect(report.headline[0].contains("at 1.50 ms measured latency"))
    let text = report.markdown
    #expect(text.contains("| breaks latency_ms&lt;=5 |") && text.contains("| keeps the budget |"))
    #expect(text.contains("2.75 ± 0.012"))
    #expect(text.contains("Predicted latencies are 0.67 to 0.91 times the measured ones."))
    let isWellFormed = complaintAboutXML(report.html) == nil
    #expect(isWellFormed && report.html.contains("5.25000"))
    #expect(complaintAboutXML(report.frontSVG) == nil)
  }

  @Test("draws measured students, the front's line without those that break the budget")
  func chart() throws {
    let chart = try MadeUpStudy.measured().report().model.paretoChart
    #expect(chart.students.map(\.cost) == [1.5, 2.75, 5.25])
    #expect(chart.costTitle.contains("measured"))
    #expect(chart.staircase.allSatisfy { $0.cost < 5 })
    let before = try MadeUpStudy.small.report().model.paretoChart
    #expect(before.costTitle == "predicted latency" && before.staircase.contains { $0.cost == 4 })
  }

  @Test("says so where no student keeps its budget on the device")
  func nobody() throws {
    let report = try MadeUpStudy.measured([6, 7, 8]).report()
    #expect(report.headline[0] == "No student keeps the budget on the device.")
    #expect(report.headline[1].contains("trial 0 takes 6.00 ms"))
    #expect(report.headline[1].contains("they are not on the front"))
    #expect(report.model.front.rows.allSatisfy { $0[0] == "false" })
    #expect(complaintAboutXML(report.html) == nil)
  }

  @Test("keeps the predicted front where some are not measured, or by another protocol")
  func apart() throws {
    let partial = MadeUpStudy.measured([1.5, 2.75])
    #expect(
      try cells(partial).map { $0["front_latency"] } == ["predicted", "predicted", "predicted"])
    #expect(try cells(partial).map { $0["on_front"] } == ["true", "false", "true"])
    #expect(try partial.report().markdown.contains("2 of 3 students are measured."))
    #expect(try partial.report().markdown.contains("| not measured |"))
    var other = MadeUpStudy.small
    other.events += (0..<3).map { MadeUpStudy.measured($0, 9, isComparable: false) }
    let text = try other.report().markdown
    #expect(text.contains("kept apart") && text.contains("Another; way"))
    #expect(try cells(other).map { $0["on_front"] } == ["true", "false", "true"])
    #expect(try other.report().headline == MadeUpStudy.small.report().headline)
  }

  @Test("marks what is doubtful")
  func doubtful() throws {
    var study = MadeUpStudy.measured([1.5, 2.75])
    study.events.append(MadeUpStudy.measured(2, 4.5, isDrifting: true))
    #expect(try cells(study)[2]["measured_soundness"] == "doubtful: drift")
    let text = try study.report().markdown
    #expect(text.contains("Measured twice and still doubtful"))
    #expect(text.contains("1 student (trial 2)"))
  }

  @Test("is what it was for a study that is not measured")
  func unmeasured() throws {
    let report = try MadeUpStudy.small.report()
    #expect(report.model.front.columns.allSatisfy { !$0.name.hasPrefix("measured") })
    for text in [
      report.frontCSV, report.frontJSON, report.markdown, report.html.withoutScripts,
    ] {
      #expect(!text.contains("measured_latency") && !text.contains("measured latency"))
    }
    #expect(report.markdown.contains("are predicted, not measured"))
  }
}
