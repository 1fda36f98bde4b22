import Datasets
import FileFormats

extension Recipe {
  /// Reads `"labeled_share"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  mutating func readLabeledShare(_ members: JSONMembers) throws(JSONError) {
    guard let field = members["labeled_share"] else { return }
    labeledShare = try field.number(in: 0.001...0.999)
  }

  /// Drops a share that was taken over from another recipe, where this one learns from labelled images alone.
  ///
  /// - Parameter hasTeacher: Whether there may be a teacher to learn from.
  /// - Throws: `JSONError` where the recipe says the share itself.
  mutating func checkLabeledShare(
    _ members: JSONMembers, hasTeacher: Bool
  ) throws(JSONError) {
    guard labeledShare != nil, !usesUnlabeledImages else { return }
    if let field = members["labeled_share"] {
      throw field.expected(
        "no \"labeled_share\" where nothing is learnt from images without a label, as "
          + (hasTeacher ? "\"distillation_weight\" is 0" : "a teacher learns from labels alone"))
    }
    labeledShare = nil
  }

  /// How many images of each batch have a label, at least one and not all; nil: as many as chance brings.
  public var labeledPerBatch: Int? {
    labeledShare.map { min(batch - 1, max(1, Int(($0 * Double(batch)).rounded()))) }
  }

  /// Checks that the data have images with a label and images without, where each batch is to have both.
  ///
  /// - Parameters:
  ///   - field: The recipe's path in the file.
  ///   - file: For messages.
  /// - Throws: `JSONError` naming the field.
  func checkLabeledShare(
    on dataset: PreparedDataset, field: String, file: String
  ) throws(JSONError) {
    guard let labeledShare else { return }
    let known = dataset.trainingCount(withTeacher: false)
    let count = dataset.trainingCount(withTeacher: true)
    guard known == 0 || known == count else { return }
    throw .invalid(
      file: file, field: field + ".labeled_share", value: "\(labeledShare)",
      expected: "no such field, or training images with a label and others without: "
        + (known == 0 ? "none of the \(count) has one" : "all \(count) have one"))
  }

  /// What `identity` says of the share; nothing where there is none.
  var labeledShareIdentity: [(String, String)] {
    labeledShare.map { [("labeled", "\($0)")] } ?? []
  }
}
