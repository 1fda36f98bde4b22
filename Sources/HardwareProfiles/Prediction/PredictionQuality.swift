import Foundation
import Statistics

/// How well predicted latencies agree with measured ones.
public struct PredictionQuality: Hashable, Sendable {
  /// How many standard errors a 90 % interval reaches to either side.
  static let intervalReach = 1.6449

  public let count: Int
  /// Rank correlation, ties by mean ranks; 0 if either side is constant.
  public let spearman: Double
  /// Kendall's τ-b; 0 if either side is constant.
  public let kendall: Double
  /// The median of |predicted − measured| / measured, in per cent.
  public let medianAbsolutePercentageError: Double
  public let within5Percent: Double
  public let within10Percent: Double
  /// The share of measurements inside their prediction's 90 % interval; nil if none was given.
  public let intervalCoverage90: Double?

  /// The median of measured / predicted.
  public let medianRatio: Double
  /// The least and the largest of measured / predicted.
  public let ratios: ClosedRange<Double>

  /// Compares two lists of positive numbers of one length, which must not be empty.
  ///
  /// - Parameter standardErrors: Of the predictions, as many.
  public init(predicted: [Double], measured: [Double], standardErrors: [Double]? = nil) {
    precondition(predicted.count == measured.count && !predicted.isEmpty)
    let errors = zip(predicted, measured).map { abs($0 - $1) / $1 }
    func share(within limit: Double) -> Double {
      Double(errors.count { $0 <= limit }) / Double(errors.count)
    }
    count = predicted.count
    let ratios = zip(predicted, measured).map { $1 / $0 }
    medianRatio = median(ratios)
    self.ratios = (ratios.min() ?? 1)...(ratios.max() ?? 1)
    spearman = RankCorrelation.value(.spearman, of: predicted, and: measured) ?? 0
    kendall = RankCorrelation.value(.kendall, of: predicted, and: measured) ?? 0
    medianAbsolutePercentageError = 100 * median(errors)
    within5Percent = share(within: 0.05)
    within10Percent = share(within: 0.1)
    intervalCoverage90 = standardErrors.map { standardErrors in
      let inside = predicted.indices.count {
        abs(predicted[$0] - measured[$0]) <= PredictionQuality.intervalReach * standardErrors[$0]
      }
      return Double(inside) / Double(predicted.count)
    }
  }
}

extension Validation {
  /// What a profile says of a comparison.
  init(_ quality: PredictionQuality, method: Method) {
    self.init(
      method: method, networks: quality.count, spearman: roundedForFile(quality.spearman),
      medianAbsolutePercentageError: roundedForFile(quality.medianAbsolutePercentageError),
      within10Percent: roundedForFile(quality.within10Percent),
      within5Percent: roundedForFile(quality.within5Percent),
      kendall: roundedForFile(quality.kendall),
      intervalCoverage90: quality.intervalCoverage90.map { roundedForFile($0) })
  }
}
