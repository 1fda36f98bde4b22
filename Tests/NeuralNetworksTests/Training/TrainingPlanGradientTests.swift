import RandomStreams
import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("a training plan's gradient")
struct TrainingPlanGradientTests {
  private static let batch = 4
  private static let step = 3
  private static let seed: UInt64 = 17

  /// What a forward and a backward pass left. Backward takes the logits' memory, so they are a copy.
  private struct Pass {
    let plan: TrainingPlan
    let logits: [Float]
    /// The outputs of the features, `[batch, H, W, C]` each.
    let features: [[Float]]

    var layout: ParameterLayout { plan.layout }
    var gradient: [Double] { (0..<layout.parameterFloats).map { Double(plan.gradient[$0]) } }
  }

  private func pass(
    _ network: Network, slices: Int, threads: Int, features: [Int] = []
  ) -> Pass {
    let plan = TrainingPlan(
      network: network, batch: TrainingPlanGradientTests.batch, slices: slices, features: features,
      seed: TrainingPlanGradientTests.seed)
    let team = WorkerTeam(threadCount: threads)
    let step = TrainingPlanGradientTests.step
    var logits: [Float] = []
    var outputs: [[Float]] = []
    // The second time no buffer is fresh: what a pass does not write is left from the first.
    for _ in 0..<2 {
      plan.fillForTest()
      team.run { thread in
        plan.forward(thread: thread, team: team, step: step, momentum: 0.1)
      }
      logits = plan.allLogits
      for (slice, range) in plan.sliceRanges.enumerated() {
        for i in 0..<range.count * TestGraph.classes {
          let weight = Self.logitWeight(range.lowerBound * TestGraph.classes + i)
          plan.logitsGradient(slice: slice)[i] = Float(weight)
        }
      }
      outputs = features.map { node in
        let elements = network.nodes[node].shape.elementCount
        return plan.sliceRanges.enumerated().flatMap { slice, range in
          for i in 0..<range.count * elements {
            plan.featureGradient(node, slice: slice)[i] = Float(
              Self.featureWeight(node, range.lowerBound * elements + i))
          }
          return (0..<range.count * elements).map { plan.feature(node, slice: slice)[$0] }
        }
      }
      team.run { thread in plan.backward(thread: thread, team: team, step: step) }
    }
    plan.reduceGradients()
    return Pass(plan: plan, logits: logits, features: outputs)
  }

  /// The loss is Σ weight·logit, and Σ weight·value over features: a plan knows its loss only by the
  /// gradients of what it reads.
  private static func logitWeight(_ i: Int) -> Double {
    Double(Float(TrainingTrace.chirp(i, 6000)))
  }

  private static func featureWeight(_ node: Int, _ i: Int) -> Double {
    Double(Float(0.1 * TrainingTrace.chirp(i, 7000 + 31 * node)))
  }

  private func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func reference(_ plan: TrainingPlan) -> DoubleNetwork {
    let count = TrainingPlanGradientTests.batch * TestGraph.image.elementCount
    return DoubleNetwork(
      network: plan.network, layout: plan.layout,
      images: (0..<count).map { Double(TrainingPlan.testImageValue($0)) },
      sliceRanges: plan.sliceRanges, dropoutSeed: TrainingPlanGradientTests.seed,
      step: TrainingPlanGradientTests.step)
  }

  /// The derivative of the loss along `direction` in `tensor`, by a central difference.
  ///
  /// Its step is made smaller until both ends lie on one smooth piece. With 1e-6 the third derivative
  /// is worth 1e-12 and rounding 1e-9; the smallest, 1e-9, still leaves an error of 1e-6 of a gradient
  /// of order 1. Nil if even that crosses a kink.
  private func slope(
    _ network: DoubleNetwork, features: [Int], at parameters: [Double],
    along direction: [Double], in tensor: ParameterLayout.Tensor
  ) -> Double? {
    func loss(_ distance: Double) -> (value: Double, branches: Int) {
      var moved = parameters
      for i in direction.indices { moved[tensor.offset + i] += distance * direction[i] }
      let (outputs, branches) = network.outputs(parameters: moved)
      let logits = outputs[outputs.count - 1]
      var loss = logits.indices.reduce(0) { $0 + logits[$1] * Self.logitWeight($1) }
      for node in features {
        for (i, value) in outputs[node].enumerated() {
          loss += value * Self.featureWeight(node, i)
        }
      }
      return (loss, branches)
    }
    for distance in [1e-6, 1e-7, 1e-8, 1e-9] {
      let (ahead, behind) = (loss(distance), loss(-distance))
      if ahead.branches == behind.branches {
        return (ahead.value - behind.value) / (2 * distance)
      }
    }
    return nil
  }

  /// Unit vectors: two that point everywhere at once and one along a single value.
  private func directions(_ tensor: ParameterLayout.Tensor) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: "directions", tensor.offset)
    let dense = (0..<2).map { _ in
      let values = (0..<tensor.count).map { _ in random.normal() }
      let length = norm(values)
      return values.map { $0 / length }
    }
    var single = [Double](repeating: 0, count: tensor.count)
    single[random.integer(below: tensor.count)] = 1
    return dense + [single]
  }

  /// Single precision leaves up to 1e-6 of a tensor's gradient, and is given ten times that; where that gradient is zero by
  /// construction (a bias before a norm), of the whole gradient. What is lost or counted twice in a
  /// graph is of the gradient's own size.
  @Test(
    "is that of finite differences in double precision, for every layer and way to share a tensor",
    arguments: TestGraph.allCases)
  func finiteDifferences(graph: TestGraph) throws {
    try expectFiniteDifferences(of: try graph.network())
  }

  @Test("is that of finite differences for random sums of shared tensors", arguments: 0..<40)
  func randomCells(number: Int) throws {
    var builder = NetworkBuilder(input: TestGraph.image)
    try builder.appendRandomCell(number)
    try builder.append(.dense(channels: TestGraph.classes))
    try expectFiniteDifferences(of: try builder.network())
  }

  @Test(
    "is that of finite differences where a loss reads the outputs of all units, chains among them",
    arguments: TestGraph.allCases)
  func unitFeatures(graph: TestGraph) throws {
    let network = try graph.network()
    let outputs = network.trainingUnits(streaming: true).map(\.group.output).dropLast()
    let plain = pass(network, slices: 1, threads: 1).plan
    let units = TrainingPlan(network: network, batch: 4, features: Array(outputs)).units
    #expect(units.count == plain.units.count, "no unit falls apart")
    try expectFiniteDifferences(of: network, features: Array(outputs))
  }

  @Test(
    "is that of finite differences where a loss reads every layer's output",
    arguments: TestGraph.allCases)
  func allFeatures(graph: TestGraph) throws {
    let network = try graph.network()
    try expectFiniteDifferences(
      of: network, features: Array(network.nodes.indices.dropFirst().dropLast()))
  }

  private func expectFiniteDifferences(of tested: Network, features: [Int] = []) throws {
    let pass = pass(tested, slices: 3, threads: 2, features: features)
    let network = reference(pass.plan)
    let parameters = (0..<pass.layout.parameterFloats).map { Double(pass.plan.parameters[$0]) }
    let gradient = pass.gradient

    let outputs = network.outputs(parameters: parameters).values
    let logits = outputs[outputs.count - 1]
    #expect(norm(zip(pass.logits, logits).map { Double($0) - $1 }) < 5e-6 * norm(logits))

    for (node, values) in zip(features, pass.features) {
      let error = norm(zip(values, outputs[node]).map { Double($0) - $1 })
      #expect(error <= 5e-6 * max(norm(outputs[node]), 0.1), "node \(node)")
    }
    for tensor in pass.layout.parameters {
      let own = gradient[tensor.offset..<tensor.offset + tensor.count]
      for direction in directions(tensor) {
        let expected = try #require(
          slope(network, features: features, at: parameters, along: direction, in: tensor),
          "no smooth neighbourhood in \(tensor.name)")
        let actual = zip(own, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let tolerance = 1e-5 * max(norm(own), 0.01 * norm(gradient))
        #expect(abs(actual - expected) < tolerance, "\(tensor.name)")
      }
    }
  }

  @Test("leaves the gaps between tensors at zero", arguments: TestGraph.allCases)
  func gaps(graph: TestGraph) throws {
    let pass = pass(try graph.network(), slices: 3, threads: 1)
    var gradient = pass.gradient
    for tensor in pass.layout.parameters {
      for i in tensor.offset..<tensor.offset + tensor.count { gradient[i] = 0 }
    }
    #expect(gradient.allSatisfy { $0 == 0 })
  }

  @Test(
    "depends on how a batch is divided only by rounding, and on the threads not at all",
    arguments: TestGraph.allCases)
  func divisions(graph: TestGraph) throws {
    let network = try graph.network(dropoutRate: 0)
    let whole = pass(network, slices: 1, threads: 1).gradient
    for slices in [2, 3, 4] {
      let divided = pass(network, slices: slices, threads: 1).gradient
      #expect(norm(zip(divided, whole).map { $0 - $1 }) < 3e-6 * norm(whole))
      #expect(pass(network, slices: slices, threads: 2).gradient == divided)
    }
  }

  @Test("is with other dropout masks in another step, and with the same when a step is repeated")
  func dropoutMasks() throws {
    let plan = TrainingPlan(network: try TestGraph.dropout.network(), batch: 4, slices: 2, seed: 1)
    plan.fillForTest()
    let team = WorkerTeam(threadCount: 1)
    func logits(step: Int) -> [Float] {
      plan.forward(thread: 0, team: team, step: step, momentum: 0.1)
      return plan.allLogits
    }
    let first = logits(step: 0)
    #expect(logits(step: 1) != first)
    let again = logits(step: 0)
    // The statistics' pivot has moved, so the same masks may leave other last bits.
    #expect(zip(first, again).allSatisfy { abs($0 - $1) < 1e-4 })
  }
}
