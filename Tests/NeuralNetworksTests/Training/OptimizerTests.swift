import Testing

@testable import NeuralNetworks

@Suite("an optimiser")
struct OptimizerTests {
  private static let rules: [OptimizerRule] = [
    .sgd(momentum: 0.9, nesterov: true), .sgd(momentum: 0.8, nesterov: false),
    .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
  ]

  private func layout() throws -> ParameterLayout {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 5, bias: true))
    try builder.append(.batchNorm)
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.squeezeExcitation(hidden: 2))
    try builder.append(.dense(channels: 4))
    return ParameterLayout(try builder.network())
  }

  private func decays(_ tensor: ParameterLayout.Tensor) -> Bool {
    [.weight, .squeezeWeight, .exciteWeight].contains(tensor.role)
  }

  /// A buffer with `value` in every tensor and zeros in the gaps.
  private func buffer(
    _ layout: ParameterLayout, _ value: (ParameterLayout.Tensor, Int) -> Double
  ) -> [Float] {
    var result = [Float](repeating: 0, count: layout.parameterFloats)
    for tensor in layout.parameters {
      for i in 0..<tensor.count { result[tensor.offset + i] = Float(value(tensor, i)) }
    }
    return result
  }

  private func start(_ layout: ParameterLayout) -> [Float] {
    buffer(layout) { Double(TrainingTrace.start($0, $1)) }
  }

  /// Gradients that grow and shrink, so that a threshold lies between their norms.
  private func gradient(_ layout: ParameterLayout, step: Int) -> [Float] {
    let size = [0.02, 1.5, 0.1, 3, 0.005][step - 1]
    return buffer(layout) { size * TrainingTrace.chirp($0.offset + $1, 40 + step) }
  }

  /// One parameter's formulas in double precision.
  private struct Reference {
    let rule: OptimizerRule
    let rate: Double
    let decay: Double
    var value: Double
    var first = 0.0
    var second = 0.0

    mutating func move(_ g: Double, step: Int) {
      let start = value
      var power = (first: 1.0, second: 1.0)
      switch rule {
      case .sgd(let momentum, let nesterov):
        first = Double(momentum) * first + g
        value -= rate * (nesterov ? g + Double(momentum) * first : first)
      case .adamW(let beta1, let beta2, let epsilon):
        for _ in 0..<step {
          power = (power.first * Double(beta1), power.second * Double(beta2))
        }
        first = Double(beta1) * first + (1 - Double(beta1)) * g
        second = Double(beta2) * second + (1 - Double(beta2)) * g * g
        let mean = first / (1 - power.first)
        let square = second / (1 - power.second)
        value -= rate * mean / (square.squareRoot() + Double(epsilon))
      }
      value -= rate * decay * start
    }
  }

  /// Parameters are up to 1.2 and their steps up to 0.06, so five steps round by at most five times
  /// 6e-8; a bias correction computed in single precision adds 1e-6 of AdamW's steps.
  @Test("follows its formula in double precision", arguments: rules, [nil, 0.8] as [Float?])
  func formulas(rule: OptimizerRule, clipNorm: Float?) throws {
    let layout = try layout()
    let optimizer = Optimizer(rule: rule, weightDecay: 0.1, clipNorm: clipNorm, layout: layout)
    var parameters = start(layout)
    let rate: Float = 0.01
    var references = layout.parameters.map { tensor in
      (0..<tensor.count).map { i in
        Reference(
          rule: rule, rate: Double(rate), decay: decays(tensor) ? Double(Float(0.1)) : 0,
          value: Double(parameters[tensor.offset + i]))
      }
    }
    var wasClipped: Set<Bool> = []
    for step in 1...5 {
      let gradient = gradient(layout, step: step)
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      var scale = 1.0
      if let clipNorm {
        scale = min(1, Double(clipNorm) / norm)
        wasClipped.insert(scale < 1)
      }
      let reported = optimizer.step(&parameters, gradient: gradient, rate: rate, step: step)
      #expect(abs(reported / norm - 1) < 1e-6)
      for (index, tensor) in layout.parameters.enumerated() {
        var worst = 0.0
        for i in 0..<tensor.count {
          references[index][i].move(scale * Double(gradient[tensor.offset + i]), step: step)
          let value = Double(parameters[tensor.offset + i])
          worst = max(worst, abs(value - references[index][i].value))
        }
        #expect(worst < 5e-7, "\(tensor.name) after step \(step)")
      }
    }
    #expect(clipNorm == nil || wasClipped == [true, false])
  }

  @Test("lets weights decay, and neither norms nor biases", arguments: rules)
  func decay(rule: OptimizerRule) throws {
    let layout = try layout()
    let optimizer = Optimizer(rule: rule, weightDecay: 0.5, clipNorm: 1, layout: layout)
    let before = start(layout)
    var parameters = before
    let zeros = [Float](repeating: 0, count: layout.parameterFloats)
    for step in 1...3 {
      #expect(optimizer.step(&parameters, gradient: zeros, rate: 0.1, step: step) == 0)
    }
    for tensor in layout.parameters {
      let factor = decays(tensor) ? 0.95 * 0.95 * 0.95 : 1
      for i in tensor.offset..<tensor.offset + tensor.count {
        let expected = Double(before[i]) * factor
        #expect(abs(Double(parameters[i]) - expected) <= 3e-7 * abs(expected), "\(tensor.name)")
        if factor == 1 { #expect(parameters[i] == before[i]) }
      }
    }
  }

  @Test(
    "moves nothing when the gradient is not finite", arguments: rules,
    [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func divergence(rule: OptimizerRule, value: Float) throws {
    let layout = try layout()
    let optimizer = Optimizer(rule: rule, weightDecay: 0.1, clipNorm: 1, layout: layout)
    var parameters = start(layout)
    optimizer.step(&parameters, gradient: gradient(layout, step: 2), rate: 0.01, step: 1)
    let (before, state) = (parameters, Array(optimizer.state))
    for place in [0, layout.decayedFloats, layout.parameterFloats - 16] {
      var gradient = gradient(layout, step: 2)
      gradient[place] = value
      let norm = optimizer.step(&parameters, gradient: gradient, rate: 0.01, step: 2)
      #expect(!norm.isFinite)
    }
    #expect(parameters == before)
    #expect(Array(optimizer.state) == state)
  }

  @Test("leaves the gaps between tensors at zero", arguments: rules)
  func gaps(rule: OptimizerRule) throws {
    let layout = try layout()
    let optimizer = Optimizer(rule: rule, weightDecay: 0.1, clipNorm: 1, layout: layout)
    var parameters = start(layout)
    for step in 1...5 {
      optimizer.step(
        &parameters, gradient: gradient(layout, step: step), rate: 0.01, step: step)
    }
    for tensor in layout.parameters {
      for i in 0..<tensor.count { parameters[tensor.offset + i] = 0 }
    }
    #expect(parameters.allSatisfy { $0 == 0 })
  }

  @Test("continues from a saved state as if it had never stopped", arguments: rules)
  func resumption(rule: OptimizerRule) throws {
    let layout = try layout()
    func optimizer() -> Optimizer {
      Optimizer(rule: rule, weightDecay: 0.1, clipNorm: 1, layout: layout)
    }
    let first = optimizer()
    var parameters = start(layout)
    func move(_ optimizer: Optimizer, _ parameters: inout [Float], _ steps: ClosedRange<Int>) {
      for step in steps {
        optimizer.step(
          &parameters, gradient: gradient(layout, step: step), rate: 0.01, step: step)
      }
    }
    move(first, &parameters, 1...2)
    let second = optimizer()
    _ = second.state.update(from: first.state)
    var resumed = parameters
    move(first, &parameters, 3...5)
    move(second, &resumed, 3...5)
    #expect(resumed == parameters)
  }
}
