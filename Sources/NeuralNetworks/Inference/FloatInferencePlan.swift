import TensorKernels

/// The plan of our own fp32 kernels: norms folded into the weights, activations in one small arena.
public final class FloatInferencePlan: NetworkPlan {
  public static var precision: Precision { .fp32 }

  public let network: Network
  /// The most images in one run.
  public let capacity: Int

  private let steps: [InferenceStep]
  private let arena: FloatArena
  private let weights: FloatArena
  private let inputOffset: Int
  private let outputOffset: Int
  private let featureOffsets: [Int: Int]

  /// Plans `network` and folds its trained values.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`; copied.
  ///   - statistics: `[ParameterLayout.statisticFloats]`; copied.
  ///   - capacity: The most images in one run.
  ///   - features: Nodes whose outputs can be read after a run, neither the image nor the logits.
  public init(
    _ network: Network, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    capacity: Int = 1, features: [Int]
  ) {
    self.network = network
    self.capacity = capacity
    let graph = InferenceGraph(network, features: features)
    let layout = InferenceLayout(graph, capacity: capacity)
    let folded = FoldedWeights(
      network, groups: graph.groups, parameters: parameters, statistics: statistics,
      form: .arranged)
    let places = graph.groups.map(network.place)
    let scratch = places.map {
      network.nodes[$0.node].layer.family.inferenceScratch($0, capacity: capacity)
    }
    let scratchOffset = layout.arena.floats + readMargin
    let arena = FloatArena(count: scratchOffset + (scratch.max() ?? 0))
    steps = places.map { place in
      let head = network.nodes[place.node]
      return head.layer.family.inferenceStep(
        InferenceSite(
          place: place, capacity: capacity, input: arena.base + layout.offsets[head.inputs[0]],
          addend: place.group.addend.map { arena.base + layout.offsets[$0] },
          output: arena.base + layout.offsets[place.group.output],
          scratch: arena.base + scratchOffset,
          weights: folded.tensors[place.node] ?? FoldedTensors(values: [:])))
    }
    self.arena = arena
    weights = folded.arena
    inputOffset = layout.offsets[0]
    outputOffset = layout.offsets[network.nodes.count - 1]
    featureOffsets = Dictionary(
      features.map { ($0, layout.offsets[$0]) }, uniquingKeysWith: { first, _ in first })
  }

  public convenience init(
    _ network: Network, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    capacity: Int = 1
  ) {
    self.init(
      network, parameters: parameters, statistics: statistics, capacity: capacity, features: [])
  }

  /// Bytes that the plan holds for as long as it lives: weights, activations and scratch.
  public var bytes: Int { MemoryLayout<Float>.stride * (weights.count + arena.count) }

  /// Bytes of `bytes` that are a network's weights, as the plan's kernels read them: transformed ones of minimal
  /// filtering have 16 or 36 values for nine plain ones.
  public static func weightBytes(of network: Network) -> Int {
    MemoryLayout<Float>.stride
      * FoldedWeights.floats(
        network, groups: InferenceGraph(network).groups, form: .arranged)
  }

  /// Where the images go before `run`, `[images, H, W, C]`.
  public var input: UnsafeMutablePointer<Float> { arena.base + inputOffset }
  /// The logits after `run`, `[images, classes]`.
  public var logits: UnsafePointer<Float> { UnsafePointer(arena.base + outputOffset) }

  /// The output of a node of `features` after `run`, `[images, H, W, C]`.
  public func feature(_ node: Int) -> UnsafePointer<Float> {
    guard let offset = featureOffsets[node] else {
      preconditionFailure("node \(node) is not among the features of the plan")
    }
    return UnsafePointer(arena.base + offset)
  }

  /// Computes the logits of the first `images` images of `input`.
  public func run(images: Int) {
    precondition(images <= capacity, "\(images) images do not fit into a plan for \(capacity)")
    for step in steps { step(images) }
  }
}
