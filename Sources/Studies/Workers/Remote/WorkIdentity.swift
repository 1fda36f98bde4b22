import Distillation
import FileFormats

extension StudyInputs {
  /// Names everything that a task's result depends on other than the task: what was asked for, the space, the data and
  /// what the teacher says. Workers and runs on several machines compare it, since a machine may see old files.
  ///
  /// - Throws: `FileFormatError` if the teacher's logits cannot be read.
  func workIdentity() throws -> String {
    let targets = try SoftTargets(
      contentsOf: folder.softTargets, count: dataset.count(.training), classes: dataset.classes)
    return workIdentity(logitsHash: targets.contentHash)
  }

  /// Names what every training of the study depends on, however it grows: the seed, the space, the data and what the
  /// teacher says.
  ///
  /// - Throws: As `workIdentity`.
  func trainingsIdentity() throws -> String {
    let targets = try SoftTargets(
      contentsOf: folder.softTargets, count: dataset.count(.training), classes: dataset.classes)
    let parts = ["\(definition.seed)", spaceHash, dataset.contentHash, targets.contentHash]
    return String(ContentHash.hexadecimal(of: parts.joined(separator: "|")).prefix(24))
  }

  /// - Parameter logitsHash: Of what the teacher says.
  func workIdentity(logitsHash: String) -> String {
    let parts = [files.studyHash, spaceHash, dataset.contentHash, logitsHash]
    return String(ContentHash.hexadecimal(of: parts.joined(separator: "|")).prefix(24))
  }
}
