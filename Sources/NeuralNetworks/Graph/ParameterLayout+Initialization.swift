import RandomStreams

extension ParameterLayout {
  /// Sets parameters to their starting values.
  ///
  /// Weights are drawn evenly from ±1/√fan-in, norms start as the identity, biases at zero. Source: LeCun
  /// et al., "Efficient BackProp" (1998), section 4.6, with the constant that PyTorch uses.
  ///
  /// Before a norm the weights' size changes nothing but the speed of learning, rate / ‖w‖². With weights
  /// of variance 2 / fan-in (He et al., arXiv:1502.01852), six times this one, short trainings at the usual
  /// rates end more than a point lower (`autodistill bench accuracy`); so may those in which residual blocks
  /// start as the identity (Goyal et al., arXiv:1706.02677).
  ///
  /// - Parameter parameters: `[parameterFloats]`; overwritten.
  public func initialize(
    _ parameters: UnsafeMutablePointer<Float>, seed: UInt64
  ) {
    parameters.update(repeating: 0, count: parameterFloats)
    for tensor in self.parameters {
      let values = parameters + tensor.offset
      switch tensor.kind {
      case .weight:
        // The last axis is the outputs', of which each sees the others: a depthwise filter has its own
        // channel as only input, a grouped one those of its group.
        let fanIn = tensor.count / (tensor.shape.last ?? 1)
        let bound = 1 / Double(fanIn).squareRoot()
        var stream = RandomStream(seed: seed, purpose: "weights", tensor.node, tensor.offset)
        for i in 0..<tensor.count { values[i] = Float(bound * (2 * stream.uniform() - 1)) }
      case .factor:
        values.update(repeating: 1, count: tensor.count)
      case .addend, .runningMean, .runningVariance:
        break
      }
    }
  }

  /// Sets running statistics to their starting values, those of a standard normal distribution.
  ///
  /// - Parameter statistics: `[statisticFloats]`, zeros.
  func initializeStatistics(_ statistics: UnsafeMutablePointer<Float>) {
    for tensor in self.statistics where tensor.kind == .runningVariance {
      (statistics + tensor.offset).update(repeating: 1, count: tensor.count)
    }
  }
}
