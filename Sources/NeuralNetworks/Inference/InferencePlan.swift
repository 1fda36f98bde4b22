import TensorKernels

/// A network ready to classify: norms folded into the weights, activations in one small arena.
///
/// One thread runs a plan. An image's logits do not depend on which other images are in its batch.
public final class InferencePlan {
  public let network: Network
  /// The most images in one run.
  public let capacity: Int

  private let steps: [InferenceStep]
  private let arena: FloatArena
  private let weights: FloatArena
  private let inputOffset: Int
  private let outputOffset: Int

  /// Plans `network` and folds its trained values.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`; copied.
  ///   - statistics: `[ParameterLayout.statisticFloats]`; copied.
  ///   - capacity: The most images in one run.
  public init(
    _ network: Network, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    capacity: Int = 1
  ) {
    self.network = network
    self.capacity = capacity
    let graph = InferenceGraph(network)
    let layout = InferenceLayout(graph, capacity: capacity)
    let folded = FoldedWeights(
      network, groups: graph.groups, parameters: parameters, statistics: statistics)
    let scratch = graph.groups.map { group in
      let head = network.nodes[group.head]
      let input = network.inputShape(of: group.head)
      if case .squeezeExcitation(let hidden) = head.layer {
        return capacity * (2 * input.channels + hidden) + 3 * 32
      }
      return UnitDemand(head.layer, input: input, output: head.shape, images: [capacity]).scratch
    }
    let arena = FloatArena(count: layout.arena.floats + (scratch.max() ?? 0) + 64)
    let scratchBase = arena.base + layout.arena.floats + 32
    steps = graph.groups.map { group in
      InferenceStep(
        network: network, group: group, weights: folded.places[group.head],
        base: folded.arena.base,
        input: arena.base + layout.offsets[network.nodes[group.head].inputs[0]],
        addend: group.addend.map { arena.base + layout.offsets[$0] },
        output: arena.base + layout.offsets[group.output], scratch: scratchBase)
    }
    self.arena = arena
    weights = folded.arena
    inputOffset = layout.offsets[0]
    outputOffset = layout.offsets[network.nodes.count - 1]
  }

  /// Where the images go before `run`, `[images, H, W, C]`.
  public var input: UnsafeMutablePointer<Float> { arena.base + inputOffset }
  /// The logits after `run`, `[images, classes]`.
  public var logits: UnsafePointer<Float> { UnsafePointer(arena.base + outputOffset) }

  /// Computes the logits of the first `images` images of `input`.
  public func run(images: Int) {
    precondition(images <= capacity, "\(images) images do not fit into a plan for \(capacity)")
    for step in steps { step.run(images: images) }
  }
}
