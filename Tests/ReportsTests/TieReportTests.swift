import Testing

@testable import Reports
@testable import Studies

@Suite("students that cannot be told apart")
struct TieReportTests {
  /// The small study, trial 0 of which has another validation accuracy after its full training.
  private func report(accuracyOfTrial0 accuracy: Double) throws -> StudyReport {
    var study = MadeUpStudy.small
    study.others = [#""budgets": ["latency_ms<=9"]"#]
    study.events = study.events.map { event in
      guard case .distilled(let training) = event, training.trial == 0, !training.isBaseline else {
        return event
      }
      return MadeUpStudy.distilled(0, accuracy, test: 0.8834)
    }
    return try study.report()
  }

  @Test("are named in the headline and with the budget that they are for")
  func named() throws {
    // Trial 2 has 91.36 % of 5,000 images: two shares like that differ by up to 1.1 points by chance.
    let report = try report(accuracyOfTrial0: 0.905)
    #expect(
      report.headline.contains(
        "On 5000 validation images, taken as different ones, trial 2 cannot be told from trial 0."))
    #expect(
      report.budgets.contains {
        $0.hasSuffix(
          "on 5000 validation images, taken as different ones, its accuracy cannot be told from that of trial 0"
        )
      })
  }

  @Test("are none where the best is clearly better")
  func none() throws {
    let report = try report(accuracyOfTrial0: 0.9)
    #expect(!(report.headline + report.budgets).contains { $0.contains("cannot be told") })
  }
}
