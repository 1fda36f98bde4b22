import RandomStreams
import TensorKernels
import Testing

@Suite("the backward passes over planes")
struct PlanePassesGradientTests {
  static let positions = [1, 2, 3, 4, 5, 6, 7, 49, 196]

  /// One plane's operands; no preactivation scale·y + shift, and no y, is at a kink.
  private struct Operands {
    let positions: Int
    let values: [Float]
    let gradient: [Float]
    let scale: [Float]
    let shift: [Float]
    let mean: [Float]
    /// What the sums start from.
    let before: [Float]

    init(_ positions: Int, seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "pass gradients", positions)
      self.positions = positions
      let (scale, shift) = (random.floats(16, in: 1...2), random.floats(16))
      (self.scale, self.shift) = (scale, shift)
      mean = random.floats(16)
      before = random.floats(32)
      gradient = random.floats(16 * positions)
      values = (0..<16 * positions).map { i in
        while true {
          let y = Float(random.uniform() * 12 - 5)
          let z = Double(scale[i % 16]) * Double(y) + Double(shift[i % 16])
          if isSmooth([Double(y), z]) { return y }
        }
      }
    }

    func preactivation(_ values: [Double]) -> [Double] {
      values.indices.map { Double(scale[$0 % 16]) * values[$0] + Double(shift[$0 % 16]) }
    }
  }

  /// activation′(z) away from kinks.
  private func slope(_ activation: Activation, _ z: Double) -> Double {
    switch activation {
    case .identity: 1
    case .relu: z > 0 ? 1 : 0
    case .relu6: z > 0 && z < 6 ? 1 : 0
    case .hardSwish: z <= -3 ? 0 : z >= 3 ? 1 : (2 * z + 3) / 6
    }
  }

  private func expectSums(
    _ sums: GuardedBuffer, before: [Float], terms: [Double], scale: Double, _ name: String
  ) {
    sums.expectGuards(name)
    var expected = before.prefix(16).map(Double.init)
    for (i, term) in terms.enumerated() { expected[i % 16] += term }
    expectClose(
      Array(sums.values[..<16]), expected,
      within: scale * roundingTolerance(terms: terms.count / 16 + 1), name)
  }

  @Test("turn an activation's gradient into its input's", arguments: Activation.allCases)
  func slopes(activation: Activation) {
    for positions in Self.positions {
      let operands = Operands(positions, seed: 1)
      let gradient = GuardedBuffer(updating: operands.gradient)
      let sum = GuardedBuffer(updating: Array(operands.before[..<16]))
      slopePlane(
        gradient.pointer, values: padded(operands.values), activation: activation,
        sum: sum.pointer, positions: positions)
      gradient.expectGuards()
      let expected = zip(operands.gradient, operands.values).map {
        Double($0) * slope(activation, Double($1))
      }
      // Hard-swish's slope is at most 1.5; it and the product are rounded.
      expectClose(gradient.values, expected, within: 5e-7, "\(positions)")
      expectSums(sum, before: operands.before, terms: expected, scale: 1.5, "Σdz")
      expectGradient(
        gradient.values,
        of: { z in dot(operands.gradient, z.map { referenceActivation(activation, $0) }) },
        at: operands.values, within: 5e-7, "\(positions)")
    }
  }

  @Test("turn a norm's gradient into its preactivation's", arguments: Activation.allCases)
  func normSlopes(activation: Activation) {
    for positions in Self.positions {
      let operands = Operands(positions, seed: 2)
      let gradient = GuardedBuffer(updating: operands.gradient)
      let sums = GuardedBuffer(updating: operands.before)
      normSlopePlane(
        gradient.pointer, values: padded(operands.values), scale: padded(operands.scale),
        shift: padded(operands.shift), mean: padded(operands.mean), activation: activation,
        sums: sums.pointer, positions: positions)
      gradient.expectGuards()
      let z = operands.preactivation(operands.values.doubles)
      let dz = zip(operands.gradient, z).map { Double($0) * slope(activation, $1) }
      // z is at most 15, so where hard-swish bends its slope (2z + 3)/6 takes a rounding of z < 4.
      expectClose(gradient.values, dz, within: 6e-7, "\(positions)")
      expectSums(sums, before: operands.before, terms: dz, scale: 1.5, "Σdz")
      let products = dz.indices.map {
        dz[$0] * (Double(operands.values[$0]) - Double(operands.mean[$0 % 16]))
      }
      let second = GuardedBuffer(updating: Array(sums.values[16...]))
      // |y − mean| is at most 8.
      expectSums(
        second, before: Array(operands.before[16...]), terms: products, scale: 12, "Σdz·(y − μ)")
      expectGradient(
        zip(gradient.values, operands.values.indices).map { $0 * operands.scale[$1 % 16] },
        of: { values in
          dot(
            operands.gradient,
            operands.preactivation(values).map { referenceActivation(activation, $0) })
        }, at: operands.values, within: 2e-6, "\(positions)")
    }
  }

  @Test("give a batch norm's gradient, inside a border of zeros", arguments: Activation.allCases)
  func normBackward(activation: Activation) {
    let (height, width, padding) = (5, 7, 1)
    let operands = Operands(height * width, seed: 3)
    let reference = ReferenceNorm(channels: 16)
    let values = operands.values.doubles
    let (mean, variance) = reference.moments(values)
    // γ and β that give the operands' scale and shift, so that no preactivation is at a kink.
    let inverse = variance.map { 1 / ($0 + Double(normEpsilon)).squareRoot() }
    let gamma = (0..<16).map { Double(operands.scale[$0]) / inverse[$0] }
    let beta = (0..<16).map { Double(operands.shift[$0]) + Double(operands.scale[$0]) * mean[$0] }

    let gradient = GuardedBuffer(updating: operands.gradient)
    let sums = GuardedBuffer(updating: [Float](repeating: 0, count: 32))
    normSlopePlane(
      gradient.pointer, values: padded(operands.values), scale: padded(operands.scale),
      shift: padded(operands.shift), mean: padded(mean.map(Float.init)), activation: activation,
      sums: sums.pointer, positions: height * width)
    let count = Double(height * width)
    let b = (0..<16).map { lane in
      -Double(operands.scale[lane]) * inverse[lane] * inverse[lane]
        * Double(sums.values[16 + lane]) / count
    }
    let c = (0..<16).map { lane in
      -Double(operands.scale[lane]) * Double(sums.values[lane]) / count - b[lane] * mean[lane]
    }
    let shape = PlaneFrame(height: height, width: width, border: padding)
    let frame = GuardedBuffer(count: shape.floats)
    shape.clearBorder(frame.pointer)
    normBackwardPlane(
      gradient.pointer, values: padded(operands.values), a: padded(operands.scale),
      b: padded(b.map(Float.init)), c: padded(c.map(Float.init)), into: frame.pointer, shape: shape)
    frame.expectGuards()

    var inside: [Float] = []
    var border: [Float] = []
    for (i, value) in frame.values.enumerated() {
      let (y, x) = (i / 16 / (width + 2 * padding), i / 16 % (width + 2 * padding))
      let isInside = (1...height).contains(y) && (1...width).contains(x)
      if isInside { inside.append(value) } else { border.append(value) }
    }
    #expect(border.allSatisfy { $0 == 0 })
    expectGradient(
      inside,
      of: {
        dot(
          operands.gradient,
          reference.output($0, gamma: gamma, beta: beta, addend: nil, activation: activation))
      }, at: operands.values, within: 4e-6, "\(activation.rawValue)")
  }

  @Test("spread the gradient of an activation's mean", arguments: Activation.allCases)
  func activationMean(activation: Activation) {
    for positions in Self.positions {
      let operands = Operands(positions, seed: 4)
      let upstream = Array(operands.gradient[..<16])
      let output = GuardedBuffer(count: 16 * positions)
      let sum = GuardedBuffer(updating: Array(operands.before[..<16]))
      activationMeanPlaneBackward(
        padded(upstream), values: padded(operands.values), activation: activation,
        into: output.pointer, sum: sum.pointer, positions: positions)
      output.expectGuards()
      let expected = operands.values.indices.map { i in
        Double(upstream[i % 16]) * slope(activation, Double(operands.values[i]))
          / Double(positions)
      }
      expectClose(output.values, expected, within: 5e-7 / Double(positions), "\(positions)")
      expectSums(sum, before: operands.before, terms: expected, scale: 1.5, "Σ output")
      expectGradient(
        output.values,
        of: { z in
          dot(
            upstream,
            referenceGlobalAverage(
              z.map { referenceActivation(activation, $0) }, images: 1, positions: positions,
              channels: 16))
        }, at: operands.values, within: 5e-7, "\(positions)")
    }
  }
}
