import Distillation

extension [Evaluation] {
  /// The mean accuracy; not a number if there are none.
  public var meanAccuracy: Double { reduce(0) { $0 + $1.accuracy } / Double(count) }

  /// The share of all answers that are right, from whole numbers, so that equal counts are equal accuracies; not a
  /// number if there are none.
  public var pooledAccuracy: Double {
    Double(reduce(0) { $0 + $1.correct }) / Double(reduce(0) { $0 + $1.count })
  }

  /// The standard deviation of the accuracy over the repetitions; nil for fewer than two.
  public var deviation: Double? {
    guard count > 1 else { return nil }
    let mean = meanAccuracy
    let squares = reduce(0) { $0 + ($1.accuracy - mean) * ($1.accuracy - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }

  /// The 95 % interval of the mean accuracy from the finite split, all repetitions seen on the same
  /// images.
  public var interval: ClosedRange<Double>? {
    guard let first else { return nil }
    let correct = Int((meanAccuracy * Double(first.count)).rounded())
    return Evaluation(count: first.count, correct: correct, negativeLogLikelihood: 0).interval
  }
}
