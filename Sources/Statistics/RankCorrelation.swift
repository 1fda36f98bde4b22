import Foundation
import RandomStreams

/// How well one list of numbers ranks as another does, such as flash accuracies the full ones.
public struct RankCorrelation: Sendable, Hashable {
  /// Which coefficient.
  public enum Coefficient: String, CaseIterable, Sendable {
    /// Spearman's ρ: the linear correlation of the ranks, ties sharing their mean rank.
    case spearman
    /// Kendall's τ-b: concordant less discordant pairs, corrected for ties.
    case kendall
  }

  /// The coefficient, −1 … 1.
  public let value: Double
  /// The bootstrap interval of the coefficient.
  public let interval: ClosedRange<Double>
  /// The number of pairs.
  public let count: Int

  /// Correlates `x` with `y`, with a percentile bootstrap interval over resampled pairs.
  ///
  /// Resamples in which one side is constant have no coefficient and are left out
  /// (`BootstrapEstimate`).
  ///
  /// - Parameters:
  ///   - x: Finite numbers.
  ///   - y: As many finite numbers.
  ///   - level: The share of resamples that the interval spans.
  ///   - resamples: How often to resample.
  /// - Returns: Nil if there are fewer than two pairs or one side is constant.
  public init?(
    _ coefficient: Coefficient, of x: [Double], and y: [Double], level: Double = 0.95,
    resamples: Int = 2000, using random: inout RandomStream
  ) {
    precondition(x.count == y.count, "\(x.count) numbers against \(y.count)")
    guard let value = RankCorrelation.value(coefficient, of: x, and: y) else { return nil }
    self.value = value
    count = x.count
    let resampled = bootstrapInterval(
      count: x.count, level: level, resamples: resamples, using: &random
    ) { indices in
      RankCorrelation.value(coefficient, of: indices.map { x[$0] }, and: indices.map { y[$0] })
    }
    interval = resampled ?? -1...1
  }

  /// Returns the coefficient alone; nil if there are fewer than two pairs or one side is constant.
  ///
  /// Sources: Spearman 1904, doi:10.2307/1412159; Kendall 1945, doi:10.1093/biomet/33.3.239.
  public static func value(
    _ coefficient: Coefficient, of x: [Double], and y: [Double]
  ) -> Double? {
    switch coefficient {
    case .spearman: linearCorrelation(ranks(of: x), ranks(of: y))
    case .kendall: kendallTauB(x, y)
    }
  }
}

/// Returns the ranks from 1, equal numbers sharing the mean of theirs.
public func ranks(of values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
    for position in start..<end { ranks[order[position]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

private func linearCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
  let count = Double(x.count)
  let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    yy += (b - meanY) * (b - meanY)
    xy += (a - meanX) * (b - meanY)
  }
  guard xx > 0, yy > 0 else { return nil }
  return min(1, max(-1, xy / (xx * yy).squareRoot()))
}

private func kendallTauB(_ x: [Double], _ y: [Double]) -> Double? {
  var (concordance, untiedX, untiedY) = (0, 0, 0)
  for i in x.indices {
    for j in 0..<i {
      let signX = x[i] == x[j] ? 0 : (x[i] > x[j] ? 1 : -1)
      let signY = y[i] == y[j] ? 0 : (y[i] > y[j] ? 1 : -1)
      concordance += signX * signY
      untiedX += abs(signX)
      untiedY += abs(signY)
    }
  }
  guard untiedX > 0, untiedY > 0 else { return nil }
  return Double(concordance) / (Double(untiedX) * Double(untiedY)).squareRoot()
}
