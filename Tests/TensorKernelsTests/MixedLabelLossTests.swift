import Foundation
import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the classification loss of mixed images")
struct MixedLabelLossTests {
  private static let (count, classes, batch) = (6, 5, 9)
  private static let logits: [Float] = {
    var random = RandomStream(seed: 1, purpose: "mixed loss")
    return random.floats(count * classes, in: -4...4)
  }()
  private static let teacher: [Float] = {
    var random = RandomStream(seed: 2, purpose: "mixed loss")
    return random.floats(count * classes, in: -6...6)
  }()
  private static let labels: [Int32] = [0, 1, 2, 3, -1, 4]
  private static let others: [Int32] = [3, 1, 0, -1, 2, 2]
  private static let shares: [Float] = [0.25, 0.5, 1, 0.75, 0.5, 0]

  private func run(
    _ weights: LossWeights, labels: [Int32] = labels, others: [Int32]?, shares: [Float]?
  ) -> (loss: Double, correct: Int, gradient: [Float]) {
    let gradient = GuardedBuffer(count: Self.count * Self.classes)
    func result(
      _ others: UnsafePointer<Int32>?, _ shares: UnsafePointer<Float>?
    ) -> (loss: Double, correct: Int) {
      classificationLoss(
        logits: padded(Self.logits), labels: labels, otherLabels: others, shares: shares,
        teacher: padded(Self.teacher), weights: weights, count: Self.count,
        classes: Self.classes, batch: Self.batch, gradient: gradient.pointer)
    }
    let got: (loss: Double, correct: Int)
    if let others, let shares { got = result(others, shares) } else { got = result(nil, nil) }
    gradient.expectGuards()
    return (got.loss, got.correct, gradient.values)
  }

  /// By the definition: the labels' part is the same share of each label's, left out where one is not known.
  private func reference(_ logits: [Double], _ weights: LossWeights) -> Double {
    func losses(_ labels: [Int32]) -> [Double] {
      referenceLosses(
        logits: logits, labels: labels, teacher: Self.teacher.doubles, weights: weights,
        classes: Self.classes)
    }
    let unknown = losses([Int32](repeating: -1, count: Self.count))
    let (own, other) = (losses(Self.labels), losses(Self.others))
    return (0..<Self.count).reduce(0) { sum, image in
      let share = Double(Self.shares[image])
      guard Self.labels[image] >= 0 else { return sum + unknown[image] }
      if share == 0 { return sum + own[image] }
      if Self.others[image] < 0 { return sum + unknown[image] }
      return sum + (1 - share) * own[image] + share * other[image]
    }
  }

  @Test(
    "agrees with its formula, and its gradient with finite differences",
    arguments: [(0, 1, 0), (0.6, 3, 0), (0.4, 1, 0.1), (1, 2, 0.2)] as [(Float, Float, Float)])
  func lossAndGradient(distillation: Float, temperature: Float, smoothing: Float) {
    let weights = LossWeights(
      distillation: distillation, temperature: .constant(temperature), labelSmoothing: smoothing)
    let result = run(weights, others: Self.others, shares: Self.shares)
    let expected = reference(Self.logits.doubles, weights)
    #expect(abs(result.loss - expected) < 1e-7 * max(1, abs(expected)))
    expectGradient(
      result.gradient, of: { reference($0, weights) / Double(Self.batch) }, at: Self.logits,
      within: 1e-7, "logits")
  }

  @Test("has the bits of unmixed images where all shares are 0, whatever the other labels are")
  func noShares() {
    let weights = LossWeights(distillation: 0.3, temperature: 2, labelSmoothing: 0.1)
    let plain = run(weights, others: nil, shares: nil)
    for others in [Self.others, [Int32](repeating: -1, count: Self.count)] {
      let mixed = run(weights, others: others, shares: [Float](repeating: 0, count: Self.count))
      #expect(mixed.loss == plain.loss && mixed.correct == plain.correct)
      #expect(mixed.gradient.map(\.bitPattern) == plain.gradient.map(\.bitPattern))
    }
  }

  @Test("is smallest where the probabilities are the shares of the labels")
  func optimum() {
    let logits: [Float] = [0.7, 0.3].map { Float(log($0)) }
    let gradient = GuardedBuffer(count: 2)
    _ = classificationLoss(
      logits: logits, labels: [0], otherLabels: [1], shares: [0.3], teacher: nil,
      weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0), count: 1,
      classes: 2, batch: 1, gradient: gradient.pointer)
    #expect(gradient.values.allSatisfy { abs($0) < 1e-7 })
  }

  @Test("counts the class with the larger share as the right one")
  func correct() {
    // The largest logit is of class 1.
    let logits: [Float] = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    let result = classificationLoss(
      logits: logits, labels: [1, 1, 0, 0, -1], otherLabels: [0, 0, 1, 1, 1],
      shares: [0.5, 0.6, 0.4, 0.6, 0.9], teacher: nil,
      weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0), count: 5,
      classes: 2, batch: 5, gradient: nil)
    #expect(result.correct == 2)
  }
}
