/// How well predicted latencies agree with measured ones.
public struct PredictionQuality: Hashable, Sendable {
  public let count: Int
  /// Rank correlation, ties by mean ranks; 0 if either side is constant.
  public let spearman: Double
  /// The median of |predicted − measured| / measured, in per cent.
  public let medianAbsolutePercentageError: Double
  public let within5Percent: Double
  public let within10Percent: Double

  /// Compares two lists of positive numbers of one length, which must not be empty.
  public init(predicted: [Double], measured: [Double]) {
    precondition(predicted.count == measured.count && !predicted.isEmpty)
    let errors = zip(predicted, measured).map { abs($0 - $1) / $1 }
    func share(within limit: Double) -> Double {
      Double(errors.count { $0 <= limit }) / Double(errors.count)
    }
    count = predicted.count
    spearman = correlation(meanRanks(predicted), meanRanks(measured))
    medianAbsolutePercentageError = 100 * median(errors)
    within5Percent = share(within: 0.05)
    within10Percent = share(within: 0.1)
  }
}

/// Returns each value's rank from 1, equal values sharing the mean of theirs.
private func meanRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for index in order[start..<end] { ranks[index] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}

private func correlation(_ x: [Double], _ y: [Double]) -> Double {
  let meanX = x.reduce(0, +) / Double(x.count)
  let meanY = y.reduce(0, +) / Double(y.count)
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    yy += (b - meanY) * (b - meanY)
    xy += (a - meanX) * (b - meanY)
  }
  return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
}

/// Returns the middle value, or the mean of the two in the middle.
func median(_ values: [Double]) -> Double {
  precondition(!values.isEmpty)
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Returns the standard deviation around 0 that the median size of the errors implies, if normal.
func robustDeviation(_ errors: [Double]) -> Double {
  errors.isEmpty ? 0 : 1.4826 * median(errors.map(abs))
}
