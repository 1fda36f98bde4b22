import TensorKernels
import Testing

@testable import NeuralNetworks

/// Small networks that between them hold every layer, every way to fuse it and every way to share a
/// tensor.
enum TestGraph: String, CaseIterable, Sendable {
  case convolutions
  case depthwise
  case pooling
  case squeezeExcitation
  case identityShortcuts
  case projections
  case separateSums
  case preactivation
  case fourReaders
  case addendReadElsewhere
  case shortcutsOverOneLayer
  case imageShortcuts
  case dropout
  case bottlenecks
  case imageBottleneck
  case imageSeparable
  case imagePooledExpansion
  case cells
  case doubles
  case zeros
  case deadBody
  case imageZeros
  case groups
  case imageGroups
  case layerNorms
  case samePadding
  case sameBottlenecks
  case winograd

  static let image = TensorShape(height: 5, width: 6, channels: 3)
  static let classes = 4

  func network(dropoutRate: Double = 0.4) throws -> Network {
    var builder = NetworkBuilder(input: TestGraph.image)
    switch self {
    case .convolutions: try builder.appendConvolutions()
    case .depthwise: try builder.appendDepthwise()
    case .pooling: try builder.appendPooling()
    case .squeezeExcitation: try builder.appendSqueezeExcitation()
    case .identityShortcuts: try builder.appendIdentityShortcuts()
    case .projections: try builder.appendProjections()
    case .separateSums: try builder.appendSeparateSums()
    case .preactivation: try builder.appendPreactivation()
    case .fourReaders: try builder.appendFourReaders()
    case .addendReadElsewhere: try builder.appendAddendReadElsewhere()
    case .shortcutsOverOneLayer: try builder.appendShortcutsOverOneLayer()
    case .imageShortcuts: try builder.appendImageShortcuts()
    case .dropout: try builder.appendDropout(rate: dropoutRate)
    case .bottlenecks: try builder.appendBottlenecks()
    case .imageBottleneck: try builder.appendImageBottleneck()
    case .imageSeparable: try builder.appendImageSeparable()
    case .imagePooledExpansion:
      try builder.appendUnit(kernel: 1, stride: 1, channels: 18, .hardSwish)
      try builder.append(.globalAveragePool)
    case .cells: try builder.appendCells()
    case .doubles: try builder.appendDoubles()
    case .zeros: try builder.appendZeros()
    case .deadBody: try builder.appendDeadBody()
    case .imageZeros: try builder.append(.zero)
    case .groups: try builder.appendGroups()
    case .imageGroups: try builder.appendImageGroups()
    case .layerNorms: try builder.appendLayerNorms()
    case .samePadding: try builder.appendSamePadding()
    case .sameBottlenecks: try builder.appendSameBottlenecks()
    case .winograd: try builder.appendWinograd()
    }
    try builder.append(.dense(channels: TestGraph.classes))
    return try builder.network()
  }
}

extension NetworkBuilder {
  /// A convolution alone.
  fileprivate mutating func appendConvolution(
    _ kernel: Int, _ channels: Int, stride: Int = 1, bias: Bool = false
  ) throws {
    try append(.convolution(kernel: kernel, stride: stride, channels: channels, bias: bias))
  }

  fileprivate mutating func appendDepthwiseUnit(_ kernel: Int, stride: Int = 1) throws {
    try append(.depthwiseConvolution(kernel: kernel, stride: stride))
    try append(.batchNorm)
  }

  fileprivate mutating func appendConvolutions() throws {
    try appendConvolution(3, 5, bias: true)
    try append(.activation(.hardSwish))
    try appendConvolution(3, 6, stride: 2, bias: true)
    try append(.batchNorm)
    try append(.activation(.relu6))
    try appendConvolution(1, 5, bias: true)
    try appendConvolution(5, 4)
    try append(.activation(.relu))
    try appendConvolution(1, 4, stride: 2)
    // The classifier reads all positions, behind a hidden layer with a norm and one without.
    try append(.dense(channels: 7))
    try append(.batchNorm)
    try append(.activation(.hardSwish))
    try append(.dense(channels: 5))
    try append(.activation(.relu))
  }

  fileprivate mutating func appendDepthwise() throws {
    try append(.depthwiseConvolution(kernel: 3, stride: 1))
    try appendUnit(kernel: 1, stride: 1, channels: 6, .relu)
    try appendDepthwiseUnit(5)
    try append(.activation(.hardSwish))
    try append(.depthwiseConvolution(kernel: 3, stride: 2))
    try append(.activation(.relu6))
    try appendDepthwiseUnit(5, stride: 2)
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendPooling() throws {
    try append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let source = current
    try append(.pooling(.max, kernel: 3, stride: 2, padding: 1))
    let largest = current
    current = source
    try append(.pooling(.average, kernel: 3, stride: 2, padding: 1))
    try add(largest)
    try append(.activation(.hardSwish))
    try appendUnit(kernel: 3, stride: 1, channels: 6, .relu6)
    try append(.pooling(.average, kernel: 2, stride: 1, padding: 0))
    try append(.pooling(.max, kernel: 2, stride: 1, padding: 0))
  }

  fileprivate mutating func appendSqueezeExcitation() throws {
    try append(.squeezeExcitation(hidden: 2))
    try appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
    // Directly on the input of a residual sum.
    let source = current
    try append(.squeezeExcitation(hidden: 3))
    try add(source)
    try appendConvolution(1, 5)
    try append(.squeezeExcitation(hidden: 4))
    try append(.activation(.hardSwish))
    try append(.batchNorm)
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendIdentityShortcuts() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    try appendPlainResidual(channels: 5, stride: 1)
    try appendInvertedResidual(
      channels: 5, kernel: 3, stride: 1, expansion: 2, .hardSwish, squeezes: true)
    // The same without norms.
    let source = current
    try appendConvolution(3, 5, bias: true)
    try append(.activation(.relu))
    try appendConvolution(3, 5)
    try add(source)
    try append(.activation(.relu6))
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendProjections() throws {
    try appendPlainResidual(channels: 5, stride: 2)
    // The shortcut before the main path, and named first in the sum.
    let source = current
    try appendUnit(kernel: 1, stride: 1, channels: 6, nil)
    let shortcut = current
    current = source
    try appendUnit(kernel: 3, stride: 1, channels: 6, .relu)
    try appendUnit(kernel: 3, stride: 1, channels: 6, nil)
    let main = current
    current = shortcut
    try add(main)
    try append(.activation(.hardSwish))
    try append(.globalAveragePool)
  }

  /// Sums whose second tensor is computed after the head of the first.
  fileprivate mutating func appendSeparateSums() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let source = current
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    let left = current
    current = source
    try append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
    let right = current
    current = left
    try add(right)
    try append(.activation(.relu6))
    let sum = current
    try append(.activation(.hardSwish))
    try append(.pooling(.average, kernel: 3, stride: 1, padding: 1))
    try add(sum)
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendPreactivation() throws {
    try appendConvolution(3, 5)
    for activation in [Activation.relu, .hardSwish] {
      let source = current
      try append(.batchNorm)
      try append(.activation(activation))
      try appendConvolution(3, 5)
      try append(.batchNorm)
      try append(.activation(.relu))
      try appendConvolution(3, 5)
      try add(source)
    }
    try append(.batchNorm)
    try append(.activation(.relu))
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendFourReaders() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let source = current
    try appendUnit(kernel: 3, stride: 1, channels: 5, .hardSwish)
    let first = current
    current = source
    try appendDepthwiseUnit(3)
    try add(first)
    let second = current
    current = source
    try append(.squeezeExcitation(hidden: 2))
    try add(second)
    try add(source)
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendAddendReadElsewhere() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    let source = current
    // The source is read by a head, then as an addend, then by a head again.
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    try appendUnit(kernel: 1, stride: 1, channels: 5, nil)
    try add(source)
    let sum = current
    current = source
    try appendUnit(kernel: 1, stride: 1, channels: 5, nil)
    try add(sum)
    // Read by two heads first and as an addend last.
    let wide = current
    try appendDepthwiseUnit(3)
    let left = current
    current = wide
    try append(.pooling(.average, kernel: 3, stride: 1, padding: 1))
    try add(left)
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    try add(wide)
    try append(.globalAveragePool)
  }

  /// Sums of a layer's output and its own input.
  fileprivate mutating func appendShortcutsOverOneLayer() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    var source = current
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    try add(source)
    try append(.activation(.relu))
    source = current
    try appendDepthwiseUnit(3)
    try add(source)
    source = current
    try appendConvolution(3, 5, bias: true)
    try add(source)
    try append(.activation(.hardSwish))
    source = current
    try append(.depthwiseConvolution(kernel: 5, stride: 1))
    try add(source)
    source = current
    try append(.batchNorm)
    try add(source)
    try append(.activation(.relu6))
    try append(.globalAveragePool)
    source = current
    try append(.dense(channels: 5))
    try add(source)
  }

  fileprivate mutating func appendImageShortcuts() throws {
    try appendUnit(kernel: 3, stride: 1, channels: 3, nil)
    try add(0)
    try append(.activation(.relu))
    try append(.pooling(.average, kernel: 3, stride: 1, padding: 1))
    try add(0)
    try appendUnit(kernel: 1, stride: 1, channels: 3, nil)
    let branch = current
    current = 0
    try add(branch)
    try append(.globalAveragePool)
  }

  fileprivate mutating func appendDropout(rate: Double) throws {
    try append(.dropout(rate: rate))
    try appendUnit(kernel: 3, stride: 1, channels: 5, .relu)
    try append(.dropout(rate: rate))
    let source = current
    try appendUnit(kernel: 3, stride: 1, channels: 5, nil)
    try add(source)
    let sum = current
    try append(.dropout(rate: rate / 2))
    try add(sum)
    try append(.globalAveragePool)
    try append(.dropout(rate: rate))
    try append(.dense(channels: 6))
    try append(.activation(.relu))
    try append(.dropout(rate: rate))
  }
}

extension TrainingPlan {
  /// Value i of the test images.
  static func testImageValue(_ i: Int) -> Float { Float(TrainingTrace.chirp(i, 5000)) }

  /// Sets parameters and images to chirps.
  func fillForTest() {
    for tensor in layout.parameters {
      for i in 0..<tensor.count { parameters[tensor.offset + i] = TrainingTrace.start(tensor, i) }
    }
    let elements = network.inputShape.elementCount
    for (slice, range) in sliceRanges.enumerated() {
      for i in 0..<range.count * elements {
        input(slice: slice)[i] = TrainingPlan.testImageValue(range.lowerBound * elements + i)
      }
    }
  }

  /// All slices' logits, `[batch, classes]`.
  var allLogits: [Float] {
    let classes = network.outputShape.channels
    return sliceRanges.indices.flatMap { slice in
      Array(
        UnsafeBufferPointer(
          start: logits(slice: slice), count: sliceRanges[slice].count * classes))
    }
  }
}

@Suite("an inference plan")
struct FloatInferencePlanTests {
  private static let batch = 5
  private static var elements: Int { TestGraph.image.elementCount }

  /// A training plan that has run one batch and holds that batch's own statistics.
  private func trained(_ graph: TestGraph, features: [Int] = []) throws -> TrainingPlan {
    let plan = TrainingPlan(
      network: try graph.network(dropoutRate: 0), batch: FloatInferencePlanTests.batch,
      features: features)
    plan.fillForTest()
    plan.forward(thread: 0, team: WorkerTeam(threadCount: 1), step: 0, momentum: 1)
    // A norm divides by the number of values, its running variance by one less.
    for tensor in plan.layout.statistics where tensor.role == .runningVariance {
      let count = Float(
        FloatInferencePlanTests.batch * plan.network.nodes[tensor.node].shape.positionCount)
      for c in 0..<tensor.count { plan.statistics[tensor.offset + c] *= (count - 1) / count }
    }
    return plan
  }

  private func inference(
    _ plan: TrainingPlan, network: Network? = nil, capacity: Int, features: [Int] = []
  ) -> FloatInferencePlan {
    FloatInferencePlan(
      network ?? plan.network, parameters: UnsafePointer(plan.parameters),
      statistics: UnsafePointer(plan.statistics), capacity: capacity, features: features)
  }

  /// The logits of the test images in `range`, run together.
  private func logits(_ plan: any InferencePlan, images range: Range<Int>) -> [Float] {
    let elements = FloatInferencePlanTests.elements
    for i in 0..<range.count * elements {
      plan.input[i] = TrainingPlan.testImageValue(range.lowerBound * elements + i)
    }
    plan.run(images: range.count)
    return Array(
      UnsafeBufferPointer(start: plan.logits, count: range.count * TestGraph.classes))
  }

  /// Both round after every layer and differ only in where: relative to the largest logit, a few times
  /// 2⁻²⁴ for each of up to twenty layers.
  @Test(
    "gives the training plan's logits when the statistics are the batch's own",
    arguments: TestGraph.allCases)
  func agreement(graph: TestGraph) throws {
    let plan = try trained(graph)
    let expected = plan.allLogits
    let batch = FloatInferencePlanTests.batch
    let actual = logits(inference(plan, capacity: batch), images: 0..<batch)
    let scale = expected.map(abs).max() ?? 0
    #expect(scale > 0.01)
    let error = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(error <= 5e-6 * scale)
  }

  @Test("keeps every layer's output where it is to be read", arguments: TestGraph.allCases)
  func features(graph: TestGraph) throws {
    let nodes = try graph.network().nodes
    let features = Array(nodes.indices.dropFirst().dropLast())
    let plan = try trained(graph, features: features)
    let batch = FloatInferencePlanTests.batch
    let inference = inference(plan, capacity: batch, features: features)
    _ = logits(inference, images: 0..<batch)
    for node in features {
      let (expected, actual) = (plan.feature(node, slice: 0), inference.feature(node))
      let values = (0..<batch * nodes[node].shape.elementCount).map { (expected[$0], actual[$0]) }
      let scale = values.map { abs($0.0) }.max() ?? 0
      #expect(values.allSatisfy { abs($0 - $1) <= 1e-5 * max(scale, 0.1) }, "node \(node)")
    }
  }

  @Test("gives an image the same bits alone and in a batch", arguments: TestGraph.allCases)
  func batchIndependence(graph: TestGraph) throws {
    let plan = try trained(graph)
    let batch = FloatInferencePlanTests.batch
    let together = logits(inference(plan, capacity: batch), images: 0..<batch)
    let single = inference(plan, capacity: 1)
    let alone = (0..<batch).flatMap { logits(single, images: $0..<$0 + 1) }
    #expect(alone == together)
  }

  @Test(
    "may have room for more images than it runs, and remembers none of an earlier run",
    arguments: TestGraph.allCases)
  func capacity(graph: TestGraph) throws {
    let plan = try trained(graph)
    let roomy = inference(plan, capacity: 7)
    let whole = logits(roomy, images: 0..<5)
    #expect(logits(roomy, images: 1..<4) == Array(whole[4..<16]))
    #expect(logits(roomy, images: 0..<5) == whole)
    #expect(whole == logits(inference(plan, capacity: 5), images: 0..<5))
  }

  @Test("keeps of minimal filtering's weights the transformed ones alone")
  func transformedWeights() throws {
    func plan(stride: Int) throws -> FloatInferencePlan {
      var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 64))
      try builder.append(.convolution(kernel: 3, stride: stride, channels: 64, bias: false))
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 2))
      return inference(TrainingPlan(network: try builder.network(), batch: 1), capacity: 1)
    }
    // F(4×4) has 36 values for nine plain ones. Between a layer's tensors and planes lie a few vectors.
    let (plainBytes, room) = (4 * 9 * 64 * 64, 8192)
    let (transformed, plain) = (try plan(stride: 1), try plan(stride: 2))
    let bytes = [transformed, plain].map { FloatInferencePlan.weightBytes(of: $0.network) }
    #expect(bytes[0] >= 4 * plainBytes && bytes[0] < 4 * plainBytes + room)
    #expect(bytes[1] >= plainBytes && bytes[1] < plainBytes + room)
    // The rest: an image, an output, what the mean gives, scratch of four tiles in six by six positions.
    let rest = transformed.bytes - bytes[0]
    #expect(rest > 0 && rest < 200_000)
    #expect(plain.bytes > bytes[1])
  }

  @Test("drops nothing out")
  func dropout() throws {
    let plan = try trained(.dropout)
    let dropping = inference(plan, network: try TestGraph.dropout.network(), capacity: 5)
    let keeping = inference(plan, capacity: 5)
    #expect(logits(dropping, images: 0..<5) == logits(keeping, images: 0..<5))
  }

  @Test("keeps its weights when the trained ones move on")
  func copies() throws {
    let plan = try trained(.identityShortcuts)
    let inference = inference(plan, capacity: 2)
    let before = logits(inference, images: 0..<2)
    plan.parameters.update(repeating: 9, count: plan.layout.parameterFloats)
    plan.statistics.update(repeating: 9, count: plan.layout.statisticFloats)
    #expect(logits(inference, images: 0..<2) == before)
  }
}

@Suite("the test graphs")
struct TestGraphTests {
  @Test("hold every layer, and sums fused in every way")
  func coverage() throws {
    let networks = try TestGraph.allCases.map { try $0.network() }
    let names = Set(networks.flatMap { $0.nodes.map(\.layer.name) })
    #expect(
      names == [
        "input", "convolution", "depthwise_convolution", "batch_norm", "relu", "relu6",
        "hard_swish", "squeeze_excitation", "add", "zero", "average_pooling", "max_pooling",
        "global_average_pool", "dense", "dropout", "grouped_convolution", "channel_shuffle",
        "layer_norm", "gelu",
      ])
    let groups = networks.flatMap(\.fusedGroups)
    #expect(groups.contains { $0.add == $0.head })
    #expect(groups.contains { $0.add != nil && $0.add != $0.head && $0.norm == nil })
    #expect(groups.contains { $0.add != nil && $0.norm != nil && $0.norm != $0.head })
    #expect(groups.contains { $0.norm == $0.head && $0.add == nil && $0.activation != nil })
    #expect(networks.contains { $0.consumerCounts.contains(4) })
    #expect(networks.contains { $0.nodes.contains { Set($0.inputs).count < $0.inputs.count } })
  }
}
