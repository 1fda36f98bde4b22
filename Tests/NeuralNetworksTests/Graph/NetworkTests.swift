import Testing

@testable import NeuralNetworks

@Suite("a network")
struct NetworkTests {
  private static let image = TensorShape(height: 7, width: 10, channels: 6)

  private static func shape(_ height: Int, _ width: Int, _ channels: Int) -> TensorShape {
    TensorShape(height: height, width: width, channels: channels)
  }

  @Test(
    "infers the shape of every layer",
    arguments: [
      (.convolution(kernel: 3, stride: 1, channels: 4, bias: false), shape(7, 10, 4)),
      (.convolution(kernel: 3, stride: 2, channels: 4, bias: true), shape(4, 5, 4)),
      (.convolution(kernel: 5, stride: 3, channels: 9, bias: false), shape(3, 4, 9)),
      (.convolution(kernel: 1, stride: 2, channels: 1, bias: false), shape(4, 5, 1)),
      (
        .groupedConvolution(kernel: 3, stride: 2, channels: 4, groups: 2, bias: false),
        shape(4, 5, 4)
      ),
      (.channelShuffle(groups: 3), image),
      (.depthwiseConvolution(kernel: 7, stride: 1), shape(7, 10, 6)),
      (.depthwiseConvolution(kernel: 3, stride: 2), shape(4, 5, 6)),
      (.batchNorm, image), (.activation(.relu), image), (.squeezeExcitation(hidden: 2), image),
      (.dropout(rate: 0), image), (.dropout(rate: 0.9), image),
      (.zero, image),
      (.pooling(.max, kernel: 2, stride: 2, padding: 0), shape(3, 5, 6)),
      (.pooling(.average, kernel: 3, stride: 2, padding: 1), shape(4, 5, 6)),
      (.pooling(.max, kernel: 7, stride: 1, padding: 0), shape(1, 4, 6)),
      (.pooling(.max, kernel: 2, stride: 2, padding: .same), shape(4, 5, 6)),
      (
        .convolution(kernel: 3, stride: 2, channels: 4, bias: false, padding: .same), shape(4, 5, 4)
      ),
      (
        .convolution(kernel: 4, stride: 3, channels: 4, bias: false, padding: .same), shape(3, 4, 4)
      ),
      (
        .convolution(
          window: WindowSize(height: 10, width: 4), stride: 2, channels: 4, bias: false,
          padding: .same), shape(4, 5, 4)
      ),
      (
        .convolution(
          window: WindowSize(height: 1, width: 5), stride: 1, channels: 4, bias: false),
        shape(7, 10, 4)
      ),
      (.depthwiseConvolution(kernel: 3, stride: 2, padding: .same), shape(4, 5, 6)),
      (.globalAveragePool, TensorShape(channels: 6)),
      (.dense(channels: 11), TensorShape(channels: 11)),
    ] as [(Layer, TensorShape)])
  func shapes(layer: Layer, expected: TensorShape) throws {
    var builder = NetworkBuilder(input: NetworkTests.image)
    #expect(builder.currentShape == NetworkTests.image)
    let index = try builder.append(layer)
    #expect(index == 1)
    #expect(builder.current == 1)
    #expect(builder.currentShape == expected)
    #expect(builder.shape(of: 1) == expected)
  }

  @Test(
    "has its nodes in an order in which each follows its inputs",
    arguments: ReferenceStudent.allCases)
  func order(student: ReferenceStudent) throws {
    let network = try student.network()
    #expect(network.inputShape == TensorShape(height: 28, width: 28, channels: 1))
    #expect(network.outputShape == TensorShape(channels: 10))
    for (index, node) in network.nodes.enumerated() {
      #expect(node.inputs.allSatisfy { $0 < index })
      #expect(node.inputs.isEmpty == (index == 0))
      if index > 0 { #expect(network.inputShape(of: index) == network.nodes[node.inputs[0]].shape) }
    }
    let counts = network.consumerCounts
    #expect(counts.last == 0)
    #expect(counts.dropLast().allSatisfy { $0 == 1 || $0 == 2 })
    #expect(counts.reduce(0, +) == network.nodes.reduce(0) { $0 + $1.inputs.count })
  }

  @Test(
    "refuses a layer that cannot work where it is put, and says why",
    arguments: [
      (
        .convolution(kernel: 4, stride: 1, channels: 8, bias: false),
        "convolution: the kernel must be odd, got 4"
      ),
      (
        .convolution(kernel: 0, stride: 1, channels: 8, bias: false),
        "convolution: the kernel must be odd, got 0"
      ),
      (
        .convolution(kernel: -1, stride: 1, channels: 8, bias: false),
        "convolution: the kernel must be odd, got -1"
      ),
      (
        .convolution(kernel: 3, stride: 0, channels: 8, bias: false),
        "convolution: the stride must be positive, got 0"
      ),
      (
        .convolution(kernel: 3, stride: 1, channels: 0, bias: false),
        "convolution: the number of channels must be positive, got 0"
      ),
      (
        .groupedConvolution(kernel: 1, stride: 1, channels: 8, groups: 4, bias: false),
        "grouped_convolution: the number of groups must divide the 6 channels of the input, got 4"
      ),
      (
        .groupedConvolution(kernel: 1, stride: 1, channels: 8, groups: 3, bias: false),
        "grouped_convolution: the number of groups must divide the 8 channels of the output, got 3"
      ),
      (
        .groupedConvolution(kernel: 1, stride: 1, channels: 8, groups: 1, bias: false),
        "grouped_convolution: there must be at least 2 groups, got 1"
      ),
      (
        .groupedConvolution(kernel: 2, stride: 1, channels: 8, groups: 2, bias: false),
        "grouped_convolution: the kernel must be odd, got 2"
      ),
      (
        .groupedConvolution(kernel: 3, stride: 0, channels: 8, groups: 2, bias: false),
        "grouped_convolution: the stride must be positive, got 0"
      ),
      (
        .groupedConvolution(kernel: 3, stride: 1, channels: 0, groups: 2, bias: false),
        "grouped_convolution: the number of channels must be positive, got 0"
      ),
      (
        .channelShuffle(groups: 0),
        "channel_shuffle: there must be at least 2 groups, got 0"
      ),
      (
        .channelShuffle(groups: 5),
        "channel_shuffle: the number of groups must divide the 6 channels of the input, got 5"
      ),
      (
        .convolution(
          window: WindowSize(height: 3, width: 2), stride: 1, channels: 8, bias: false),
        "convolution: the kernel must be odd, got 2"
      ),
      (
        .depthwiseConvolution(kernel: 2, stride: 1, padding: .same),
        "depthwise_convolution: the kernel must be odd, got 2"
      ),
      (
        .depthwiseConvolution(kernel: 2, stride: 1),
        "depthwise_convolution: the kernel must be odd, got 2"
      ),
      (
        .depthwiseConvolution(kernel: 3, stride: -2),
        "depthwise_convolution: the stride must be positive, got -2"
      ),
      (
        .squeezeExcitation(hidden: 0),
        "squeeze_excitation: the hidden width must be positive, got 0"
      ),
      (
        .pooling(.max, kernel: 0, stride: 1, padding: 0),
        "max_pooling: kernel and stride must be positive"
      ),
      (
        .pooling(.average, kernel: 2, stride: 0, padding: 0),
        "average_pooling: kernel and stride must be positive"
      ),
      (
        .pooling(.max, kernel: 3, stride: 1, padding: 3),
        "max_pooling: the padding must be in 0..<3, got 3"
      ),
      (
        .pooling(.max, kernel: 3, stride: 1, padding: -1),
        "max_pooling: the padding must be in 0..<3, got -1"
      ),
      (
        .pooling(.max, kernel: 8, stride: 1, padding: 0),
        "max_pooling: a window of 8 does not fit into 7×10×6"
      ),
      (.dense(channels: 0), "dense: the number of channels must be positive, got 0"),
      (.dropout(rate: 1), "dropout: the rate must be in [0, 1), got 1.0"),
      (.dropout(rate: -0.5), "dropout: the rate must be in [0, 1), got -0.5"),
      (.dropout(rate: .nan), "dropout: the rate must be in [0, 1), got nan"),
    ] as [(Layer, String)])
  func misfits(layer: Layer, message: String) throws {
    var builder = NetworkBuilder(input: NetworkTests.image)
    let error = try #require(throws: NetworkError.self) { try builder.append(layer) }
    #expect(error.description == message)
    // The builder continues as if nothing had happened.
    #expect(builder.current == 0)
    try builder.append(.dense(channels: 2))
    #expect(try builder.network().nodes.count == 2)
  }

  @Test("refuses a sum of two shapes, and may add a tensor to itself")
  func sums() throws {
    var builder = NetworkBuilder(input: NetworkTests.image)
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 6, bias: false))
    let shapes = try #require(throws: NetworkError.self) { try builder.add(0) }
    #expect(shapes.description == "add: cannot add 7×10×6 to 4×5×6")
    #expect(try builder.add(1) == 2)
    try builder.append(.dense(channels: 2))
    let network = try builder.network()
    #expect(network.nodes[2].inputs == [1, 1])
    #expect(network.consumerCounts == [1, 2, 1, 0])
  }

  @Test("is not finished without a layer")
  func empty() throws {
    let builder = NetworkBuilder(input: TensorShape(channels: 4))
    let error = try #require(throws: NetworkError.self) { try builder.network() }
    #expect(error.description == "input: a network needs at least one layer")
  }

  @Test("is not finished while its output is an image")
  func imageOutput() throws {
    var builder = NetworkBuilder(input: NetworkTests.image)
    try builder.append(.batchNorm)
    let error = try #require(throws: NetworkError.self) { try builder.network() }
    #expect(
      error.description == "batch_norm: the output must be a vector of logits, got 7×10×6")
  }

  @Test("is not finished where another layer follows the output")
  func outputInTheMiddle() throws {
    var builder = NetworkBuilder(input: TensorShape(channels: 6))
    try builder.append(.dense(channels: 3))
    try builder.append(.dense(channels: 2))
    builder.current = 1
    let error = try #require(throws: NetworkError.self) { try builder.network() }
    #expect(error.description == "dense: the output must be the last layer added")
  }

  @Test("is not finished while some output is never read")
  func danglingNode() throws {
    var builder = NetworkBuilder(input: NetworkTests.image)
    try builder.append(.activation(.relu))
    builder.current = 0
    try builder.append(.dense(channels: 2))
    let error = try #require(throws: NetworkError.self) { try builder.network() }
    #expect(error.description == "relu: the output of node 1 is never read")
  }

  @Test("names its layers in one word")
  func names() {
    let layers: [Layer] = [
      .input, .add, .zero, .batchNorm, .activation(.hardSwish), .globalAveragePool,
      .groupedConvolution(kernel: 1, stride: 1, channels: 4, groups: 2, bias: false),
      .channelShuffle(groups: 2),
      .pooling(.average, kernel: 2, stride: 2, padding: 0),
    ]
    #expect(
      layers.map(\.name) == [
        "input", "add", "zero", "batch_norm", "hard_swish", "global_average_pool",
        "grouped_convolution", "channel_shuffle", "average_pooling",
      ])
  }
}
