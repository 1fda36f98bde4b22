import NeuralNetworks

/// What losses on features read of a teacher, slice by slice.
///
/// The teacher sees the very image that the student sees, whatever view its logits are of: a feature has positions,
/// which shifts, flips and cut squares move, so those of the clean image would stand for other parts of it. So the
/// teacher runs in each step in which such a loss counts. Threads may ask for different slices at once.
package struct TeacherFeatures: @unchecked Sendable {
  package let teacher: any FeatureClassifier
  private let features: [LossInputs.Feature]
  private let isNeeded: @Sendable (_ step: Int) -> Bool
  /// By where the slice begins in the batch.
  private let sessions: [Int: any FeatureSession]

  /// - Parameters:
  ///   - features: In the order in which the loss reads them.
  ///   - isNeeded: Whether they count in a step.
  init(
    of teacher: any FeatureClassifier, _ features: [LossInputs.Feature], recipe: Recipe,
    isNeeded: @escaping @Sendable (_ step: Int) -> Bool
  ) {
    (self.teacher, self.features, self.isNeeded) = (teacher, features, isNeeded)
    let (batch, slices) = (recipe.batch, recipe.slices)
    sessions = Dictionary(
      uniqueKeysWithValues: (0..<slices).map { slice in
        (
          batch * slice / slices,
          teacher.session(capacity: batch / slices + 1, features: features.map(\.node))
        )
      })
  }

  /// Fills a slice, whose images are there, with the teacher's logits and features.
  ///
  /// - Parameter always: Whether the logits are needed, even where no feature is.
  func fill(_ slice: TrainingSlice, always: Bool) {
    guard always || isNeeded(slice.step) else { return }
    guard let session = sessions[slice.range.lowerBound] else {
      preconditionFailure("no teacher for the slice that begins at \(slice.range.lowerBound)")
    }
    session.answer(slice.images, count: slice.range.count, into: slice.teacher)
    for (place, feature) in zip(slice.teacherFeatures, features) {
      place.update(
        from: session.feature(feature.node), count: slice.range.count * feature.elementCount)
    }
  }
}
