import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the classification loss")
struct ClassificationLossTests {
  struct Case: Hashable, Sendable {
    var weights: LossWeights
    var classes: Int
  }

  static let cases: [Case] = [
    (0, 1, 0, 10), (0, 1, 0.1, 10), (0, 4, 0.2, 3), (1, 1, 0, 10), (1, 4, 0.1, 10),
    (0.7, 4, 0.1, 10), (0.9, 2.5, 0, 17), (0.5, 20, 0.05, 100), (0.3, 0.5, 0, 2),
  ].map {
    Case(
      weights: LossWeights(distillation: $0.0, temperature: $0.1, labelSmoothing: $0.2),
      classes: $0.3)
  }

  private struct Operands {
    let logits: [Float]
    let teacher: [Float]
    var labels: [Int32]

    init(count: Int, classes: Int) {
      var random = RandomStream(seed: 1, purpose: "loss", count, classes)
      logits = random.floats(count * classes, in: -5...5)
      teacher = random.floats(count * classes, in: -8...8)
      labels = (0..<count).map { _ in Int32(random.integer(below: classes)) }
    }

    /// The same where the class of every other image is not known.
    var withUnknownClasses: Operands {
      var operands = self
      for image in stride(from: 0, to: labels.count, by: 2) { operands.labels[image] = -1 }
      return operands
    }
  }

  @Test(
    "agrees with its formula, and its gradient with finite differences", arguments: cases,
    [false, true])
  func lossAndGradient(test: Case, hasUnknownClasses: Bool) {
    let (count, batch) = (7, 20)
    var operands = Operands(count: count, classes: test.classes)
    if hasUnknownClasses { operands = operands.withUnknownClasses }
    let gradient = GuardedBuffer(count: count * test.classes)
    let result = classificationLoss(
      logits: padded(operands.logits), labels: operands.labels,
      teacher: padded(operands.teacher), weights: test.weights, count: count,
      classes: test.classes, batch: batch, gradient: gradient.pointer)
    gradient.expectGuards()
    func loss(_ logits: [Double]) -> Double {
      referenceLosses(
        logits: logits, labels: operands.labels, teacher: operands.teacher.doubles,
        weights: test.weights, classes: test.classes
      ).reduce(0, +)
    }
    let expected = loss(operands.logits.doubles)
    // The kernel works in double precision too, but takes the logits' differences d in single: an error of
    // 2⁻²⁴·d·exp(−d) < 3e-8 for each class.
    #expect(abs(result.loss - expected) < 1e-7 * max(1, abs(expected)))
    expectGradient(
      gradient.values, of: { loss($0) / Double(batch) }, at: operands.logits, within: 1e-7,
      "logits")
  }

  @Test("of an image of an unknown class is the teacher's part alone; the others keep their bits")
  func unknownClasses() {
    let (count, classes) = (6, 10)
    let operands = Operands(count: count, classes: classes)
    let weights = LossWeights(distillation: 0.7, temperature: 4, labelSmoothing: 0.1)
    func run(_ operands: Operands, _ weights: LossWeights) -> (loss: Double, gradient: [Float]) {
      let gradient = GuardedBuffer(count: count * classes)
      let result = classificationLoss(
        logits: padded(operands.logits), labels: operands.labels,
        teacher: padded(operands.teacher), weights: weights, count: count, classes: classes,
        batch: count, gradient: gradient.pointer)
      return (result.loss, gradient.values)
    }
    let (known, mixed) = (run(operands, weights), run(operands.withUnknownClasses, weights))
    // All of it, in the proportion of the teacher's share.
    var teacherAlone = weights
    teacherAlone.distillation = 1
    let soft = run(operands, teacherAlone)
    for image in 0..<count {
      let row = image * classes..<(image + 1) * classes
      if image % 2 == 1 {
        #expect(Array(mixed.gradient[row]) == Array(known.gradient[row]))
      } else {
        for place in row {
          // Both round to single precision.
          #expect(abs(mixed.gradient[place] - 0.7 * soft.gradient[place]) < 1e-6)
        }
      }
    }
    let unlabeled = (0..<count).map { _ in Int32(-1) }
    let none = classificationLoss(
      logits: operands.logits, labels: unlabeled, teacher: nil,
      weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0.1), count: count,
      classes: classes, batch: count, gradient: nil)
    #expect(none.loss == 0 && none.correct == 0)
  }

  @Test("without a teacher needs none, and without a gradient writes none")
  func optionalOperands() {
    let operands = Operands(count: 5, classes: 10)
    let weights = LossWeights(distillation: 0, temperature: 4, labelSmoothing: 0.1)
    let result = classificationLoss(
      logits: padded(operands.logits), labels: operands.labels, teacher: nil,
      weights: weights, count: 5, classes: 10, batch: 5, gradient: nil)
    let expected = referenceLosses(
      logits: operands.logits.doubles, labels: operands.labels, teacher: nil, weights: weights,
      classes: 10)
    #expect(abs(result.loss - expected.reduce(0, +)) < 1e-7)
  }

  @Test("counts the right answers, a tie going to the lower class")
  func correctAnswers() {
    let logits: [Float] = [1, 2, 3, 3, 2, 1, 5, 5, 0, 5, 5, 0]
    let result = classificationLoss(
      logits: logits, labels: [2, 2, 0, 1], teacher: nil,
      weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0), count: 4,
      classes: 3, batch: 4, gradient: nil)
    #expect(result.correct == 2)
  }

  @Test("is zero, with a zero gradient, where the student is the teacher")
  func agreement() {
    let operands = Operands(count: 4, classes: 10)
    let gradient = GuardedBuffer(count: 40)
    let result = classificationLoss(
      logits: operands.logits, labels: operands.labels, teacher: operands.logits,
      weights: LossWeights(distillation: 1, temperature: 4, labelSmoothing: 0), count: 4,
      classes: 10, batch: 4, gradient: gradient.pointer)
    #expect(abs(result.loss) < 1e-12)
    expectClose(gradient.values, [Double](repeating: 0, count: 40), within: 1e-12)
  }

  @Test("stays finite for logits as large as ±10,000")
  func largeLogits() {
    let logits: [Float] = [10_000, -10_000, 0, -10_000, 10_000, 5]
    let gradient = GuardedBuffer(count: 6)
    let result = classificationLoss(
      logits: logits, labels: [1, 1], teacher: logits.reversed(),
      weights: LossWeights(distillation: 0.5, temperature: 1, labelSmoothing: 0.1), count: 2,
      classes: 3, batch: 2, gradient: gradient.pointer)
    #expect(result.loss.isFinite)
    #expect(gradient.values.allSatisfy { $0.isFinite })
  }

  @Test("of a batch is the sum over its slices, with the same gradient bits")
  func slices() {
    let operands = Operands(count: 6, classes: 10)
    let weights = LossWeights(distillation: 0.7, temperature: 4, labelSmoothing: 0.1)
    func run(_ range: Range<Int>) -> (loss: Double, gradient: [Float]) {
      let gradient = GuardedBuffer(count: 10 * range.count)
      let logits = Array(operands.logits[10 * range.lowerBound..<10 * range.upperBound])
      let teacher = Array(operands.teacher[10 * range.lowerBound..<10 * range.upperBound])
      let result = classificationLoss(
        logits: logits, labels: Array(operands.labels[range]), teacher: teacher, weights: weights,
        count: range.count, classes: 10, batch: 6, gradient: gradient.pointer)
      return (result.loss, gradient.values)
    }
    let whole = run(0..<6)
    let (first, second) = (run(0..<2), run(2..<6))
    #expect(abs(whole.loss - first.loss - second.loss) < 1e-12)
    #expect(whole.gradient == first.gradient + second.gradient)
  }
}
