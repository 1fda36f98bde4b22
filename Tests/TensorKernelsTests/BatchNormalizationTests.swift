import RandomStreams
import Testing

@testable import TensorKernels

@Suite("batch normalisation")
struct BatchNormalizationTests {
  struct Case: Hashable, Sendable, CustomStringConvertible {
    var channels: Int
    var slicePositions: [Int]
    var activation: Activation
    var hasAddend: Bool
    var description: String {
      "\(slicePositions)×\(channels) \(activation.rawValue)\(hasAddend ? " + addend" : "")"
    }
  }

  /// Channel counts whose period is one vector and many, positions below, at and above a period.
  static let cases: [Case] = {
    let sizes: [(Int, [Int])] = [
      (1, [5]), (3, [35]), (5, [7, 9]), (8, [1, 13]), (12, [35]), (16, [9, 9]), (17, [18]),
      (24, [10]), (31, [5, 4, 7]), (33, [21]), (40, [6, 5]), (48, [7]), (96, [3, 4]),
    ]
    return sizes.enumerated().flatMap { index, size in
      // All eight combinations come round several times without the full product.
      [0, 3].map { shift in
        let pick = (index + shift) % 8
        return Case(
          channels: size.0, slicePositions: size.1, activation: Activation.allCases[pick % 4],
          hasAddend: pick / 4 == 1)
      }
    }
  }()

  /// One layer's operands; where finite differences are taken, drawn so that no preactivation is at a kink.
  private struct Operands {
    let values: [Float]
    let gamma: [Float]
    let beta: [Float]
    let addend: [Float]?
    let gradient: [Float]

    init(_ test: Case, purpose: String, isSmooth wantsSmooth: Bool = false) {
      let count = test.slicePositions.reduce(0, +) * test.channels
      var round = 0
      while true {
        var random = RandomStream(seed: 1, purpose: purpose, test.channels, count, round)
        let values = random.floats(count, in: -1...2)
        // Wide enough that preactivations reach both ends of every activation.
        let gamma = random.floats(test.channels, in: 1.5...3)
        let beta = random.floats(test.channels, in: -1...3)
        let addend = test.hasAddend ? random.floats(count) : nil
        let reference = ReferenceNorm(channels: test.channels)
        if !wantsSmooth
          || isSmooth(
            reference.preactivation(
              values.doubles, gamma: gamma.doubles, beta: beta.doubles, addend: addend?.doubles))
        {
          (self.values, self.gamma, self.beta, self.addend) = (values, gamma, beta, addend)
          gradient = random.floats(count)
          return
        }
        round += 1
      }
    }

    func trial(_ test: Case) -> NormTrial {
      NormTrial(
        channels: test.channels, slicePositions: test.slicePositions, activation: test.activation,
        gamma: gamma, beta: beta)
    }
  }

  @Test("agrees with its definition, in place or not", arguments: cases)
  func forward(test: Case) {
    let operands = Operands(test, purpose: "norm forward")
    let expected = ReferenceNorm(channels: test.channels).output(
      operands.values.doubles, gamma: operands.gamma.doubles, beta: operands.beta.doubles,
      addend: operands.addend?.doubles, activation: test.activation)
    for isInPlace in [false, true] {
      let output = operands.trial(test).forward(
        operands.values, addend: operands.addend, isInPlace: isInPlace)
      // z is up to 8, its mean and scale are rounded once each, hard-swish doubles the error.
      expectClose(output, expected, within: 8e-6)
    }
  }

  @Test("moves its running statistics by the batch's mean and unbiased variance", arguments: cases)
  func runningStatistics(test: Case) {
    let operands = Operands(test, purpose: "norm statistics")
    let trial = operands.trial(test)
    _ = trial.forward(operands.values, addend: operands.addend, momentum: 0.25)
    let positions = Double(test.slicePositions.reduce(0, +))
    let (mean, variance) = ReferenceNorm(channels: test.channels).moments(operands.values.doubles)
    expectClose(trial.runningMean.values, mean.map { 0.25 * $0 }, within: 1e-6, "mean")
    expectClose(
      trial.runningVariance.values,
      variance.map { 0.75 + 0.25 * $0 * positions / (positions - 1) }, within: 1e-6, "variance")
    // 1/σ is about 1 and moves by half the relative error of the variance, a few units of 2⁻²⁴.
    expectClose(
      trial.inverseDeviation.values, variance.map { 1 / ($0 + 1e-5).squareRoot() }, within: 4e-6,
      "1/σ")
  }

  @Test("has the gradients that finite differences give", arguments: cases)
  func gradients(test: Case) {
    let operands = Operands(test, purpose: "norm backward", isSmooth: true)
    let reference = ReferenceNorm(channels: test.channels)
    func loss(
      values: [Double]? = nil, gamma: [Double]? = nil, beta: [Double]? = nil,
      addend: [Double]? = nil
    ) -> Double {
      dot(
        operands.gradient,
        reference.output(
          values ?? operands.values.doubles, gamma: gamma ?? operands.gamma.doubles,
          beta: beta ?? operands.beta.doubles, addend: addend ?? operands.addend?.doubles,
          activation: test.activation))
    }
    let trial = operands.trial(test)
    _ = trial.forward(operands.values, addend: operands.addend)
    let gradients = trial.backward(
      gradient: operands.gradient, values: operands.values, addend: operands.addend)
    // A value's gradient is γ/σ ≈ 4 times a sum of terms of about 1; hard-swish's slope is up to 1.5 and
    // takes z's rounding of 1e-6 with it. Sums over positions add up as in `roundingTolerance`.
    let positions = test.slicePositions.reduce(0, +)
    expectGradient(
      gradients.values, of: { loss(values: $0) }, at: operands.values, within: 2e-5, "values")
    expectGradient(
      trial.gammaGradient.values, of: { loss(gamma: $0) }, at: operands.gamma,
      within: 4 * roundingTolerance(terms: positions), "gamma")
    expectGradient(
      trial.betaGradient.values, of: { loss(beta: $0) }, at: operands.beta,
      within: 4 * roundingTolerance(terms: positions), "beta")
    if let addend = operands.addend {
      expectGradient(
        gradients.addend, of: { loss(addend: $0) }, at: addend, within: 2e-6, "addend")
    }
  }

  private static let slicings = [
    [700], [350, 350], [300, 1, 399], [100, 100, 100, 100, 100, 200],
  ]

  @Test("gives the same bits for any number of threads", arguments: slicings)
  func threadCounts(slicePositions: [Int]) {
    let test = Case(
      channels: 24, slicePositions: slicePositions, activation: .hardSwish, hasAddend: true)
    let operands = Operands(test, purpose: "norm threads")
    let results = [1, 2, 3].map { threads -> [[Float]] in
      let team = WorkerTeam(threadCount: threads)
      let trial = operands.trial(test)
      let output = trial.forward(operands.values, addend: operands.addend, team: team)
      let gradients = trial.backward(
        gradient: operands.gradient, values: operands.values, addend: operands.addend, team: team)
      return [
        output, gradients.values, gradients.addend, trial.gammaGradient.values,
        trial.betaGradient.values, trial.runningMean.values, trial.runningVariance.values,
      ]
    }
    #expect(results[1] == results[0])
    #expect(results[2] == results[0])
  }

  @Test("depends on the slicing only through rounding", arguments: slicings.dropFirst())
  func severalSlices(slicePositions: [Int]) {
    let results = [[700], slicePositions].map { positions -> [[Float]] in
      let test = Case(
        channels: 17, slicePositions: positions, activation: .relu6, hasAddend: false)
      let operands = Operands(test, purpose: "norm slices")
      let trial = operands.trial(test)
      let output = trial.forward(operands.values, addend: nil)
      let gradients = trial.backward(
        gradient: operands.gradient, values: operands.values, addend: nil)
      return [output, gradients.values, trial.gammaGradient.values, trial.betaGradient.values]
    }
    // Chunks of at most 256 rows are summed in single precision, the chunks in double.
    for (whole, sliced) in zip(results[0], results[1]) {
      expectClose(sliced, whole.doubles, within: roundingTolerance(terms: 256))
    }
  }

  @Test("adds up to the slices' sums in their order")
  func sumsAccumulate() {
    let period = ChannelPeriod(channels: 3)
    var random = RandomStream(seed: 3, purpose: "norm sums")
    let values = random.floats(35 * 3)
    let pivot = [Float](repeating: 0.5, count: period.floats)
    var once = [Double](repeating: 0, count: 6)
    accumulateMoments(
      padded(values), pivot: pivot, positions: 35, period: period,
      into: &once)
    var twice = once
    accumulateMoments(
      padded(values), pivot: pivot, positions: 35, period: period,
      into: &twice)
    for (single, double) in zip(once, twice) { #expect(abs(double - 2 * single) < 1e-12) }
  }

  @Test(
    "keeps a small variance exact beside a large mean when the pivot is near it",
    arguments: [(1, 5000), (12, 700), (17, 300), (48, 1000)], [Float(0), 0.05])
  func largeMean(size: (channels: Int, positions: Int), pivotError: Float) {
    let (channels, positions) = size
    var random = RandomStream(seed: 4, purpose: "norm mean", channels)
    let values = random.floats(positions * channels, in: 999.98...1000.02)
    let trial = NormTrial(
      channels: channels, slicePositions: [positions], activation: .identity,
      gamma: [Float](repeating: 1, count: channels), beta: [Float](repeating: 0, count: channels),
      runningMean: [Float](repeating: 1000 + pivotError, count: channels))
    let output = trial.forward(values, addend: nil)
    let reference = ReferenceNorm(channels: channels)
    let (mean, variance) = reference.moments(values.doubles)
    // σ is 0.012. About the exact mean the sums are good to 1e-6; a pivot 4σ off costs the factor
    // 1 + 4² in the variance's error.
    expectClose(
      trial.inverseDeviation.values.map { $0 * 0.01 },
      variance.map { 0.01 / ($0 + 1e-5).squareRoot() }, within: 2e-5, "1/σ")
    expectClose(
      trial.runningMean.values, mean.map { $0 * 0.1 + 0.9 * Double(1000 + pivotError) },
      within: 1e-4, "mean")
    // x itself is in steps of 6e-5, so that x·scale + shift carries 1000/σ · 2⁻²⁴ of rounding.
    expectClose(
      output,
      reference.output(
        values.doubles, gamma: [Double](repeating: 1, count: channels),
        beta: [Double](repeating: 0, count: channels), addend: nil, activation: .identity),
      within: 1000 / 0.012 * 0x1p-22, "output")
  }

  @Test("does not divide by zero where a channel is constant or has one position")
  func constantChannel() {
    for positions in [1, 40] {
      let trial = NormTrial(
        channels: 3, slicePositions: [positions], activation: .identity, gamma: [1, 2, 3],
        beta: [4, 5, 6])
      let values = (0..<3 * positions).map { [Float(7), -2, 0][$0 % 3] }
      let output = trial.forward(values, addend: nil)
      // The deviation from the mean is rounding, and 1/σ = 316.
      expectClose(output, values.indices.map { [4.0, 5, 6][$0 % 3] }, within: 1e-3)
      let gradients = trial.backward(
        gradient: [Float](repeating: 1, count: values.count), values: values, addend: nil)
      #expect(gradients.values.allSatisfy { $0.isFinite })
    }
  }
}
