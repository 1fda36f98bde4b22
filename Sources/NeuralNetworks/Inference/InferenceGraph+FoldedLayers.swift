/// The values of a convolution or dense layer as inference uses them: a norm behind it is part of them.
public struct FoldedLayer: Sendable {
  /// In the shape that `ParameterLayout` gives the head's weight.
  public let weight: [Float]
  /// One for every output channel; nil if there is nothing to add.
  public let bias: [Float]?
}

extension InferenceGraph {
  /// Returns the folded values of every group that a convolution or dense layer leads, by its head.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`
  ///   - statistics: `[ParameterLayout.statisticFloats]`
  public func foldedLayers(parameters: [Float], statistics: [Float]) -> [Int: FoldedLayer] {
    let layout = ParameterLayout(network)
    precondition(
      parameters.count == layout.parameterFloats && statistics.count == layout.statisticFloats,
      "\(parameters.count) parameters and \(statistics.count) statistics, the network has "
        + "\(layout.parameterFloats) and \(layout.statisticFloats)")
    // A network without norms has no statistics, and an empty array no address.
    let folded = (parameters + [0]).withUnsafeBufferPointer { parameters in
      (statistics + [0]).withUnsafeBufferPointer { statistics in
        FoldedWeights(
          network, groups: groups, parameters: parameters.baseAddress!,
          statistics: statistics.baseAddress!)
      }
    }
    func values(_ base: UnsafeMutablePointer<Float>, count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: base, count: count))
    }
    var layers: [Int: FoldedLayer] = [:]
    for tensor in layout.parameters where tensor.role == .weight {
      guard let place = folded.tensors[tensor.node] else { continue }
      layers[tensor.node] = FoldedLayer(
        weight: values(place[.weight], count: tensor.count),
        bias: place.values[.bias].map {
          values($0, count: network.nodes[tensor.node].shape.channels)
        })
    }
    // The arena goes with its last owner; what is read above must still be there.
    return withExtendedLifetime(folded) { layers }
  }
}
