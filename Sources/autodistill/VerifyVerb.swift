import FileFormats
import Foundation
import Reports
import Studies

/// `autodistill verify STUDY`
struct VerifyVerb: Verb {
  static let name = "verify"
  static let summary = "whether everything that a study consists of is there and undamaged"
  static let operands = ["STUDY"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill verify STUDY [--json]

    Reads everything that a study consists of and says what is intact, missing or damaged, and which command
    makes it again: study.json and what it names, the journal by the checksums of its lines, prepared data, the
    teacher and its answers, students' weights by the hashes in the journal, checkpoints, data/dataset.json,
    leakage's shadows and monitor's references by checksums of their own, leakage.json and stability.json by
    whether they can be read and are of these weights, deployed versions by their own, the report by what would
    be written now, and what killed writes have left. It changes nothing. The user's own data files are not
    looked at.

    Checksums tell of damage and of edits by hand; not of somebody who computes new ones.

    Status 0: nothing is missing or damaged (a study that is not finished, leftovers, and files of versions before
    checksums are no damage). Status \(ExitStatus.badInput.rawValue): something is.

    --json    the same as JSON, whose members Results/README.md documents
    """

  private let command: StudyCommand
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    isJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let folder = command.folder
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw StudyError.missing("\(folder.path): there is no such folder")
    }
    var verification = try StudyVerification(folder)
    addReport(to: &verification)
    for item in try Deployment(folder.deployed).verification(in: folder) { verification.add(item) }
    let text = VerificationText(verification, folder)
    Terminal.print(isJSON ? text.json : text.lines.joined(separator: "\n"))
    return verification.isIntact ? .success : .badInput
  }

  /// Compares the report with what would be written; one that was never written is not missing.
  private func addReport(to verification: inout StudyVerification) {
    let folder = command.folder
    guard let files = verification.files, let state = verification.state,
      !verification.isRunning, verification.fitsJournal, !verification.hasGrown,
      FileManager.default.fileExists(atPath: folder.report)
    else { return }
    let remedy = CommandText.of(ReportVerb.self, folder.path)
    let report = command.report(files, state).report
    var items = report.verification(in: folder.report, remedy: remedy)
    // A run lets go of its study before it writes the report: what is not there may come in a moment.
    let end = ContinuousClock.now + .seconds(2)
    while items.contains(where: { $0.condition != .intact }), .now < end {
      usleep(50_000)
      items = report.verification(in: folder.report, remedy: remedy)
    }
    for var item in items {
      item.path = String(item.path.dropFirst(folder.path.count + 1))
      verification.add(item)
    }
  }
}
