import FileFormats
import Foundation

extension PreparedDataset {
  /// Which of the user's files a split was taken from.
  public enum SourceFiles: Hashable, Sendable {
    /// Those that are split: `train_images`, or the training files of a named data set.
    case training
    /// The validation files of the user's own.
    case validation
    /// The test files.
    case test
  }

  /// Returns how many images the user's files have, those that are in no split included.
  ///
  /// - Throws: As `sourceOrder(of:)`.
  public func sourceCount(of files: SourceFiles) throws -> Int {
    let summary = summary
    let inNone = summary.leftOutCount + (summary.labels?.droppedCount ?? 0)
    return try DatasetSplit.allCases.reduce(files == .training ? inNone : 0) { sum, split in
      try sum + (sourceOrder(of: split).files == files ? count(split) : 0)
    }
  }

  /// Returns where the images of a split stand in the user's files, in the order of the split: what belongs to
  /// an image there, such as a teacher's logits, is found by it.
  ///
  /// - Returns: The files, and an index into them for each image.
  /// - Throws: `FileFormatError` if the folder does not hold the order that it should.
  public func sourceOrder(of split: DatasetSplit) throws -> (files: SourceFiles, indices: [Int]) {
    let files: SourceFiles =
      switch split {
      case .training: .training
      case .validation: definition.source.hasValidationFiles ? .validation : .training
      case .test: definition.testCount == nil ? .test : .training
      }
    guard files == .training else { return (files, Array(0..<count(split))) }
    let path = (folder as NSString).appendingPathComponent(PreparedDescription.orderFile)
    if FileManager.default.fileExists(atPath: path) {
      let order = try MappedFile(path, expectedBytes: 4 * description.totalCount)
      return (
        files,
        order.withUnsafeBytes { bytes in
          description.range(split).map {
            Int(UInt32(littleEndian: bytes.load(fromByteOffset: 4 * $0, as: UInt32.self)))
          }
        }
      )
    }
    // Versions that did not write the order split at random and knew all classes.
    let shared = count(.training) + count(.validation)
    let total = shared + (definition.testCount == nil ? 0 : count(.test))
    let assignment = try SplitAssignment(
      labels: [Int](repeating: 0, count: total), classes: 1, definition: definition, method: .random
    )
    switch split {
    case .training: return (files, assignment.training)
    case .validation: return (files, assignment.validation ?? [])
    case .test: return (files, assignment.test ?? [])
    }
  }
}
