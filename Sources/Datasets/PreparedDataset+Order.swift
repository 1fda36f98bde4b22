extension PreparedDataset {
  /// Which of the user's files a split was taken from.
  public enum SourceFiles: Hashable, Sendable {
    /// Those that are split: `train_images`, or the training files of a named data set.
    case training
    /// The test files.
    case test
  }

  /// Returns where the images of a split stand in the user's files, in the order of the split: what belongs to
  /// an image there, such as a teacher's logits, is found by it.
  public func sourceOrder(of split: DatasetSplit) throws -> (files: SourceFiles, indices: [Int]) {
    if split == .test, definition.testCount == nil { return (.test, Array(0..<count(.test))) }
    let shared = count(.training) + count(.validation)
    let assignment = try SplitAssignment(
      imageCount: shared + (definition.testCount == nil ? 0 : count(.test)), definition: definition)
    switch split {
    case .training: return (.training, assignment.training)
    case .validation: return (.training, assignment.validation)
    case .test: return (.training, assignment.test ?? [])
    }
  }
}
