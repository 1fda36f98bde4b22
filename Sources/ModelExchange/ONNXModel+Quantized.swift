import DeployedModels
import FileFormats

extension ONNXModel {
  /// Describes an int8 model in the form that runtimes run on integers (QDQ): float32 from `input`, `[1, C, H, W]`,
  /// to `logits`, `[1, classes]`, with what quantises and dequantises between.
  ///
  /// Weights are stored as int8 with a scale a channel, biases as int32; activations are uint8, our integers and 128.
  /// Runtimes round sums in floating point, so
  /// that a value may differ from this program's integers by one unit a layer.
  ///
  /// - Parameter metadata: Free text about the model; how its input is standardised belongs there.
  /// - Precondition: Constants have values.
  public init(quantized model: DeployedModel, metadata: [String: String] = [:]) {
    let writer = QuantizedGraphWriter(ChannelsFirstModel(model))
    self.init(
      formatVersion: writer.operatorSet < 20 ? 8 : 9, operatorSet: writer.operatorSet,
      producer: "autodistill", metadata: metadata, graph: writer.graph)
  }
}
