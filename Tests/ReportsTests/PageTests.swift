import FileFormats
import Foundation
import ParetoFronts
import RandomStreams
import TestSupport
import Testing

@testable import Reports

@Suite("the page")
struct PageTests {
  private func embedded(_ html: String) throws -> String {
    let opening = "<script type=\"application/json\" id=\"front-json\">\n"
    let start = try #require(html.range(of: opening)).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    return String(html[start..<end])
  }

  @Test("holds exactly front.json", arguments: ReportedStudy.allCases)
  func data(reported: ReportedStudy) throws {
    let report = try reported.report()
    let json = try embedded(report.html)
    #expect(!json.contains("<") && !json.contains("&"))
    #expect(
      json.replacing("\\u003c", with: "<").replacing("\\u0026", with: "&") == report.frontJSON)
    let (a, b) = (
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary,
      try JSONSerialization.jsonObject(with: Data(report.frontJSON.utf8)) as? NSDictionary
    )
    #expect(a != nil && a == b)
  }

  @Test(
    "stays small for thousands of trials",
    arguments: Thoroughness.pick(
      [(1000, 2_000_000), (5000, 5_000_000)], usually: [(1000, 2_000_000)]))
  func size(trials: Int, most: Int) throws {
    let report = try MadeUpStudy.large(trials)
    let html = report.html
    #expect(html.utf8.count <= most, "\(html.utf8.count) bytes")
    // Every trial is in the table that is there without scripts.
    #expect(html.withoutScripts.count(of: "<tr data-trial=") >= trials)
    try PageTests.keep(report, as: "large-\(trials)")
  }

  /// Writes a page and its data where `.ci/check-page` wants to open them.
  private static func keep(_ report: StudyReport, as name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["AUTODISTILL_PAGES_FOLDER"] else {
      return
    }
    try AtomicFile.write(report.html, to: "\(folder)/\(name).html")
    try AtomicFile.write(report.frontJSON, to: "\(folder)/\(name).json")
  }

  @Test("is there for a browser to check")
  func pages() throws {
    for (name, study) in [
      ("realistic", MadeUpStudy.realistic), ("hostile", .hostile), ("infeasible", .infeasible),
      ("empty", MadeUpStudy()), ("failed", .failed), ("budgets", .budgeted),
      ("two-devices", .twoBoards), ("measured", .measured()), ("audited", .audited()),
      ("curved", .curved),
    ] {
      let report = try study.report()
      #expect(report.html.hasSuffix("</html>\n"))
      try PageTests.keep(report, as: name)
    }
  }

  /// What the page judges itself, for the axes that are chosen, on random points: `fronts.json` holds them with what the
  /// library says.
  @Test("has the library's judgements to be compared with")
  func judgements() throws {
    var random = RandomStream(seed: 1, purpose: "fronts of the page")
    let fronts = (0..<250).map { round -> JSONText in
      let points = (0..<(1 + round % 40)).map { _ in
        // Coarse values, so that many are equal.
        (0..<2 + round % 2).map { _ in Double(random.integer(below: 4 + round % 30)) / 4 }
      }
      let front = nonDominatedIndices(of: points)
      #expect(!front.isEmpty)
      return .object([
        (
          "points",
          .array(points.map { .array($0.map { JSONText($0, decimals: 2) }) })
        ), ("front", .array(front.map { JSONText($0) })),
      ])
    }
    guard let folder = ProcessInfo.processInfo.environment["AUTODISTILL_PAGES_FOLDER"] else {
      return
    }
    try AtomicFile.write(JSONText.array(fronts).line, to: "\(folder)/fronts.data")
  }

  @Test("opens with alarm, result, budgets and what keeps it from being believed")
  func order() throws {
    let anchors = try MadeUpStudy.budgeted.report().model.sections.map(\.anchor)
    #expect(anchors.prefix(3) == ["budgets", "health", "front"])
    var study = MadeUpStudy.small
    study.events += [0, 1, 2].map { MadeUpStudy.measured($0, 0.1) }
    let report = try study.report()
    #expect(report.model.alarms.count == 1)
    #expect(report.model.alarms[0].contains("10.0 to 40.0 times the measured ones"))
    #expect(report.html.contains("<div class=\"alarm\" role=\"note\">"))
    #expect(report.markdown.contains("**Alarm:** The latencies were hardly measured"))
    #expect(try MadeUpStudy.measured().report().model.alarms.isEmpty)
  }

  @Test("does not tell an infeasible study to go on")
  func infeasible() throws {
    var study = MadeUpStudy.infeasible
    // The space is screened before the teacher is trained.
    study.events.removeAll { $0 == MadeUpStudy.teacherReady }
    let report = try study.report()
    #expect(report.missing.isEmpty)
    #expect(!report.html.withoutScripts.contains("continues from here"))
    #expect(!report.markdown.contains("continues from here"))
  }

  @Test("speaks of all budgets where there are several")
  func budgets() throws {
    let headline = try #require(try MadeUpStudy.budgeted.report().headline.first)
    #expect(headline.hasPrefix("Best student over all 2 budgets"))
    #expect(try MadeUpStudy.small.report().headline[0].hasPrefix("Best student within the budget"))
  }
}
