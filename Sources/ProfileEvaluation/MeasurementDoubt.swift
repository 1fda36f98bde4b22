import HardwareProfiles
import Statistics

/// What makes measurements look as if they were not latencies in milliseconds of the networks that they are said to be
/// of.
public struct MeasurementDoubt: Sendable {
  /// In words; nil where nothing looks wrong.
  public let reason: String?

  /// Ranks of other networks below this are hardly better than none.
  private static let leastSpearman = 0.7
  /// Networks with more multiply–accumulates are slower: where the ranks are this far the other way round, the numbers
  /// are no times.
  private static let mostReversedSpearman = -0.5
  /// Fewer networks show no ranks.
  private static let fewest = 8
  /// Latencies and work that are further apart than by these factors vary.
  private static let varyingLatency = 1.02
  private static let varyingWork = 1.5
  /// Two devices that one would take for alike are less far apart.
  private static let farFactor = 50.0

  /// - Parameters:
  ///   - networks: What was measured.
  ///   - spearman: The rank correlation of a profile's predictions with measurements that it was not fitted to.
  ///   - profile: One of the same or a similar device that was not fitted to the measurements; nil for none.
  public init(
    _ networks: [MeasuredSpaceNetwork], spearman: Double, profile: HardwareProfile? = nil
  ) {
    reason =
      MeasurementDoubt.scale(networks, profile)
      ?? MeasurementDoubt.order(networks, spearman: spearman)
  }

  /// What is wrong with the unit.
  private static func scale(
    _ networks: [MeasuredSpaceNetwork], _ profile: HardwareProfile?
  ) -> String? {
    guard let profile, !networks.isEmpty else { return nil }
    let factor = median(
      networks.map(\.measurement).map {
        $0.latencyMilliseconds / profile.predict($0.workload).latencyMilliseconds
      })
    guard factor > farFactor || factor < 1 / farFactor else { return nil }
    return
      "the latencies are \(roundedForFile(factor)) times those that the profile \(profile.name) predicts (median): "
      + "are they milliseconds?"
  }

  /// What is wrong with the order.
  private static func order(
    _ networks: [MeasuredSpaceNetwork], spearman: Double
  ) -> String? {
    func spread(_ values: [Double]) -> Double {
      guard let least = values.min(), let most = values.max(), least > 0 else { return 1 }
      return most / least
    }
    guard networks.count >= fewest else { return nil }
    let latencies = networks.map(\.measurement.latencyMilliseconds)
    let work = networks.map { Double($0.measurement.workload.costs.macs) }
    if spread(latencies) < varyingLatency, spread(work) > varyingWork {
      return
        "all \(networks.count) latencies are alike, though the networks' MACs are not: was the network that is "
        + "named in each row the one that ran?"
    }
    if let ranks = RankCorrelation.value(.spearman, of: latencies, and: work),
      ranks < mostReversedSpearman
    {
      return
        "the more MACs a network has, the smaller its number: are these images per second instead of "
        + "milliseconds?"
    }
    if spearman.isNaN || spearman < leastSpearman {
      return
        "the measurements have hardly anything to do with the networks (Spearman below "
        + "\(leastSpearman)): are the key and the latency in each row those of one network?"
    }
    return nil
  }
}
