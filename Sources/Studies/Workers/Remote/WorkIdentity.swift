import Distillation
import FileFormats

extension StudyInputs {
  /// Names everything that a task's result depends on other than the task: what was asked for, the space, the data and
  /// what the teacher says. Workers and runs on several machines compare it, since a machine may see old files.
  ///
  /// - Throws: `FileFormatError` if the teacher's logits cannot be read.
  func workIdentity() throws -> String {
    workIdentity(logitsHash: try logitsHash())
  }

  /// Names what every training of the study depends on, however it grows: the seed, the space, the data and what the
  /// teacher says.
  ///
  /// - Throws: As `workIdentity`.
  func trainingsIdentity() throws -> String {
    StudyInputs.identity(
      ["\(definition.seed)", spaceHash, dataset.contentHash, try logitsHash()])
  }

  /// - Parameter logitsHash: Of what the teacher says.
  func workIdentity(logitsHash: String) -> String {
    StudyInputs.identity([files.studyHash, spaceHash, dataset.contentHash, logitsHash])
  }

  /// The hash of what the teacher says of the training split.
  private func logitsHash() throws -> String {
    try SoftTargets(
      contentsOf: folder.softTargets, count: dataset.count(.training), classes: dataset.classes
    ).contentHash
  }

  private static func identity(_ parts: [String]) -> String {
    String(ContentHash.hexadecimal(of: parts.joined(separator: "|")).prefix(24))
  }
}
