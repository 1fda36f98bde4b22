import Statistics

/// The accuracy of one student on one split, over the repetitions of its training.
public struct MeasuredAccuracy: Hashable, Sendable {
  /// The mean over the repetitions, 0…1.
  public let mean: Double
  /// The images of the split.
  public let count: Int
  /// The repetitions, at least one.
  public let runs: Int
  /// The standard deviation of the accuracy over the repetitions; nil for fewer than two.
  public let deviation: Double?
  /// One for each repetition; empty where only accuracies are known.
  public let answers: [Answers]

  /// Creates the accuracy of at least one repetition, all on the same images.
  public init(_ answers: [Answers]) {
    precondition(!answers.isEmpty, "an accuracy of no repetition")
    precondition(answers.allSatisfy { $0.count == answers[0].count }, "answers to other images")
    count = answers[0].count
    runs = answers.count
    let accuracies = answers.map { Double($0.correct) / Double($0.count) }
    // From whole numbers, so that equal counts are equal accuracies.
    mean = Double(answers.reduce(0) { $0 + $1.correct }) / Double(count * runs)
    deviation = pooledVariance(of: [accuracies])?.squareRoot()
    self.answers = answers
  }

  /// Creates an accuracy of which the single answers are not known.
  public init(mean: Double, count: Int, runs: Int = 1, deviation: Double? = nil) {
    precondition(count > 0 && runs > 0, "\(count) images, \(runs) repetitions")
    (self.mean, self.count, self.runs, self.deviation) = (mean, count, runs, deviation)
    answers = []
  }

  /// Whether it is known which images each repetition classifies rightly.
  public var hasAnswers: Bool { !answers.isEmpty }

  /// Returns Wilson's interval of the mean, all repetitions seen on the same images.
  ///
  /// Source: Wilson, JASA 22(158), 1927.
  public func interval(confidence: Double) -> ClosedRange<Double> {
    wilsonInterval(mean, count: count, deviations: NormalDistribution.reach(of: confidence))
  }

  /// For each image the share of the repetitions that classify it rightly.
  var rightShares: [Double] {
    var shares = [Double](repeating: 1, count: count)
    for run in answers {
      for image in run.wrongImages { shares[image] -= 1 / Double(runs) }
    }
    return shares
  }
}

/// Returns Wilson's interval of a share of `count`, inside 0…1.
func wilsonInterval(_ p: Double, count: Int, deviations z: Double) -> ClosedRange<Double> {
  let n = Double(count)
  let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
  let reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  // Rounding must not leave the share itself outside.
  return min(p, max(0, centre - reach))...max(p, min(1, centre + reach))
}
