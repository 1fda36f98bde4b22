import FileFormats
import NeuralNetworks

extension ONNXModel {
  /// Describes a trained network as inference runs it: norms folded into the layers before them.
  ///
  /// The input is `[1, C, H, W]`, float32, the output `logits` `[1, classes]`. Weights are in the format's
  /// order, channels before positions: convolutions `[out, in / groups, k, k]`, dense layers `[out, in]`
  /// with the inputs in the order of a flattened `[C, H, W]`. Dropout is left out. Initializers have the
  /// names of the network's tensors, such as `12.weight`.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`
  ///   - statistics: `[ParameterLayout.statisticFloats]`
  ///   - metadata: Free text about the model; how its input is standardised belongs there.
  public init(
    _ network: Network, parameters: [Float], statistics: [Float], metadata: [String: String] = [:]
  ) {
    let graph = InferenceGraph(network)
    var writer = ONNXGraphWriter(
      graph, parameters: parameters, statistics: statistics,
      folded: graph.foldedLayers(parameters: parameters, statistics: statistics))
    for group in graph.groups { writer.append(group) }
    self.init(
      formatVersion: writer.operatorSet < 20 ? 8 : 9, operatorSet: writer.operatorSet,
      producer: "autodistill", metadata: metadata,
      graph: writer.finishedGraph())
  }
}
