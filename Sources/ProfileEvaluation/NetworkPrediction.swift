import HardwareProfiles

/// A measured network that a profile was not fitted to, and what the profile predicts for it.
public struct NetworkPrediction: Sendable {
  public let network: MeasuredSpaceNetwork
  public let predictedMilliseconds: Double

  /// The prediction over the measurement.
  var ratio: Double { predictedMilliseconds / network.measurement.latencyMilliseconds }
}

extension HardwareProfile {
  /// Returns the networks whose latency is predicted worst, relative to it, worst first.
  public func worstPredictions(
    of networks: [MeasuredSpaceNetwork], _ count: Int
  ) -> [NetworkPrediction] {
    let predictions = networks.map { network in
      NetworkPrediction(
        network: network,
        predictedMilliseconds: predict(network.measurement.workload).latencyMilliseconds)
    }
    return Array(predictions.sorted { abs($0.ratio - 1) > abs($1.ratio - 1) }.prefix(count))
  }
}
