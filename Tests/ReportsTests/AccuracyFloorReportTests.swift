import Testing

@testable import Reports

@Suite("a report of a study that asks for an accuracy")
struct AccuracyFloorReportTests {
  private func report(_ floor: String) throws -> StudyReport {
    var study = MadeUpStudy.small
    study.constraints = ["latency_ms<=5", "accuracy>=\(floor)"]
    study.others = [#""budgets": ["latency_ms<=4"]"#]
    return try study.report()
  }

  @Test("says that no student reaches it, and which comes nearest")
  func missed() throws {
    let report = try report("0.999")
    #expect(
      try #require(report.headline.first).hasPrefix(
        "No student reaches the accuracy of 99.90 % that the study asks for: the nearest is trial ")
    )
    #expect(report.budgets.contains { $0.contains("reaches the accuracy of 99.90 %") })
    #expect(report.markdown.contains("at least 99.90 % on the validation split"))
  }

  @Test("names the best student where one does")
  func reached() throws {
    let report = try report("0.1")
    #expect(try #require(report.headline.first).hasPrefix("Best student within the budget"))
    #expect(!report.budgets.contains { $0.contains("reaches the accuracy") })
  }
}
