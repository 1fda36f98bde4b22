import NeuralNetworks

extension TeachingSite {
  /// Returns a network that learns by the recipe's loss on logits and by one of its own.
  ///
  /// - Throws: `LossError` if the recipe's loss cannot be made.
  func peer(
    _ network: Network, adding loss: any TrainingLoss, seed: UInt64
  ) throws(LossError) -> LearningPeer {
    let plan = TrainingPlan(
      network: network, batch: recipe.batch, slices: recipe.slices, seed: seed)
    return LearningPeer(
      plan: plan, optimizer: recipe.optimizer(for: plan.layout),
      loss: SummedLoss([try logitLoss, loss]), seed: seed)
  }
}
