import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a linear map's batch norm")
struct LinearNormTests {
  struct Case: Hashable, Sendable, CustomStringConvertible {
    var inputs: Int
    var outputs: Int
    var slicePositions: [Int]
    var positions: Int { slicePositions.reduce(0, +) }
    var description: String { "\(slicePositions)×\(inputs)→\(outputs)" }
  }

  /// Outputs that end inside, at and behind a plane; positions below, at and above the blocks of 112 in
  /// which gradients are added and of 448 in which moments are summed.
  static let cases = [
    Case(inputs: 1, outputs: 1, slicePositions: [30]),
    Case(inputs: 3, outputs: 5, slicePositions: [35]),
    Case(inputs: 8, outputs: 16, slicePositions: [40, 9]),
    Case(inputs: 12, outputs: 40, slicePositions: [112]),
    Case(inputs: 17, outputs: 33, slicePositions: [30, 1, 50]),
    Case(inputs: 5, outputs: 17, slicePositions: [449, 113]),
    Case(inputs: 24, outputs: 72, slicePositions: [500]),
    Case(inputs: 16, outputs: 24, slicePositions: [448, 112, 340]),
  ]

  /// How far rounding may move what is summed over channels or positions.
  ///
  /// |a·W| is at most about 2. Where the mean is ten deviations from zero, Cov(x) is a difference of
  /// numbers a hundred times as large, and takes σ and b with it. Sums over positions grow by ten
  /// themselves; three times that also covers the relative error of σ.
  private struct Tolerance {
    let output: Double
    let values: Double
    let weights: Double
    var gamma: Double { 2 * weights }

    init(_ test: Case, isFar: Bool) {
      output = (isFar ? 200 : 2) * roundingTolerance(terms: test.inputs)
      values = (isFar ? 200 : 2) * roundingTolerance(terms: test.inputs + test.outputs)
      weights = (isFar ? 30 : 1) * roundingTolerance(terms: test.positions)
    }
  }

  /// One layer's operands; x has deviation 1/√3 around 0, or 1/2 around 5.
  private struct Operands {
    let test: Case
    let values: [Float]
    let weights: [Float]
    let gamma: [Float]
    let beta: [Float]
    let gradient: [Float]

    init(_ test: Case, isFar: Bool = false) {
      var random = RandomStream(
        seed: 1, purpose: "linear norm", test.inputs, test.outputs, test.positions)
      self.test = test
      let count = test.positions * test.inputs
      values = random.floats(count, in: isFar ? 4.134...5.866 : -1...1)
      // Away from zero, so that no output is nearly constant.
      weights = random.floats(test.inputs * test.outputs).map { ($0 + ($0 < 0 ? -1 : 1)) / 2 }
      gamma = random.floats(test.outputs, in: -1.5...1.5)
      beta = random.floats(test.outputs)
      gradient = random.floats(test.positions * test.outputs)
    }

    var reference: ReferenceLinearNorm {
      ReferenceLinearNorm(inputs: test.inputs, outputs: test.outputs)
    }

    var expectedOutput: [Double] {
      reference.output(
        values.doubles, weights: weights.doubles, gamma: gamma.doubles, beta: beta.doubles)
    }

    var expectedGradients: ReferenceLinearNorm.Gradients {
      reference.gradients(
        gradient.doubles, values: values.doubles, weights: weights.doubles, gamma: gamma.doubles)
    }

    func trial(slicePositions: [Int]? = nil, runningMean: [Float]? = nil) -> LinearNormTrial {
      LinearNormTrial(
        inputs: test.inputs, outputs: test.outputs,
        slicePositions: slicePositions ?? test.slicePositions, weights: weights, gamma: gamma,
        beta: beta, runningMean: runningMean)
    }
  }

  @Test("agrees with a batch norm of the product", arguments: cases, [false, true])
  func forward(test: Case, isFar: Bool) {
    let operands = Operands(test, isFar: isFar)
    expectClose(
      operands.trial().output(operands.values), operands.expectedOutput,
      within: Tolerance(test, isFar: isFar).output)
  }

  @Test("packs one product as panels and as rows, with zeros for missing outputs", arguments: cases)
  func packing(test: Case) {
    let operands = Operands(test)
    let trial = operands.trial()
    let planes = trial.forward(operands.values)
    let buffers = trial.buffers
    #expect(buffers.planes == planeCount(channels: test.outputs))
    for e in 0..<16 * buffers.planes {
      let column = (0..<test.inputs).map { buffers.panel(e / 16)[$0 * 16 + e % 16] }
      #expect(column == (0..<test.inputs).map { buffers.rows[e * test.inputs + $0] })
      if e >= test.outputs {
        #expect(column.allSatisfy { $0 == 0 } && buffers.start(e / 16)[e % 16] == 0)
        let lanes = zip(planes, test.slicePositions).flatMap { plane, positions in
          (0..<positions).map { plane[(e / 16 * positions + $0) * 16 + e % 16] }
        }
        #expect(lanes.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("moves its running statistics by the batch's", arguments: cases, [false, true])
  func runningStatistics(test: Case, isFar: Bool) {
    let operands = Operands(test, isFar: isFar)
    let before = (0..<test.outputs).map { Float($0) / 8 }
    let trial = operands.trial(runningMean: before)
    _ = trial.forward(operands.values, momentum: 0.25)
    let y = operands.reference.linear(operands.values.doubles, operands.weights.doubles)
    let (mean, variance) = ReferenceNorm(channels: test.outputs).moments(y)
    let positions = Double(test.positions)
    let tolerance = Tolerance(test, isFar: isFar).output
    expectClose(
      trial.runningMean.values, zip(before, mean).map { 0.75 * Double($0) + 0.25 * $1 },
      within: tolerance, "mean")
    expectClose(
      trial.runningVariance.values,
      variance.map { 0.75 + 0.25 * $0 * positions / (positions - 1) }, within: tolerance,
      "variance")
  }

  private func expectGradients(
    _ operands: Operands, _ trial: LinearNormTrial, isFar: Bool, _ name: String = ""
  ) {
    _ = trial.forward(operands.values)
    let inputGradient = trial.backward(operands.gradient, values: operands.values)
    let expected = operands.expectedGradients
    let tolerance = Tolerance(operands.test, isFar: isFar)
    expectClose(inputGradient, expected.values, within: tolerance.values, "dx \(name)")
    expectClose(
      trial.weightGradient.values, expected.weights, within: tolerance.weights, "dW \(name)")
    expectClose(
      trial.gammaGradient.values, expected.gamma, within: tolerance.gamma, "dγ \(name)")
    // At most 50, summed in double precision and rounded once.
    expectClose(trial.betaGradient.values, expected.beta, within: 4e-6, "dβ \(name)")
  }

  @Test("has the gradients of a batch norm of the product", arguments: cases, [false, true])
  func gradients(test: Case, isFar: Bool) {
    let operands = Operands(test, isFar: isFar)
    expectGradients(operands, operands.trial(), isFar: isFar)
  }

  @Test("has the gradients that finite differences give", arguments: cases.prefix(4))
  func differences(test: Case) {
    for isFar in [false, true] {
      let operands = Operands(test, isFar: isFar)
      let trial = operands.trial()
      _ = trial.forward(operands.values)
      let inputGradient = trial.backward(operands.gradient, values: operands.values)
      let tolerance = Tolerance(test, isFar: isFar)
      func loss(
        values: [Double]? = nil, weights: [Double]? = nil, gamma: [Double]? = nil,
        beta: [Double]? = nil
      ) -> Double {
        dot(
          operands.gradient,
          operands.reference.output(
            values ?? operands.values.doubles, weights: weights ?? operands.weights.doubles,
            gamma: gamma ?? operands.gamma.doubles, beta: beta ?? operands.beta.doubles))
      }
      expectGradient(
        inputGradient, of: { loss(values: $0) }, at: operands.values, within: tolerance.values,
        "values")
      expectGradient(
        trial.weightGradient.values, of: { loss(weights: $0) }, at: operands.weights,
        within: tolerance.weights, "weights")
      expectGradient(
        trial.gammaGradient.values, of: { loss(gamma: $0) }, at: operands.gamma,
        within: tolerance.gamma, "gamma")
      expectGradient(
        trial.betaGradient.values, of: { loss(beta: $0) }, at: operands.beta, within: 4e-6, "beta")
    }
  }

  @Test("depends on the slicing only through rounding", arguments: [[600, 300], [1, 448, 451]])
  func severalSlices(slicePositions: [Int]) {
    let operands = Operands(Case(inputs: 16, outputs: 24, slicePositions: [900]))
    let tolerance = Tolerance(operands.test, isFar: false)
    let (whole, sliced) = (operands.trial(), operands.trial(slicePositions: slicePositions))
    expectClose(
      sliced.output(operands.values), whole.output(operands.values).doubles,
      within: tolerance.output, "z")
    expectClose(
      sliced.backward(operands.gradient, values: operands.values),
      whole.backward(operands.gradient, values: operands.values).doubles,
      within: tolerance.values, "dx")
    expectClose(
      sliced.weightGradient.values, whole.weightGradient.values.doubles,
      within: tolerance.weights, "dW")
    expectClose(
      sliced.gammaGradient.values, whole.gammaGradient.values.doubles, within: tolerance.gamma,
      "dγ")
  }

  @Test("keeps nothing of the batch before")
  func reuse() {
    let test = Case(inputs: 12, outputs: 40, slicePositions: [60, 52])
    let (first, second) = (Operands(test, isFar: true), Operands(test))
    let trial = second.trial()
    _ = trial.forward(first.values)
    _ = trial.backward(first.gradient, values: first.values)
    expectGradients(second, trial, isFar: false, "again")
  }

  @Test("stays finite without variance", arguments: [[1], [112], [70, 42]], [Float(0), 0.3, 5])
  func constantInput(slicePositions: [Int], size: Float) {
    let operands = Operands(Case(inputs: 12, outputs: 40, slicePositions: slicePositions))
    let count = operands.test.positions
    let values = (0..<count * 12).map { size * (1 + Float($0 % 12) / 12) }
    let trial = operands.trial()
    let output = trial.output(values)
    // z is β: y is its mean up to rounding, which 1/√ε = 316 and γ enlarge; x is at most 2·size.
    expectClose(
      output, output.indices.map { Double(operands.beta[$0 % 40]) },
      within: 1e-7 + 316 * 1.5 * 2 * Double(size) * roundingTolerance(terms: 12))
    let inputGradient = trial.backward(operands.gradient, values: values)
    let others = [
      trial.weightGradient, trial.gammaGradient, trial.betaGradient, trial.runningMean,
      trial.runningVariance,
    ]
    #expect((inputGradient + others.flatMap(\.values)).allSatisfy { $0.isFinite })
  }
}
