import Datasets
import Foundation
import Synchronization
import Testing

@testable import Distillation

@Suite("an evaluation")
struct EvaluationTests {
  /// The published digits are those of Newcombe, "Two-sided confidence intervals for the single
  /// proportion", Statistics in Medicine 17, 1998, table I, method 3.
  @Test(
    "has Wilson's interval",
    arguments: [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611),
      (1, 29, 0.0061, 0.1718),
    ])
  func publishedIntervals(correct: Int, count: Int, low: Double, high: Double) {
    let interval = Evaluation(count: count, correct: correct, negativeLogLikelihood: 0).interval
    #expect(abs(interval.lowerBound - low) < 6e-5)
    #expect(abs(interval.upperBound - high) < 6e-5)
  }

  @Test(
    "has an interval whose ends are the proportions that a score test just does not reject",
    arguments: [(4523, 5000), (9999, 10_000), (1, 2), (30, 30), (250, 5000)])
  func scoreEquation(correct: Int, count: Int) {
    let evaluation = Evaluation(count: count, correct: correct, negativeLogLikelihood: 0)
    for end in [evaluation.interval.lowerBound, evaluation.interval.upperBound]
    where end > 0 && end < 1 {
      let score =
        abs(evaluation.accuracy - end) / (end * (1 - end) / Double(count)).squareRoot()
      #expect(abs(score - 1.959963984540054) < 1e-9)
    }
    #expect(evaluation.interval.contains(evaluation.accuracy))
  }

  @Test("stays within 0 and 1 at the ends of the scale")
  func ends() {
    let none = Evaluation(count: 50, correct: 0, negativeLogLikelihood: 0)
    let all = Evaluation(count: 50, correct: 50, negativeLogLikelihood: 0)
    #expect(none.interval.lowerBound == 0 && all.interval.upperBound == 1)
    #expect(abs(none.interval.upperBound + all.interval.lowerBound - 1) < 1e-12)
    #expect(none.standardError == 0)
  }

  @Test("knows its accuracy and standard error")
  func accuracy() {
    let evaluation = Evaluation(count: 400, correct: 320, negativeLogLikelihood: 0.7)
    #expect(evaluation.accuracy == 0.8)
    #expect(abs(evaluation.standardError - 0.02) < 1e-15)
  }

  @Test("survives JSON exactly, under the keys of the journal")
  func json() throws {
    let evaluation = Evaluation(count: 7, correct: 3, negativeLogLikelihood: 0.1 + 0.2)
    let data = try JSONEncoder().encode(evaluation)
    #expect(try JSONDecoder().decode(Evaluation.self, from: data) == evaluation)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(
      Set((object ?? [:]).keys) == ["count", "correct", "negative_log_likelihood"])
  }

  @Test("counts right answers and the likelihood of the labels")
  func fromLogits() throws {
    let dataset = try StripedImages.reader().dataset
    let count = dataset.count(.validation)
    // p = 1/2 for the label and 1/4 for the two others, wrong for every third image.
    var logits = [Float](repeating: 0, count: 3 * count)
    for image in 0..<count {
      let label = dataset.label(image, of: .validation)
      logits[3 * image + (image % 3 == 0 ? (label + 1) % 3 : label)] = Float(log(2.0))
    }
    let evaluation = Evaluation(logits: logits, split: .validation, dataset: dataset)
    #expect(evaluation.count == count)
    #expect(evaluation.correct == count * 2 / 3)
    let expected = (2 * log(2.0) + log(4.0)) / 3
    #expect(abs(evaluation.negativeLogLikelihood - expected) < 1e-6)
  }
}

@Suite("the logits of a model")
struct LogitsTests {
  @Test("are the same bits for any number of threads", arguments: [2, 3, 8])
  func threads(count: Int) throws {
    let model = try SmallTeacher.model()
    let reader = try StripedImages.reader()
    for split in DatasetSplit.allCases {
      #expect(
        model.logits(of: split, reader: reader, threads: count)
          == model.logits(of: split, reader: reader, threads: 1))
    }
  }

  @Test("are not there where it was stopped on the way", arguments: [1, 2])
  func stopped(threads: Int) throws {
    let model = try SmallTeacher.model()
    let reader = try StripedImages.reader()
    let asked = Atomic<Int>(0)
    let logits = model.logits(of: .training, reader: reader, threads: threads) {
      asked.add(1, ordering: .relaxed).newValue == 3
    }
    #expect(logits == nil)
    // The other thread asks once more at most.
    #expect((3...4) ~= asked.load(ordering: .relaxed))
    #expect(
      model.logits(of: .training, reader: reader, threads: threads) { false }
        == model.logits(of: .training, reader: reader))
  }

  @Test("are the same bits whatever batch they are computed in", arguments: [1, 7, 64, 240])
  func batches(size: Int) throws {
    let model = try SmallTeacher.model()
    let reader = try StripedImages.reader()
    let count = reader.dataset.count(.training)
    let expected = model.logits(of: .training, reader: reader)
    let plan = model.inferencePlan(capacity: size)
    var logits: [Float] = []
    var labels = [Int32](repeating: 0, count: size)
    for start in stride(from: 0, to: count, by: size) {
      let range = start..<min(count, start + size)
      reader.fill(plan.input, labels: &labels, range: range, split: .training)
      plan.run(images: range.count)
      logits += UnsafeBufferPointer(start: plan.logits, count: 3 * range.count)
    }
    #expect(logits == expected)
  }

  @Test("are evaluated against the labels of their split")
  func evaluation() throws {
    let model = try SmallTeacher.model()
    let reader = try StripedImages.reader()
    for split in DatasetSplit.allCases {
      let evaluation = model.evaluate(on: split, reader: reader, threads: 2)
      #expect(evaluation.count == reader.dataset.count(split))
      #expect(evaluation.accuracy > 0.8)
    }
  }
}
