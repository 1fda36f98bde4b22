import NeuralNetworks

/// The trained values of a network, norms folded where a layer before them takes them in.
struct LoweredWeights {
  private let layout: ParameterLayout
  private let parameters: [Float]
  private let statistics: [Float]
  private let folded: [Int: FoldedLayer]

  init(_ graph: InferenceGraph, parameters: [Float], statistics: [Float]) {
    layout = ParameterLayout(graph.network)
    (self.parameters, self.statistics) = (parameters, statistics)
    folded = graph.foldedLayers(parameters: parameters, statistics: statistics)
  }

  /// Returns the values of a convolution or dense layer.
  func folded(_ node: Int) -> FoldedLayer {
    guard let layer = folded[node] else { preconditionFailure("node \(node) has no weights") }
    return layer
  }

  /// Returns a tensor of the network as it was trained.
  func stored(_ role: ParameterLayout.Role, of node: Int) -> [Float] {
    let tensor = layout.tensor(role, of: node)
    let source = tensor.isStatistic ? statistics : parameters
    return Array(source[tensor.offset..<tensor.offset + tensor.count])
  }

  /// Returns what a norm of its own multiplies each channel with.
  func normFactors(_ node: Int) -> [Float] {
    let (scale, variance) = (stored(.scale, of: node), stored(.runningVariance, of: node))
    return scale.indices.map { scale[$0] / (variance[$0] + Layer.normEpsilon).squareRoot() }
  }

  /// Returns what a norm of its own adds to each channel.
  func normAddends(_ node: Int) -> [Float] {
    let (shift, mean) = (stored(.shift, of: node), stored(.runningMean, of: node))
    let factors = normFactors(node)
    return shift.indices.map { shift[$0] - mean[$0] * factors[$0] }
  }
}

/// Returns weights `[…, outputs]` as `[outputs, …]`.
func outputsFirst(_ weights: [Float], outputs: Int) -> [Float] {
  let rows = weights.count / outputs
  var result = [Float](repeating: 0, count: weights.count)
  for row in 0..<rows {
    for output in 0..<outputs { result[output * rows + row] = weights[row * outputs + output] }
  }
  return result
}
