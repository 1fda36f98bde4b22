import Foundation
import TensorKernels
import Testing

@testable import Distillation

/// What each loss does to logits that are free to move.
@Suite("the effect of a loss on logits")
struct ResponseEffectTests {
  private let start = ResponseSlice(images: 6, classes: 5)

  private func probabilities(_ slice: ResponseSlice) -> (p: [[Double]], q: [[Double]]) {
    (slice.student.map { plainSoftmax($0) }, slice.teacher.map { plainSoftmax($0) })
  }

  private func largestDifference(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a.joined(), b.joined()).map { abs($0 - $1) }.max() ?? 0
  }

  @Test(
    "of divergences is that the teacher's probabilities are learnt",
    arguments: [
      ResponseCase.divergence(2), ResponseCase.jensenShannon(2),
    ] as [any LossRule])
  func divergences(rule: any LossRule) throws {
    let before = probabilities(start)
    #expect(largestDifference(before.p, before.q) > 0.5)
    let after = probabilities(try start.descended(rule, steps: 2000, rate: 1))
    #expect(largestDifference(after.p, after.q) < 0.01)
  }

  @Test("of Jensen–Shannon is bounded where a divergence is not")
  func bound() throws {
    let slice = ResponseSlice(student: [[30, 0]], teacher: [[0, 30]])
    #expect(try slice.evaluate(ResponseCase.divergence(1)).loss > 20)
    let loss = try slice.evaluate(ResponseCase.jensenShannon(1)).loss
    #expect(loss <= log(2) && loss > 0.99 * log(2))
  }

  @Test("of standardising is that the student keeps its scale and learns the teacher's shape")
  func standardizing() throws {
    var slice = start
    slice.student = slice.teacher.map { $0.map { 0.25 * $0 - 3 } }
    let standardized = ResponseCase.divergence(2, isStandardized: true)
    let plain = ResponseCase.divergence(2)
    #expect(try slice.evaluate(standardized).loss < 0.01 * slice.evaluate(plain).loss)
    let after = try start.descended(standardized, steps: 2000, rate: 1)
    for n in 0..<after.images {
      #expect(plainCorrelation(after.student[n], after.teacher[n]) > 0.999)
    }
  }

  @Test("of errors of logits is that logits are learnt: all, up to an offset, or up to scale")
  func logitErrors() throws {
    let plain = try start.descended(LogitErrorRule(), steps: 100, rate: 1)
    #expect(largestDifference(plain.student, plain.teacher) < 1e-5)
    let centered = try start.descended(
      ResponseCase.logitError { $0.isCentered = true }, steps: 100, rate: 1)
    for n in 0..<start.images {
      let offset = plainMean(start.student[n]) - plainMean(start.teacher[n])
      for c in 0..<start.classes {
        #expect(abs(centered.student[n][c] - centered.teacher[n][c] - offset) < 1e-5)
      }
    }
    let standardized = try start.descended(
      ResponseCase.logitError { $0.isStandardized = true }, steps: 2000, rate: 1)
    for n in 0..<start.images {
      #expect(plainCorrelation(standardized.student[n], standardized.teacher[n]) > 0.999)
    }
  }

  @Test("of decoupling is that a sure teacher's view of the other classes is learnt")
  func decoupling() throws {
    let slice = ResponseSlice(
      student: [[8, 0, 0, 0]], teacher: [[8, 2, 1, -1]], labels: [0])
    func othersDivergence(_ slice: ResponseSlice) -> Double {
      plainDivergence(
        plainSoftmax(Array(slice.teacher[0][1...])),
        from: plainSoftmax(Array(slice.student[0][1...])))
    }
    func after(_ rule: any LossRule) throws -> Double {
      othersDivergence(try slice.descended(rule, steps: 50, rate: 1))
    }
    let decoupled = try after(ResponseCase.decoupled(1, 1, Softening(temperature: 1)))
    let divergence = try after(ResponseCase.divergence(1))
    #expect(divergence > 0.5 * othersDivergence(slice))
    #expect(decoupled < 0.01 * othersDivergence(slice))
  }

  @Test("of decoupling for an unknown class is that of the class that the teacher names")
  func unknownClass() throws {
    var slice = ResponseSlice(images: 4, classes: 5)
    slice.shares = [0, 0, 0, 0]
    slice.labels = slice.teacher.map { t in t.indices.max { t[$0] < t[$1] }! }
    var unknown = slice
    unknown.labels = [-1, -1, -1, -1]
    let (one, two) = (try slice.evaluate(DecoupledRule()), try unknown.evaluate(DecoupledRule()))
    #expect(one.loss == two.loss && one.gradient == two.gradient)
  }

  @Test("of correlations is that relations are learnt: within an image, or within a class")
  func correlations() throws {
    // From a student that is not sure of the wrong classes, where a softmax hardly moves.
    let start = ResponseSlice(images: 6, classes: 5, spread: 1)
    let between = probabilities(
      try start.descended(ResponseCase.correlation(1, 0), steps: 4000, rate: 1))
    for n in 0..<start.images { #expect(plainCorrelation(between.p[n], between.q[n]) > 0.99) }
    let within = probabilities(
      try start.descended(ResponseCase.correlation(0, 1), steps: 4000, rate: 1))
    for c in 0..<start.classes {
      #expect(plainCorrelation(plainColumn(within.p, c), plainColumn(within.q, c)) > 0.99)
    }
  }

  @Test(
    "of correlations is none on a student whose probabilities are a weaker form of the teacher's")
  func weakerStudent() throws {
    var slice = start
    slice.student = slice.teacher.map { plainSoftmax($0).map { log(0.5 * $0 + 0.1) } }
    #expect(abs(try slice.evaluate(DistRule()).loss) < 1e-5)
    #expect(try slice.evaluate(ResponseCase.divergence(1)).loss > 0.5)
  }

  @Test("of ranks is that the order is learnt, of classes or of images")
  func ranks() throws {
    func order(_ x: [Double]) -> [Int] { x.indices.sorted { x[$0] < x[$1] } }
    let samples = try start.descended(ResponseCase.rank(1, 0), steps: 3000, rate: 0.5)
    for n in 0..<start.images {
      #expect(order(start.student[n]) != order(start.teacher[n]))
      #expect(order(samples.student[n]) == order(samples.teacher[n]))
    }
    let categories = probabilities(
      try start.descended(ResponseCase.rank(0, 1), steps: 3000, rate: 0.5))
    for c in 0..<start.classes {
      #expect(order(plainColumn(categories.p, c)) == order(plainColumn(categories.q, c)))
    }
  }

  @Test("of ranks is none on a student with the teacher's order, whatever its numbers")
  func sameOrder() throws {
    var slice = start
    // Scale and offset never count; the distances in between do not where ranks are hardly soft.
    slice.student = slice.teacher.map { $0.map { 7 * $0 + 3 } }
    #expect(abs(try slice.evaluate(ResponseCase.rank(1, 0)).loss) < 1e-5)
    slice.student = [[1, 2, 3, 4, 5]]
    slice.teacher = [[1, 4, 5, 9, 20]]
    slice.labels = [0]
    #expect(abs(try slice.evaluate(ResponseCase.rank(1, 0, 0.01)).loss) < 1e-3)
  }

  @Test("of a confidence penalty is that the student becomes less sure")
  func confidence() throws {
    let after = try start.descended(ConfidencePenaltyRule(), steps: 500, rate: 0.5)
    for n in 0..<start.images {
      #expect(plainEntropy(plainSoftmax(start.student[n])) < 1.5)
      #expect(plainEntropy(plainSoftmax(after.student[n])) > 1.6)
    }
  }
}
