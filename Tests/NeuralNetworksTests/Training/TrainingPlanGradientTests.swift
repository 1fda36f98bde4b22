import TensorKernels
import Testing

@testable import NeuralNetworks

/// A network's forward pass in double precision, straight from the layers' definitions.
///
/// It shares no code with the plans, fuses nothing, and tells which piece of its piecewise smooth
/// function it computed, so that a finite difference never crosses a kink unseen.
private struct DoubleNetwork {
  let network: Network
  let layout: ParameterLayout
  let images: [Double]
  let sliceRanges: [Range<Int>]
  let dropoutSeed: UInt64
  let step: Int

  private var batch: Int { sliceRanges.last?.upperBound ?? 0 }

  /// One run: the parameters it uses and a number that tells the branches taken.
  private struct Run {
    let parameters: [Double]
    var branches = 0

    mutating func note(_ branch: Int) { branches = branches &* 1_000_003 &+ branch &+ 1 }
  }

  func logits(parameters: [Double]) -> (values: [Double], branches: Int) {
    var run = Run(parameters: parameters)
    var outputs: [[Double]] = []
    for (index, node) in network.nodes.enumerated() {
      let inputs = node.inputs.map { outputs[$0] }
      outputs.append(inputs.isEmpty ? images : output(of: index, inputs, &run))
    }
    return (outputs[network.nodes.count - 1], run.branches)
  }

  private func tensor(_ role: ParameterLayout.Role, _ node: Int, _ run: Run) -> [Double] {
    let tensor = layout.tensor(role, of: node)
    return Array(run.parameters[tensor.offset..<tensor.offset + tensor.count])
  }

  private func output(of index: Int, _ inputs: [[Double]], _ run: inout Run) -> [Double] {
    let node = network.nodes[index]
    let shape = network.inputShape(of: index)
    let x = inputs[0]
    switch node.layer {
    case .input: return x
    case .convolution(let kernel, let stride, let channels, let bias):
      let start = bias ? tensor(.bias, index, run) : [Double](repeating: 0, count: channels)
      return convolution(
        x, tensor(.weight, index, run), start, from: shape, to: node.shape, kernel: kernel,
        stride: stride)
    case .groupedConvolution(let kernel, let stride, let channels, let groups, let bias):
      let start = bias ? tensor(.bias, index, run) : [Double](repeating: 0, count: channels)
      return convolution(
        x, tensor(.weight, index, run), start, from: shape, to: node.shape, kernel: kernel,
        stride: stride, groups: groups)
    case .channelShuffle(let groups):
      return x.indices.map { i in
        let c = i % shape.channels
        return x[i - c + c % groups * (shape.channels / groups) + c / groups]
      }
    case .depthwiseConvolution(let kernel, let stride):
      let filters = tensor(.weight, index, run)
      return windows(from: shape, to: node.shape, kernel, stride, padding: kernel / 2) {
        c, window in
        window.reduce(0) {
          $0 + x[$1.position * shape.channels + c] * filters[$1.tap * shape.channels + c]
        }
      }
    case .pooling(let kind, let kernel, let stride, let padding):
      return windows(from: shape, to: node.shape, kernel, stride, padding: padding) { c, window in
        let values = window.map { x[$0.position * shape.channels + c] }
        guard kind == .max else { return values.reduce(0, +) / Double(values.count) }
        let best = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        run.note(best)
        return values[best]
      }
    case .batchNorm:
      return norm(
        x, tensor(.scale, index, run), tensor(.shift, index, run), channels: shape.channels)
    case .activation(let kind): return x.map { activate($0, kind, &run) }
    case .add: return zip(x, inputs[1]).map { $0 + $1 }
    case .zero: return x.map { _ in 0 }
    case .globalAveragePool: return means(x, shape)
    case .dense:
      return dense(x, tensor(.weight, index, run), tensor(.bias, index, run))
    case .squeezeExcitation: return squeezed(x, index, shape, &run)
    case .dropout(let rate): return dropped(x, index, rate)
    }
  }

  private func activate(_ z: Double, _ kind: Activation, _ run: inout Run) -> Double {
    func clipped(_ z: Double, to top: Double) -> Double {
      run.note(z <= 0 ? 0 : z < top ? 1 : 2)
      return min(max(z, 0), top)
    }
    switch kind {
    case .identity: return z
    case .relu: return clipped(z, to: .infinity)
    case .relu6: return clipped(z, to: 6)
    case .hardSwish: return z * clipped(z + 3, to: 6) / 6
    }
  }

  /// Calls `value` for every channel of every output position, with the positions that its window sees
  /// (counted over the batch) and their places in the window.
  private func windows(
    from shape: TensorShape, to output: TensorShape, _ kernel: Int, _ stride: Int, padding: Int,
    _ value: (_ channel: Int, _ window: [(position: Int, tap: Int)]) -> Double
  ) -> [Double] {
    var result: [Double] = []
    for n in 0..<batch {
      for y in 0..<output.height {
        for x in 0..<output.width {
          var window: [(position: Int, tap: Int)] = []
          for tap in 0..<kernel * kernel {
            let row = y * stride - padding + tap / kernel
            let column = x * stride - padding + tap % kernel
            guard 0..<shape.height ~= row, 0..<shape.width ~= column else { continue }
            window.append(((n * shape.height + row) * shape.width + column, tap))
          }
          for c in 0..<output.channels { result.append(value(c, window)) }
        }
      }
    }
    return result
  }

  private func convolution(
    _ x: [Double], _ weight: [Double], _ bias: [Double], from shape: TensorShape,
    to output: TensorShape, kernel: Int, stride: Int, groups: Int = 1
  ) -> [Double] {
    let inputs = shape.channels / groups
    return windows(from: shape, to: output, kernel, stride, padding: kernel / 2) { o, window in
      var sum = bias[o]
      let group = o / (output.channels / groups)
      for (position, tap) in window {
        for c in 0..<inputs {
          sum +=
            x[position * shape.channels + group * inputs + c]
            * weight[(tap * inputs + c) * output.channels + o]
        }
      }
      return sum
    }
  }

  private func norm(
    _ x: [Double], _ scale: [Double], _ shift: [Double], channels: Int
  ) -> [Double] {
    let count = Double(x.count / channels)
    var result = x
    for c in 0..<channels {
      let places = stride(from: c, to: x.count, by: channels)
      let mean = places.reduce(0) { $0 + x[$1] } / count
      let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / count
      let factor = scale[c] / (variance + Double(normEpsilon)).squareRoot()
      for i in places { result[i] = factor * (x[i] - mean) + shift[c] }
    }
    return result
  }

  private func means(_ x: [Double], _ shape: TensorShape) -> [Double] {
    (0..<batch * shape.channels).map { i in
      let (n, c) = i.quotientAndRemainder(dividingBy: shape.channels)
      return (0..<shape.positionCount).reduce(0) {
        $0 + x[(n * shape.positionCount + $1) * shape.channels + c]
      } / Double(shape.positionCount)
    }
  }

  private func dense(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let (width, inputs) = (bias.count, weight.count / bias.count)
    return (0..<batch * width).map { i in
      let (n, o) = i.quotientAndRemainder(dividingBy: width)
      return (0..<inputs).reduce(bias[o]) { $0 + x[n * inputs + $1] * weight[$1 * width + o] }
    }
  }

  private func squeezed(
    _ x: [Double], _ index: Int, _ shape: TensorShape, _ run: inout Run
  ) -> [Double] {
    let hidden = dense(
      means(x, shape), tensor(.squeezeWeight, index, run), tensor(.squeezeBias, index, run)
    ).map { activate($0, .relu, &run) }
    let gates = dense(
      hidden, tensor(.exciteWeight, index, run), tensor(.exciteBias, index, run)
    ).map { activate($0 + 3, .relu6, &run) / 6 }
    return x.indices.map { i in
      x[i] * gates[i / shape.elementCount * shape.channels + i % shape.channels]
    }
  }

  private func dropped(_ x: [Double], _ index: Int, _ rate: Double) -> [Double] {
    let elements = x.count / batch
    return sliceRanges.enumerated().flatMap { slice, range in
      var stream = RandomStream(seed: dropoutSeed, purpose: "dropout", index, step, slice)
      return x[range.lowerBound * elements..<range.upperBound * elements].map {
        stream.uniform() < rate ? 0 : $0 / (1 - rate)
      }
    }
  }
}

@Suite("a training plan's gradient")
struct TrainingPlanGradientTests {
  private static let batch = 4
  private static let step = 3
  private static let seed: UInt64 = 17

  /// What a forward and a backward pass left. Backward takes the logits' memory, so they are a copy.
  private struct Pass {
    let plan: TrainingPlan
    let logits: [Float]

    var layout: ParameterLayout { plan.layout }
    var gradient: [Double] { (0..<layout.parameterFloats).map { Double(plan.gradient[$0]) } }
  }

  private func pass(_ network: Network, slices: Int, threads: Int) -> Pass {
    let plan = TrainingPlan(
      network: network, batch: TrainingPlanGradientTests.batch, slices: slices,
      seed: TrainingPlanGradientTests.seed)
    let team = WorkerTeam(threadCount: threads)
    let step = TrainingPlanGradientTests.step
    var logits: [Float] = []
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
      team.run { thread in plan.backward(thread: thread, team: team, step: step) }
    }
    plan.reduceGradients()
    return Pass(plan: plan, logits: logits)
  }

  /// The loss is Σ weight·logit: a plan knows its loss only by the gradient of the logits.
  private static func logitWeight(_ i: Int) -> Double {
    Double(Float(TrainingTrace.chirp(i, 6000)))
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
    _ network: DoubleNetwork, at parameters: [Double], along direction: [Double],
    in tensor: ParameterLayout.Tensor
  ) -> Double? {
    func loss(_ distance: Double) -> (value: Double, branches: Int) {
      var moved = parameters
      for i in direction.indices { moved[tensor.offset + i] += distance * direction[i] }
      let (logits, branches) = network.logits(parameters: moved)
      let loss = logits.indices.reduce(0) { $0 + logits[$1] * Self.logitWeight($1) }
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

  private func expectFiniteDifferences(of tested: Network) throws {
    let pass = pass(tested, slices: 3, threads: 2)
    let network = reference(pass.plan)
    let parameters = (0..<pass.layout.parameterFloats).map { Double(pass.plan.parameters[$0]) }
    let gradient = pass.gradient

    let logits = network.logits(parameters: parameters).values
    #expect(norm(zip(pass.logits, logits).map { Double($0) - $1 }) < 5e-6 * norm(logits))

    for tensor in pass.layout.parameters {
      let own = gradient[tensor.offset..<tensor.offset + tensor.count]
      for direction in directions(tensor) {
        let expected = try #require(
          slope(network, at: parameters, along: direction, in: tensor),
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
