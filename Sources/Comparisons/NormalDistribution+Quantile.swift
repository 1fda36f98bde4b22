import Statistics

extension NormalDistribution {
  /// Returns z with Φ(z) = p, for p above 0 and below 1, by bisection to the last digit.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile at \(probability)")
    // The lower tail keeps its digits where Φ is close to 1.
    guard probability <= 0.5 else { return -quantile(1 - probability) }
    var (low, high) = (-38.5, 0.0)
    for _ in 0..<80 {
      let middle = 0.5 * (low + high)
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// Returns how many deviations to either side of the mean hold a share of all draws: 1.96 for 0.95.
  public static func reach(of confidence: Double) -> Double { -quantile((1 - confidence) / 2) }
}
