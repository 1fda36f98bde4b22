import NeuralNetworks

extension Recipe {
  /// Returns the optimiser that the recipe asks for, for the parameters of a plan.
  func optimizer(for layout: ParameterLayout) -> Optimizer {
    Optimizer(
      rule: optimizer, weightDecay: Float(weightDecay), clipNorm: clipNorm.map { Float($0) },
      layout: layout)
  }
}
