import Comparisons
import FileFormats
import Foundation
import FrontFiles
import TestSupport
import Testing

@testable import Reports

@Suite("the report of a comparison")
struct ComparisonReportTests {
  static func file(_ json: String, _ subject: String) throws -> FrontFile {
    try FrontFile(JSONField(json: Data(json.utf8), file: "\(subject)/front.json"), subject: subject)
  }

  static func report(_ after: String...) throws -> ComparisonReport {
    ComparisonReport(
      try StudyComparison(
        baseline: file(SmallFront.json(), "before"),
        others: after.enumerated().map { try file($1, "after-\($0)") }))
  }

  @Test("answers first, in words")
  func answers() throws {
    let same = try Self.report(SmallFront.json(seed: 2))
    #expect(
      same.answers == ["after-0 cannot be told apart from before (~) within any of 2 budgets."])
    let worse = try Self.report(SmallFront.json(seed: 2, accuracy: 0.8))
    #expect(worse.answers == ["after-0 is worse within 2 of 2 budgets than before."])
    let itself = try Self.report(SmallFront.json())
    #expect(itself.answers == ["after-0 and before are the same study."])
    // The students within 1.1 ms are the same, and the best one is another.
    let json = SmallFront.json(images: 10_000)
    let one = ComparisonReport(
      try StudyComparison(
        baseline: Self.file(json, "before"),
        others: [
          Self.file(json.replacing("\"latency_ms\": 1.5", with: "\"latency_ms\": 2.5"), "after")
        ]))
    #expect(
      one.answers == [
        "after is worse within 1 (latency_ms<=2) of 2 budgets than before; "
          + "within 1 they cannot be told apart (~)."
      ])
    let markdown = worse.markdown()
    #expect(
      markdown.hasPrefix("<!-- autodistill-compare -->\n\n# before → after-0\n\n**after-0 is"))
    #expect(markdown.contains("| worse |"))
    #expect(same.markdown().contains(" | \\~ |"))
  }

  @Test("as Markdown folds details, links the chart, and escapes what a study says")
  func markdown() throws {
    let text = try Self.report(SmallFront.json(seed: 2)).markdown(chart: "fronts.svg")
    #expect(text.contains("](fronts.svg)"))
    #expect(text.contains("<details><summary>Students: 0 gained, 0 lost, 3 in both (0 changed)"))
    #expect(text.contains("stem \\| &lt;2&gt;"))
    #expect(
      text.components(separatedBy: "<details>").count
        == text.components(separatedBy: "</details>").count)
    #expect(text.contains("| seed | 1 | 2 |"))
    #expect(text.contains("Neither study trained a student twice"))
  }

  @Test("as Markdown stays below 60,000 bytes and says how many rows are left out")
  func size() throws {
    let report = try Self.report(SmallFront.json(seed: 2, images: 16, students: 2000))
    let text = report.markdown()
    #expect(text.utf8.count < 60_000)
    #expect(text.contains("more; --format html and json list all."))
    #expect(report.html.contains("<td>001999</td>"))
  }

  @Test("as Markdown stays below 60,000 bytes for any number of budgets, too")
  func manyBudgets() throws {
    let budgets = (0..<450).map { index in
      "{\"name\": \"budget number \(index) with a long name\", \"constraints\": [\"latency_ms<=\(2 + index)\"]}"
    }
    let json = SmallFront.json(seed: 2, images: 16).replacing(
      "\"budgets\": [", with: "\"budgets\": [" + budgets.joined(separator: ", ") + ",")
    let text = try Self.report(json).markdown()
    #expect(text.utf8.count < 60_000)
    #expect(text.contains("more; --format html and json list all."))
  }

  @Test("says so where no budget can be compared")
  func nothingToCompare() throws {
    func json(seed: UInt64) -> String {
      SmallFront.json(seed: seed).replacing("latency_ms<=", with: "energy_mj<=")
        .replacing(", \"trial\": 1}", with: "}").replacing(", \"trial\": 2}", with: "}")
    }
    let comparison = try StudyComparison(
      baseline: Self.file(json(seed: 1), "before"), others: [Self.file(json(seed: 2), "after")])
    #expect(
      ComparisonReport(comparison).answers == [
        "after and before have no budget that both could be compared by."
      ])
  }

  @Test("as a page and as a drawing is well-formed and needs nothing else")
  func page() throws {
    let report = try Self.report(SmallFront.json(seed: 2), SmallFront.json(seed: 3))
    #expect(complaintAboutXML(report.html) == nil)
    #expect(complaintAboutXML(report.svg) == nil)
    #expect(!report.html.contains("src=") && !report.html.contains("<script"))
    for name in ["before", "after-0", "after-1"] { #expect(report.svg.contains(">\(name)</text>")) }
    #expect(report.svg.contains("study-2"))
  }

  @Test("as JSON has every number")
  func json() throws {
    let report = try Self.report(SmallFront.json(seed: 2, accuracy: 0.9))
    let field = try JSONField(json: Data(report.json.utf8), file: "compare.json")
    let members = Dictionary(uniqueKeysWithValues: try field.object("a comparison"))
    #expect(members["format"]?.value == .text("autodistill-compare/1"))
    let pair = try #require(try members["comparisons"]?.elements(of: "pairs").first)
    let inner = Dictionary(uniqueKeysWithValues: try pair.object("a pair"))
    let budgets = try #require(try inner["budgets"]?.elements(of: "budgets"))
    #expect(budgets.count == 2)
    let budget = Dictionary(uniqueKeysWithValues: try budgets[0].object("a budget"))
    let difference = try #require(try budget["difference"]?.number(in: -1...1))
    #expect(difference < 0.02 && difference > -0.06)
    #expect(budget["method"]?.value == .text("mcnemar"))
    let volume = try #require(inner["hypervolume"])
    let volumeMembers = Dictionary(uniqueKeysWithValues: try volume.object("a hypervolume"))
    #expect(
      try volumeMembers["first_costs"]?.elements(of: "costs").map { try $0.number(in: 0...10) } == [
        1.1
      ])
  }
}

@Suite("the report of a check")
struct CheckReportTests {
  private func report(_ bounds: String..., noWorse: [String] = []) throws -> CheckReport {
    let file = try ComparisonReportTests.file(SmallFront.json(seed: 2, accuracy: 0.8), "after")
    let baseline = try ComparisonReportTests.file(SmallFront.json(), "before")
    return CheckReport(
      try FrontCheck(
        file, against: baseline,
        FrontCheck.Demands(
          bounds: bounds.flatMap { try MetricBound.all(in: $0) },
          comparisons: noWorse.map { try NoWorse($0) })))
  }

  @Test("says what is met by whom")
  func met() throws {
    let report = try report("latency_ms<=2", "test_accuracy>=0.7")
    #expect(report.text.hasPrefix("after keeps every requirement: trial 2, key 002"))
    #expect(report.text.contains("met     latency_ms<=2: predicted 1.5, at most 1.51"))
    #expect(report.annotations.hasPrefix("::notice title=autodistill check::after keeps"))
    #expect(report.junit.contains("failures=\"0\""))
  }

  @Test("says what is missed, by how much, and escapes it for each reader")
  func missed() throws {
    let report = try report("accuracy>=0.9", noWorse: ["test_accuracy@latency_ms<=2"])
    #expect(
      report.text.hasPrefix("after misses 2 of 2 requirements; the nearest student is trial 2"))
    #expect(report.text.contains("MISSED  accuracy>=0.9: measured 8"))
    #expect(report.text.contains("MISSED  no worse: test_accuracy@latency_ms<=2: before 9"))
    let lines = report.annotations.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines[0].hasPrefix(
        "::error file=after/front.json,title=accuracy>=0.9::accuracy>=0.9 is missed"))
    #expect(lines[0].contains(" %25 confidence") && !lines[0].contains("% "))
    #expect(lines[1].contains("title=no worse%3A test_accuracy@latency_ms<=2::"))
    let junit = report.junit
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    #expect(junit.hasPrefix(declaration))
    #expect(complaintAboutXML(String(junit.dropFirst(declaration.count))) == nil)
    #expect(junit.contains("<testsuite name=\"after\" tests=\"2\" failures=\"2\""))
    #expect(junit.contains("<property name=\"study_sha256\" value=\"5eed2\"></property>"))
    #expect(junit.contains("<testcase classname=\"autodistill.check\" name=\"accuracy&gt;=0.9\""))
    #expect(report.json.contains("\"met\": false"))
  }
}
