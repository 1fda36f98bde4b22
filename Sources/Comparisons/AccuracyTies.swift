/// The students that cannot be told from the most accurate one; differences are corrected for their number.
public struct AccuracyTies: Hashable, Sendable {
  /// Their indices, the most accurate first.
  public let indices: [Int]
  /// Whether every difference was judged on the same images, image by image; true where there was none to judge.
  public let isPaired: Bool

  /// Compares a student with all whose accuracy is no higher.
  public init(
    with winner: Int, of accuracies: [MeasuredAccuracy], noise: TrainingNoise?,
    confidence: Double = 0.95
  ) {
    let others = accuracies.indices.filter {
      $0 != winner && accuracies[$0].mean <= accuracies[winner].mean
    }
    let differences = others.map { other in
      AccuracyDifference(
        accuracies[winner], accuracies[other], confidence: confidence, noise: (noise, noise))
    }
    isPaired = differences.allSatisfy(\.method.isPaired)
    indices = zip(others, holmCorrected(differences.map(\.pValue)))
      .filter { $1 >= 1 - confidence }.map(\.0)
      .sorted { (accuracies[$1].mean, $0) < (accuracies[$0].mean, $1) }
  }
}
