import NeuralNetworks

extension Recipe {
  /// Returns what a training by the recipe makes small, and which places it compares, one line a pair.
  ///
  /// - Parameter steps: Of the whole training.
  /// - Throws: `LossError` naming the loss that cannot be computed between the two networks.
  package func trainingLoss(
    student: Network, teacher: Network?, steps: Int
  ) throws(LossError) -> (loss: any TrainingLoss, comparisons: [String]) {
    let made = try RecipeLoss(
      TrainingStages(self, steps: steps), student: student, teacher: teacher)
    return (made.loss, made.notes)
  }
}
