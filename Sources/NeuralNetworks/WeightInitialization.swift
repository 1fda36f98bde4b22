import TensorKernels

extension ParameterLayout {
  /// Sets parameters to their starting values.
  ///
  /// Convolutions and dense layers are drawn from a normal distribution with variance 2 / fan-in (the
  /// logits' 1 / fan-in), norms start as the identity, biases at zero. The last norm before the add of an identity shortcut starts
  /// with γ = 0, so that the block starts as the identity. Sources: He et al., arXiv:1502.01852; Goyal et
  /// al., arXiv:1706.02677, section 5.1.
  ///
  /// - Parameter parameters: `[parameterFloats]`; overwritten.
  public func initialize(
    _ parameters: UnsafeMutablePointer<Float>, network: Network, seed: UInt64
  ) {
    parameters.update(repeating: 0, count: parameterFloats)
    let residualNorms = Set(
      network.fusedGroups.filter { group in
        group.addend.map { network.node($0, feeds: group.head) } ?? false
      }.compactMap(\.norm))
    for tensor in self.parameters {
      let values = parameters + tensor.offset
      switch tensor.role {
      case .weight, .squeezeWeight, .exciteWeight:
        // The last axis is the outputs'; a depthwise filter has its own channel as only input.
        let fanIn = tensor.count / (tensor.shape.last ?? 1)
        let isLogits = tensor.node == network.nodes.count - 1
        let deviation = ((isLogits ? 1 : 2) / Double(fanIn)).squareRoot()
        var stream = RandomStream(seed: seed, purpose: "weights", tensor.node, tensor.offset)
        for i in 0..<tensor.count { values[i] = Float(deviation * stream.normal()) }
      case .scale:
        let start: Float = residualNorms.contains(tensor.node) ? 0 : 1
        values.update(repeating: start, count: tensor.count)
      case .bias, .shift, .squeezeBias, .exciteBias, .runningMean, .runningVariance:
        break
      }
    }
  }
}

extension Network {
  /// Whether node `index` is computed from the output of node `source`: then a residual add of the two
  /// has an identity shortcut.
  fileprivate func node(_ source: Int, feeds index: Int) -> Bool {
    var reached = [Bool](repeating: false, count: index + 1)
    reached[source] = true
    for later in source..<index
    where reached[later] || nodes[later].inputs.contains(where: { reached[$0] }) {
      reached[later] = true
    }
    return source < index && nodes[index].inputs.contains { reached[$0] }
  }
}
