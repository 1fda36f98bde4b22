import Comparisons
import FileFormats
import Foundation
import Statistics

extension FrontStudent {
  init(
    _ field: JSONField, validation: FrontFile.Split?, test: FrontFile.Split?
  ) throws(JSONError) {
    let student = try LenientMembers(field, of: "a student")
    key = try student.required("key").text("the key of a student")
    trial = try student["trial"]?.integer(in: 0...Int.max)
    isOnFront = try student["on_front"]?.flag() ?? false
    let (excluded, broken) = (
      try student.text("excluded_by"), try student.text("broken_constraint")
    )
    isBroken = excluded != nil || broken != nil
    architecture = try student.text("architecture")
    numbers = student.numbers
    for (name, value) in numbers.sorted(by: { $0.key < $1.key })
    where FrontFile.isCost(name) && value < 0 {
      throw try student.required(name).expected("a cost, 0 or more")
    }
    var runs: [RunOutcomes] = []
    for run in try student.elements("runs", of: "trainings") { runs.append(try RunOutcomes(run)) }
    let seeds = try student["seeds"]?.integer(in: 1...Int.max) ?? max(1, runs.count)
    func accuracy(
      _ outcomes: [RunOutcomes.Outcome], _ name: String, _ split: FrontFile.Split?
    ) throws(JSONError) -> MeasuredAccuracy? {
      if let accuracy = try RunOutcomes.accuracy(outcomes) {
        if let stated = student.numbers["\(name)_accuracy"], abs(stated - accuracy.mean) > 1e-4 {
          throw try student.required("\(name)_accuracy").expected(
            "\(accuracy.mean), the mean of what \"runs\" came to")
        }
        return accuracy
      }
      return try MeasuredAccuracy(student, name, split: split, runs: seeds)
    }
    let outcomes = (validation: runs.compactMap(\.validation), test: runs.compactMap(\.test))
    guard let known = try accuracy(outcomes.validation, "validation", validation) else {
      throw try student.required("validation_accuracy").expected("an accuracy with its interval")
    }
    self.validation = known
    self.test = try accuracy(outcomes.test, "test", test)
    for (prefix, outcomes) in [("", outcomes.validation), ("test_", outcomes.test)] {
      for (name, value) in RunOutcomes.means(outcomes) where numbers[prefix + name] == nil {
        numbers[prefix + name] = value
      }
    }
  }
}

/// What one training came to on both splits.
private struct RunOutcomes {
  struct Outcome {
    let field: JSONField
    let count: Int
    let correct: Int
    let answers: Answers?
    let metrics: [String: Double]
  }

  let validation: Outcome?
  let test: Outcome?

  init(_ field: JSONField) throws(JSONError) {
    let run = try LenientMembers(field, of: "a training")
    validation = try Self.outcome(run["validation"])
    test = try Self.outcome(run["test"])
  }

  private static func outcome(_ field: JSONField?) throws(JSONError) -> Outcome? {
    guard let field else { return nil }
    let members = try LenientMembers(field, of: "what a training came to")
    let count = try members.required("count").integer(in: 1...FrontFile.mostImages)
    let correct = try members.required("correct").integer(in: 0...count)
    var metrics = try members.members("metrics", of: "metrics")?.numbers ?? [:]
    metrics["negative_log_likelihood"] = members.numbers["negative_log_likelihood"]
    guard let bits = members["correct_images"] else {
      return Outcome(field: field, count: count, correct: correct, answers: nil, metrics: metrics)
    }
    let expectation = "the Base64 of a bit for each of \(count) images, \(correct) of them set"
    guard let bytes = Data(base64Encoded: try bits.text(expectation)),
      let answers = Answers(count: count, bytes: bytes), answers.correct == correct
    else {
      throw .invalid(
        file: bits.file, field: bits.path, value: "other bits", expected: expectation)
    }
    return Outcome(field: field, count: count, correct: correct, answers: answers, metrics: metrics)
  }

  /// Returns the accuracy over all trainings; nil if there are none.
  static func accuracy(_ outcomes: [Outcome]) throws(JSONError) -> MeasuredAccuracy? {
    guard let first = outcomes.first else { return nil }
    for outcome in outcomes where outcome.count != first.count {
      throw outcome.field.expected("as many images as in the first training, \(first.count)")
    }
    let answers = outcomes.compactMap(\.answers)
    if answers.count == outcomes.count { return MeasuredAccuracy(answers) }
    let accuracies = outcomes.map { Double($0.correct) / Double($0.count) }
    return MeasuredAccuracy(
      mean: Double(outcomes.reduce(0) { $0 + $1.correct }) / Double(first.count * outcomes.count),
      count: first.count,
      runs: accuracies.count, deviation: pooledVariance(of: [accuracies])?.squareRoot())
  }

  /// Returns the mean of every metric that all trainings have.
  static func means(_ outcomes: [Outcome]) -> [String: Double] {
    guard let first = outcomes.first else { return [:] }
    var means: [String: Double] = [:]
    for name in first.metrics.keys {
      let values = outcomes.compactMap { $0.metrics[name] }
      guard values.count == outcomes.count else { continue }
      means[name] = values.reduce(0, +) / Double(values.count)
    }
    return means
  }
}

extension MeasuredAccuracy {
  /// Takes the accuracy and its 95 % interval from a student's columns; nil where they are not known. Where the file does
  /// not say how many images the split has, the interval's width does.
  fileprivate init?(
    _ student: LenientMembers, _ name: String, split: FrontFile.Split?, runs: Int
  ) throws(JSONError) {
    guard let accuracy = try student.share("\(name)_accuracy") else { return nil }
    let deviation = try student["\(name)_sd"]?.nonnegative(of: "accuracy")
    var count = split?.count
    if count == nil, let low = try student.share("\(name)_low"),
      let high = try student.share("\(name)_high")
    {
      count = wilsonCount(accuracy, width: high - low)
    }
    guard let count else { return nil }
    self.init(mean: accuracy, count: count, runs: runs, deviation: deviation)
  }
}

/// Returns how many images give an accuracy a 95 % interval of a width, by bisection; nil if none do.
private func wilsonCount(_ accuracy: Double, width: Double) -> Int? {
  func interval(_ count: Int) -> ClosedRange<Double> {
    MeasuredAccuracy(mean: accuracy, count: count).interval(confidence: 0.95)
  }
  guard width > 0, width < 1 else { return nil }
  var (low, high) = (1, 1 << 40)
  while low + 1 < high {
    let middle = (low + high) / 2
    let range = interval(middle)
    if range.upperBound - range.lowerBound > width { low = middle } else { high = middle }
  }
  return high
}
