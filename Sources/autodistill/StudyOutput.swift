import Reports
import Studies

/// Where a run of a study says how it is getting on and what came of it.
///
/// Used from several threads. Nothing that goes wrong with showing things stops the run.
protocol StudyOutput: Sendable {
  /// Everything is read, and the run begins.
  func begin(_ inputs: StudyInputs, _ context: StudyContext)
  func show(_ progress: StudyProgress)
  /// The run has come as far as it does: what follows is said once.
  func finish()
  /// The report is written.
  ///
  /// - Parameters:
  ///   - folder: Where it was written.
  ///   - next: The command or the advice that comes next.
  func tell(_ report: StudyReport, in folder: String, next: String)
  /// The command ends.
  ///
  /// - Parameter message: What the user is told of it on standard error; nil where there is nothing to say.
  func end(_ status: ExitStatus, message: String?)
  /// Why what was asked for could not be told; nil if it could, or if nobody reads it.
  var failure: String? { get }
}

extension StudyOutput {
  func begin(_ inputs: StudyInputs, _ context: StudyContext) {}
  func end(_ status: ExitStatus, message: String?) {}
  var failure: String? { nil }
}
