import NeuralNetworks
import Testing

@testable import SearchSpaces

/// The reference networks of MLPerf Tiny (arXiv:2106.07597) against the figures of their published files.
@Suite("the networks of MLPerf Tiny")
struct MLPerfTinyTests {
  struct Published: Sendable, CustomTestStringConvertible {
    var space: String
    var reference: String
    var input: TensorShape
    var classes: Int
    /// Without biases.
    var weights: Int
    /// One for every output channel, norms folded.
    var biases: Int
    var macs: Int
    /// The most int8 activations alive at once.
    var livePeakBytes: Int
    var kinds: [InferenceKernel.Kind]

    var testDescription: String { reference }
  }

  private static func separables(_ count: Int) -> [InferenceKernel.Kind] {
    (0..<count).flatMap { _ in [.depthwise, .pointwise] }
  }

  private static func resNet(
    _ filters: Int, weights: Int, biases: Int, macs: Int, peak: Int
  ) -> Published {
    Published(
      space: "mlperf-tiny-resnet", reference: "resnet-8-\(filters)",
      input: TensorShape(height: 32, width: 32, channels: 3), classes: 10, weights: weights,
      biases: biases, macs: macs, livePeakBytes: peak,
      // A 1×1 convolution at stride 2 is priced as a pointwise one.
      kinds: [.convolution, .convolution, .convolution] + [.convolution, .convolution, .pointwise]
        + [.convolution, .convolution, .pointwise] + [.globalPooling, .dense])
  }

  static let published = [
    Published(
      space: "mlperf-tiny-ds-cnn", reference: "ds-cnn",
      input: TensorShape(height: 49, width: 10, channels: 1), classes: 12, weights: 22_016,
      biases: 588, macs: 2_656_768, livePeakBytes: 16_000,
      kinds: [.convolution] + separables(4) + [.globalPooling, .dense]),
    Published(
      space: "mlperf-tiny-mobilenet", reference: "mobilenet-v1-0.25",
      input: TensorShape(height: 96, width: 96, channels: 3), classes: 2, weights: 208_112,
      biases: 2_738, macs: 7_489_664, livePeakBytes: 55_296,
      kinds: [.convolution] + separables(13) + [.globalPooling, .dense]),
    resNet(16, weights: 77_360, biases: 346, macs: 12_501_632, peak: 49_152),
    resNet(40, weights: 479_480, biases: 850, macs: 76_473_920, peak: 122_880),
    Published(
      space: "mlperf-tiny-autoencoder", reference: "autoencoder",
      input: TensorShape(channels: 640), classes: 640, weights: 264_192, biases: 1_672,
      macs: 264_192, livePeakBytes: 768, kinds: [InferenceKernel.Kind](repeating: .dense, count: 10)
    ),
  ]

  @Test(
    "have the published layers, parameters, multiplications and activations", arguments: published)
  func figures(published: Published) throws {
    let space = try shippedSpace(published.space)
    #expect(space.images == TypicalImages(shape: published.input, classes: published.classes))
    let reference = try #require(space.reference(named: published.reference))
    let network = try space.network(
      for: reference.architecture, input: published.input, classes: published.classes)
    let kernels = network.inferenceKernels
    #expect(kernels.map(\.kind) == published.kinds)
    #expect(kernels.reduce(0) { $0 + $1.weightCount } == published.weights + published.biases)
    let biases = kernels.filter { $0.macs > 0 }.reduce(0) { $0 + $1.outputShape.channels }
    #expect(biases == published.biases)
    #expect(NetworkCosts(network).macs == published.macs)
    // What a kernel reads and writes is alive while it runs, and here nothing else is.
    #expect(kernels.map { $0.valuesMoved - $0.weightCount }.max() == published.livePeakBytes)
  }

  @Test("are points of spaces whose other points are networks too", arguments: published)
  func spaces(published: Published) throws {
    let space = try shippedSpace(published.space)
    try space.checkNetworks(input: published.input, classes: published.classes)
    // Any image has a mean over its positions; the autoencoder reads as many values as there are.
    for side in [1, 28, 33] {
      let input = TensorShape(height: side, width: side, channels: 3)
      try space.checkNetworks(input: input, classes: 5)
    }
  }

  @Test("are, MobileNet, a point of the space for microcontrollers")
  func microcontroller() throws {
    let space = try shippedSpace("microcontroller")
    let own = try shippedSpace("mlperf-tiny-mobilenet")
    let input = TensorShape(height: 96, width: 96, channels: 3)
    func network(_ space: SearchSpace) throws -> Network {
      let reference = try #require(space.reference(named: "mobilenet-v1-0.25"))
      return try space.network(for: reference.architecture, input: input, classes: 2)
    }
    #expect(try network(space) == network(own))
  }
}
