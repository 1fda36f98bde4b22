import FileFormats
import Foundation
import Studies

// A study's folder and the report in it.

extension StudyReport {
  /// The report of what is in a study's folder.
  ///
  /// - Parameters:
  ///   - files: Of the folder.
  ///   - state: What the folder's journal says.
  ///   - version: The program's.
  public init(
    of folder: StudyFolder, _ files: StudyFiles, _ state: StudyState, version: String
  ) {
    let files = files.calibrated(by: state)
    self.init(
      definition: files.definition, state: state,
      results: StudyResults(files.definition, state), space: files.space,
      profiles: files.profiles, version: version,
      leakage: LeakageResult.known(in: folder, state), stability: ChoiceStability.known(in: folder),
      retrained: RetrainedChoices.known(files, state))
  }

  /// Says why `front.json` in a folder may not be all that the study has to say; nothing for a report without its
  /// study.
  ///
  /// - Throws: `StudyError` or `FileFormatError` if the journal is damaged.
  public static func remarks(onFrontIn folder: StudyFolder, version: String) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.journal) else { return [] }
    let state = try Journal.state(of: folder)
    let again = "autodistill report \(folder.shellWord) writes it again"
    if StudyLock.isHeld(folder) {
      return ["a run works on the study: the report may be of before it"]
    }
    let files: StudyFiles
    do {
      files = try StudyFiles(folder)
      let changes = try files.changes(since: state).map(\.description)
      guard changes.isEmpty else {
        return ["study.json asks for more than the report has: \(changes.joined(separator: "; "))"]
      }
    } catch {
      return ["whether the report is what the journal gives is not known: \(error)"]
    }
    let report = StudyReport(of: folder, files, state, version: version)
    var remarks =
      report.missing.isEmpty
      ? [] : ["the study is unfinished: \(report.missing.joined(separator: "; "))"]
    let name = "front.json"
    let items = report.verification(in: folder.report, remedy: again)
    if items.contains(where: { $0.path.hasSuffix("/" + name) && $0.condition != .intact }) {
      remarks.append(
        "\(folder.report)/\(name) is not what the journal and this version give: \(again)")
    }
    return remarks
  }
}
