/// What makes measurements look as if they were not those of the networks that they are said to be of.
public struct FitDoubt: Sendable {
  /// In words; nil where nothing looks wrong.
  public let reason: String?

  /// Ranks of other networks below this are hardly better than none.
  private static let leastSpearman = 0.7
  /// Fewer networks show no ranks.
  private static let fewest = 8
  /// Latencies and work that are further apart than by these factors vary.
  private static let varyingLatency = 1.02
  private static let varyingWork = 1.5

  /// - Parameters:
  ///   - networks: What was measured.
  ///   - spearman: The rank correlation of the profile's predictions with measurements that it was not fitted to.
  public init(_ networks: [MeasuredSpaceNetwork], spearman: Double) {
    func spread(_ values: [Double]) -> Double {
      guard let least = values.min(), let most = values.max(), least > 0 else { return 1 }
      return most / least
    }
    guard networks.count >= FitDoubt.fewest else {
      reason = nil
      return
    }
    let latencies = networks.map(\.measurement.latencyMilliseconds)
    let work = networks.map { Double($0.measurement.workload.costs.macs) }
    if spread(latencies) < FitDoubt.varyingLatency, spread(work) > FitDoubt.varyingWork {
      reason =
        "all \(networks.count) latencies are alike, though the networks' MACs are not: was the network that is "
        + "named in each row the one that ran?"
    } else if spearman.isNaN || spearman < FitDoubt.leastSpearman {
      reason =
        "the measurements have hardly anything to do with the networks (Spearman below "
        + "\(FitDoubt.leastSpearman)): are the key and the latency in each row those of one network?"
    } else {
      reason = nil
    }
  }
}
