import Foundation
import RandomStreams
import Statistics

/// What full trainings found of some students: what scores are compared with.
struct RankingTarget: Sendable {
  /// For each repetition of the full training the accuracies of all students.
  let seeds: [[Double]]
  /// The mean over the repetitions.
  let values: [Double]
  let macs: [Double]
  /// log MACs and log parameters of all students: what costs alone say.
  let costs: [[Double]]
  /// The variance between repetitions of a student's training; nil if there is one only.
  let seedVariance: Double?

  /// - Parameter seedVariance: Nil: that of these repetitions.
  init(
    seeds: [[Double]], macs: [Double], parameters: [Double], seedVariance: Double? = nil
  ) {
    (self.seeds, self.macs) = (seeds, macs)
    values = macs.indices.map { student in
      seeds.reduce(0) { $0 + $1[student] } / Double(max(1, seeds.count))
    }
    costs = [macs.map { log(max(1, $0)) }, parameters.map { log(max(1, $0)) }]
    self.seedVariance =
      seedVariance
      ?? pooledVariance(of: macs.indices.map { student in seeds.map { $0[student] } })
  }

  var count: Int { values.count }

  /// How well the repetitions agree with each other.
  var reliability: SeedReliability? { SeedReliability(seeds) }

  /// The same of what log MACs and log parameters leave unexplained.
  var partialReliability: SeedReliability? { SeedReliability(seeds.map(residuals)) }

  /// Returns what a linear function of log MACs and log parameters leaves unexplained.
  func residuals(_ values: [Double]) -> [Double] {
    LinearRegression.residuals(of: values, on: costs)
  }

  /// Two standard errors of the difference between two students' means; nil without repetitions.
  var clearDifference: Double? {
    seedVariance.map { 2 * (2 * $0 / Double(seeds.count)).squareRoot() }
  }

  /// The scores that costs alone give.
  enum Baseline: String, CaseIterable {
    case macs = "log MACs"
    case parameters = "log parameters"
    /// Fitted to the full results of the other students, which no flash score sees.
    case regression = "regression on both"
  }

  func scores(_ baseline: Baseline) -> [Double] {
    switch baseline {
    case .macs: costs[0]
    case .parameters: costs[1]
    case .regression:
      count > 1 ? LinearRegression.leaveOneOutPredictions(of: values, on: costs) : values
    }
  }

  /// The baseline that ranks best; nil if none has a correlation.
  var bestBaseline: Baseline? {
    Baseline.allCases.compactMap { baseline in
      RankCorrelation.value(.spearman, of: scores(baseline), and: values).map { (baseline, $0) }
    }.max { $0.1 < $1.1 }?.0
  }

  /// This target less its first repetition, which is then a score like any other; nil with fewer than
  /// two.
  var withoutFirstSeed: RankingTarget? {
    guard seeds.count > 1 else { return nil }
    return RankingTarget(
      seeds: Array(seeds.dropFirst()), macs: macs, parameters: costs[1].map { exp($0) },
      seedVariance: seedVariance)
  }
}

/// How well a score ranks students as their full trainings do.
struct RankingQuality: Sendable {
  let count: Int
  /// Spearman's, with its interval; nil if a side is constant.
  let correlation: RankCorrelation?
  /// Spearman's of what costs leave unexplained of both sides; nil for a score made of costs.
  let partial: Double?
  /// Pairs of about the same MACs whose full results differ clearly; nil without repetitions.
  let pairs: PairOrdering?
  /// What trusting the three highest scores loses.
  let regret: Double?
  /// By how much it ranks better than the best score made of costs; nil for these.
  let advantage: RankCorrelationDifference?

  /// Two students are of about the same MACs if one has at most this many times the other's.
  static let costRatio = 1.1
  static let top = 3

  init(
    of scores: [Double], against target: RankingTarget, isCostAlone: Bool = false, seed: UInt64
  ) {
    count = target.count
    var random = RandomStream(seed: seed, purpose: "flash benchmark")
    correlation = RankCorrelation(.spearman, of: scores, and: target.values, using: &random)
    partial =
      isCostAlone
      ? nil
      : RankCorrelation.value(
        .spearman, of: target.residuals(scores), and: target.residuals(target.values))
    pairs = target.clearDifference.map {
      PairOrdering(
        of: scores, against: target.values, costs: target.macs, leastDifference: $0,
        costRatio: RankingQuality.costRatio)
    }
    regret = selectionRegret(of: scores, against: target.values, top: RankingQuality.top)
    random = RandomStream(seed: seed, purpose: "flash benchmark")
    let best = isCostAlone ? nil : target.bestBaseline
    advantage = best.flatMap {
      RankCorrelationDifference(
        of: scores, over: target.scores($0), against: target.values, using: &random)
    }
  }
}
