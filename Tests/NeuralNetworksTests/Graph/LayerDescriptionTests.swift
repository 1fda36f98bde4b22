import NeuralNetworks
import Testing

@Suite("layers in words")
struct LayerDescriptionTests {
  /// Teachers, checkpoints and exported files of earlier versions have these texts.
  @Test(
    "say what they always said",
    arguments: [
      (Layer.input, "input"),
      (
        .convolution(kernel: 3, stride: 2, channels: 16, bias: false),
        "convolution(kernel: 3, stride: 2, channels: 16, bias: false)"
      ),
      (
        .groupedConvolution(kernel: 1, stride: 1, channels: 8, groups: 2, bias: true),
        "groupedConvolution(kernel: 1, stride: 1, channels: 8, groups: 2, bias: true)"
      ),
      (
        .depthwiseConvolution(kernel: 5, stride: 1), "depthwiseConvolution(kernel: 5, stride: 1)"
      ),
      (.activation(.hardSwish), "activation(TensorKernels.Activation.hardSwish)"),
      (.squeezeExcitation(hidden: 4), "squeezeExcitation(hidden: 4)"),
      (
        .pooling(.average, kernel: 3, stride: 1, padding: 1),
        "pooling(NeuralNetworks.PoolingKind.average, kernel: 3, stride: 1, padding: 1)"
      ),
      (.dense(channels: 10), "dense(channels: 10)"), (.dropout(rate: 0.25), "dropout(rate: 0.25)"),
      (.channelShuffle(groups: 2), "channelShuffle(groups: 2)"),
    ])
  func unchanged(layer: Layer, text: String) { #expect(layer.description == text) }

  @Test("tell apart what is new")
  func new() {
    let layers: [Layer] = [
      .convolution(kernel: 3, stride: 2, channels: 8, bias: false),
      .convolution(kernel: 3, stride: 2, channels: 8, bias: false, padding: .same),
      .convolution(
        window: WindowSize(height: 3, width: 4), stride: 2, channels: 8, bias: false, padding: .same
      ),
      .depthwiseConvolution(kernel: 3, stride: 2),
      .depthwiseConvolution(kernel: 3, stride: 2, padding: .same),
      .pooling(.max, kernel: 3, stride: 2, padding: 1),
      .pooling(.max, kernel: 3, stride: 2, padding: .same),
    ]
    #expect(Set(layers.map(\.description)).count == layers.count)
  }
}
