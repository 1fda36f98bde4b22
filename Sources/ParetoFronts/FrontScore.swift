import Statistics

/// Scores sets of rows of a table by the hypervolume of their front.
///
/// With a metric a, to be maximised, and costs c, to be minimised, of all rows:
///
///     u = (a − a_ref) / (max a − a_ref),  v = (c_ref − c) / (c_ref − min c)
///
/// The reference point, if it is not given, is the 10th percentile of a and the maximum of each c over
/// all rows; max a is over the rows that meet the constraints, min c over those of them with a > a_ref.
/// Only rows with u > 0 and all v > 0 that meet the constraints count. A score is the volume of the
/// union of the boxes [0, u] × [0, v], divided by that of all rows.
public struct FrontScore: Sendable {
  /// The reference value of the metric, in its unit.
  public let referenceValue: Double
  /// The reference costs, in their units.
  public let referenceCosts: [Double]
  /// The best value of a row that meets the constraints.
  public let bestValue: Double
  /// Each cost's lowest value in those of them that beat the reference value.
  public let bestCosts: [Double]
  /// The hypervolume of all rows.
  public let trueVolume: Double
  /// The number of different points on the front of all rows.
  public let frontCount: Int

  /// For each row its point (u, v…); nil if it does not count.
  private let points: [[Double]?]

  /// Creates the score of a table.
  ///
  /// - Parameters:
  ///   - values: For each row the metric; NaN where the trial fails.
  ///   - costs: For each cost a column; NaN where it is not known because the trial fails.
  ///   - isAllowed: For each row whether it meets the constraints.
  ///   - referenceValue: Nil: the 10th percentile.
  ///   - referenceCosts: For each cost; nil: the maximum.
  /// - Throws: `FrontScoreError` if no row counts.
  public init(
    values: [Double], costs: [[Double]], isAllowed: [Bool], referenceValue: Double? = nil,
    referenceCosts: [Double?]? = nil
  ) throws(FrontScoreError) {
    guard values.contains(where: { !$0.isNaN }) else { throw .noValues }
    let base = referenceValue ?? FrontScore.usualReference(ofValues: values)
    let limits = costs.enumerated().map { index, column in
      referenceCosts?[index] ?? FrontScore.usualReference(ofCosts: column)
    }
    let good = values.indices.filter { isAllowed[$0] && values[$0] > base }
    let counting = good.filter { row in zip(costs, limits).allSatisfy { $0[row] < $1 } }
    guard !counting.isEmpty else { throw .noneCounts }
    self.referenceValue = base
    self.referenceCosts = limits
    let best = good.reduce(-Double.infinity) { max($0, values[$1]) }
    let bestCosts = costs.map { column in good.reduce(Double.infinity) { min($0, column[$1]) } }
    (bestValue, self.bestCosts) = (best, bestCosts)
    var points = [[Double]?](repeating: nil, count: values.count)
    for row in counting {
      points[row] =
        [(values[row] - base) / (best - base)]
        + costs.indices.map { (limits[$0] - costs[$0][row]) / (limits[$0] - bestCosts[$0]) }
    }
    self.points = points
    let all = counting.compactMap { points[$0] }
    let front = nonDominatedIndices(of: all).map { all[$0] }
    frontCount = Set(front).count
    trueVolume = hypervolume(of: front, reference: Array(repeating: 0, count: costs.count + 1))
  }

  /// The reference value where none is given: the 10th percentile, NaN left out.
  public static func usualReference(ofValues values: [Double]) -> Double {
    quantile(values.filter { !$0.isNaN }.sorted(), probability: 0.1)
  }

  /// A cost's reference where none is given: the largest one, NaN left out.
  public static func usualReference(ofCosts costs: [Double]) -> Double {
    costs.lazy.filter { !$0.isNaN }.max() ?? 0
  }

  /// Returns the share of the true hypervolume that rows have.
  public func share(of rows: some Sequence<Int>) -> Double { curve(rows).last ?? 0 }

  /// Returns the share of the true hypervolume that the first n rows have, for n from 1.
  public func curve(_ rows: some Sequence<Int>) -> [Double] {
    var front: [[Double]] = []
    var curve: [Double] = []
    for row in rows {
      if let point = points[row],
        !front.contains(where: { $0 == point || dominates($0, point) })
      {
        front.removeAll { dominates(point, $0) }
        front.append(point)
        let zero = [Double](repeating: 0, count: point.count)
        curve.append(hypervolume(of: front, reference: zero) / trueVolume)
      } else {
        curve.append(curve.last ?? 0)
      }
    }
    return curve
  }
}

/// Why a table has no front to score.
public enum FrontScoreError: Error, Hashable, Sendable {
  case noValues
  case noneCounts
}

extension FrontScoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noValues: "no row of the table has a value of the metric"
    case .noneCounts: "no row of the table meets the constraints and beats the reference point"
    }
  }
}
