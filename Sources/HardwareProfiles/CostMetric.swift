/// A cost that a study can optimise or limit; every one is better when lower.
public enum CostMetric: String, Hashable, Sendable, Codable, CaseIterable {
  /// Predicted latency of one inference, in milliseconds.
  case latencyMilliseconds = "latency_ms"
  /// Predicted energy of one inference, in millijoules.
  case energyMillijoules = "energy_mj"
  /// Peak bytes of activations, and of the weights unless the profile keeps them in flash.
  case peakMemoryBytes = "peak_memory_bytes"
  /// Bytes of the weights that inference reads.
  case weightBytes = "weight_bytes"
  /// Multiply–accumulates, each counted once.
  case macs
  /// Trained parameters.
  case parameters
  /// Floating-point operations: twice the MACs.
  case flops
}

extension CostMetric {
  /// The metrics' names in messages: `latency_ms, energy_mj, …`.
  public static var knownNames: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Whether the metric means something only on a given device.
  public var needsProfile: Bool { self == .latencyMilliseconds || self == .energyMillijoules }

  /// Throws if the metric cannot be computed with `profile`, so that a study can refuse it when read.
  public func requireAvailable(on profile: HardwareProfile?) throws(CostError) {
    guard needsProfile else { return }
    guard let profile else { throw .needsProfile(self) }
    if self == .energyMillijoules, profile.energy == nil {
      throw .missingField(self, profile: profile.name, field: "energy")
    }
  }
}

/// A metric that cannot be computed from what is known of the device.
public enum CostError: Error, Hashable, Sendable {
  /// The metric depends on the device, and no hardware profile is given.
  case needsProfile(CostMetric)
  /// The profile lacks the field that the metric is computed from.
  case missingField(CostMetric, profile: String, field: String)
}

extension CostError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .needsProfile(let metric):
      "\(metric.rawValue) depends on the device: give a hardware profile"
    case .missingField(let metric, let profile, let field):
      "the hardware profile '\(profile)' has no \"\(field)\" section, which \(metric.rawValue) needs"
    }
  }
}
