@testable import Reports

/// The made-up studies that every form of the report is tested with.
///
/// A test that is given one shows its name; a `MadeUpStudy` would be shown with its whole journal.
enum ReportedStudy: CaseIterable {
  case small, realistic, infeasible, empty, hostile, single, failed, audited, explained, budgeted,
    twoBoards, measured, answered, curved, chained

  var study: MadeUpStudy {
    switch self {
    case .small: .small
    case .realistic: .realistic
    case .infeasible: .infeasible
    case .empty: MadeUpStudy()
    case .hostile: .hostile
    case .single: .single
    case .failed: .failed
    case .audited: .audited()
    case .explained: .explained
    case .budgeted: .budgeted
    case .twoBoards: .twoBoards
    case .measured: .measured()
    case .answered: .answered
    case .curved: .curved
    case .chained: .chained
    }
  }

  private static let reports = Dictionary(
    uniqueKeysWithValues: allCases.map { reported in
      (reported, Result { try reported.study.report() })
    })

  /// Returns the study's report, which is made once for all tests.
  func report() throws -> StudyReport {
    guard let report = ReportedStudy.reports[self] else { return try study.report() }
    return try report.get()
  }
}
