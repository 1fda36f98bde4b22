/// Returns the quantile of ascending values, interpolated linearly between them: type 7 of Hyndman and Fan,
/// "Sample quantiles in statistical packages", The American Statistician 50, 1996.
///
/// - Parameter probability: 0…1.
public func quantile(_ sorted: [Double], probability: Double) -> Double {
  precondition(!sorted.isEmpty, "no values have no quantile")
  precondition((0...1).contains(probability), "a quantile at \(probability)")
  let rank = probability * Double(sorted.count - 1)
  let lower = Int(rank)
  let upper = min(lower + 1, sorted.count - 1)
  return sorted[lower] + (rank - Double(lower)) * (sorted[upper] - sorted[lower])
}
