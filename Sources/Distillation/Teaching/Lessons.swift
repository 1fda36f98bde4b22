import NeuralNetworks

extension [Lesson] {
  /// All peers, in their places.
  var peers: [any TrainingPeer] { flatMap(\.peers) }

  /// Gives the student's plan the weights that the training would end with after so many steps: the running mean, if
  /// that is the result, or the mean of the branches that there are at the time, or its own.
  func takeResult(_ plan: TrainingPlan, afterSteps step: Int) {
    if let average = compactMap(\.result).first { return average.copy(to: plan) }
    for branches in compactMap(\.branches) { branches.merge(into: plan, afterSteps: step) }
  }

  /// Returns a loss with those of the lessons.
  func added(to loss: any TrainingLoss) -> any TrainingLoss {
    isEmpty ? loss : SummedLoss([loss] + map(\.loss))
  }
}

extension TrainingRun {
  /// What the networks of the partners add to the identity.
  var partnersIdentity: String {
    recipe.partners.isEmpty
      ? ""
      : "|" + recipe.partners.map { partners[$0]?.identity ?? "unknown" }.joined(separator: "+")
  }
}
