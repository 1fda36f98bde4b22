import Statistics

/// How much trainings of one student differ that differ by their seed alone, from all students of a study.
///
/// A student's accuracy on fixed images is its mean plus an effect of the training, plus what single images add:
/// each training is right about other images of those on the edge. The second part shrinks with the number of
/// images and is seen in comparisons of images already; only the first part comes on top of it:
///
///     σ²(training) = (MS(trainings) − MS(residual)) / n,  at least 0
///
/// from the two-way table of images and trainings. Source: Searle, Casella and McCulloch, "Variance Components",
/// 1992, section 4.4 (crossed random effects without repetition).
public struct TrainingNoise: Hashable, Sendable {
  /// The variance of one training's accuracy on the split's images.
  public let runVariance: Double
  /// The part of it that more images would not remove.
  public let effectVariance: Double
  /// From how many degrees of freedom: repetitions less students.
  public let freedom: Int

  /// Estimates it from the students that were trained more than once; nil if there are none.
  public init?(_ students: [MeasuredAccuracy]) {
    var (runSquares, effectSquares, freedom) = (0.0, 0.0, 0)
    for student in students {
      guard let deviation = student.deviation else { continue }
      let degrees = student.runs - 1
      let variance = deviation * deviation
      runSquares += variance * Double(degrees)
      effectSquares += (variance - student.residualVariance) * Double(degrees)
      freedom += degrees
    }
    guard freedom > 0 else { return nil }
    runVariance = runSquares / Double(freedom)
    effectVariance = max(0, effectSquares / Double(freedom))
    self.freedom = freedom
  }
}

extension MeasuredAccuracy {
  /// What single images add to the variance of one training's accuracy: MS(residual) / n; 0 where that is not
  /// known.
  fileprivate var residualVariance: Double {
    guard hasAnswers, runs > 1, count > 1 else { return 0 }
    let (n, r) = (Double(count), Double(runs))
    let images = rightShares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * r
    let trainings = n * (deviation ?? 0) * (deviation ?? 0) * (r - 1)
    let residual = n * r * mean * (1 - mean) - images - trainings
    return max(0, residual) / ((n - 1) * (r - 1)) / n
  }
}
