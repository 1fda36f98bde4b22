/// Returns the quantile of ascending values, interpolated linearly between them.
public func quantile(_ sorted: [Double], probability: Double) -> Double {
  precondition(!sorted.isEmpty, "no values have no quantile")
  let rank = probability * Double(sorted.count - 1)
  let lower = Int(rank)
  let upper = min(lower + 1, sorted.count - 1)
  return sorted[lower] + (rank - Double(lower)) * (sorted[upper] - sorted[lower])
}
