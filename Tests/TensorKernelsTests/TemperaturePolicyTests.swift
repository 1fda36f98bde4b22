import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a temperature policy")
struct TemperaturePolicyTests {
  static let policies: [TemperaturePolicy] = [
    3, .annealed(from: 8, to: 1.5), .perSample(base: 2), .perSample(base: 0.5),
  ]

  @Test("gives a classification loss and its gradient by its definition", arguments: policies)
  func loss(policy: TemperaturePolicy) {
    let (count, classes, batch, progress) = (5, 7, 9, 0.25)
    var random = RandomStream(seed: 1, purpose: "temperatures")
    let logits = random.floats(count * classes, in: -4...4)
    // From a teacher that hardly tells classes apart to one that is sure.
    let teacher = (0..<count).flatMap { n in
      random.floats(classes, in: -1...1).map { $0 * Float(1 << n) / 4 }
    }
    let labels = (0..<count).map { Int32($0) }
    let weights = LossWeights(distillation: 0.75, temperature: policy, labelSmoothing: 0)
    let gradient = GuardedBuffer(count: count * classes)
    let result = classificationLoss(
      logits: padded(logits), labels: labels, teacher: padded(teacher), weights: weights,
      count: count, classes: classes, batch: batch, progress: progress,
      gradient: gradient.pointer)
    gradient.expectGuards()
    func loss(_ logits: [Double]) -> Double {
      referenceLosses(
        logits: logits, labels: labels, teacher: teacher.doubles, weights: weights,
        classes: classes, progress: progress
      ).reduce(0, +)
    }
    let expected = loss(logits.doubles)
    #expect(abs(result.loss - expected) < 1e-7 * max(1, abs(expected)))
    expectGradient(
      gradient.values, of: { loss($0) / Double(batch) }, at: logits, within: 1e-7, "logits")
  }

  @Test("falls in a straight line where it is annealed")
  func annealing() {
    let policy = TemperaturePolicy.annealed(from: 8, to: 1)
    let values = [0, 0.5, 1].map { policy.value(progress: $0, teacher: [0, 1], classes: 2) }
    #expect(values == [8, 4.5, 1])
  }

  @Test("per image makes the teacher equally soft whatever the scale of its logits")
  func perSample() {
    let policy = TemperaturePolicy.perSample(base: 2)
    let logits: [Float] = [-3, 1, 2, 8]
    func softened(_ scale: Float) -> [Double] {
      let scaled = logits.map { $0 * scale }
      let temperature = policy.value(progress: 0, teacher: scaled, classes: 4)
      return referenceSoftmax(scaled.doubles, temperature: temperature)
    }
    for (one, other) in zip(softened(1), softened(64)) { #expect(abs(one - other) < 1e-12) }
    // Equal logits have no spread: 1, and never less.
    #expect(policy.value(progress: 0, teacher: [5, 5, 5], classes: 3) == 1)
    #expect(policy.value(progress: 0, teacher: [5, 5.25], classes: 2) == 1)
    #expect(policy.value(progress: 0, teacher: [-10_000, 10_000], classes: 2) == 20_000)
  }

  @Test("has a text of its own, which of a constant is its number")
  func texts() {
    #expect("\(TemperaturePolicy.constant(4))" == "4.0")
    let others: [TemperaturePolicy] = [
      4, 2, .annealed(from: 4, to: 2), .annealed(from: 2, to: 4), .perSample(base: 4),
    ]
    #expect(Set(others.map { "\($0)" }).count == others.count)
  }
}
