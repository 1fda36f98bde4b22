import NeuralNetworks

/// Everything a network costs that is known before it is trained.
public struct Costs: Hashable, Sendable, Codable {
  /// The profile that predicted the latency and energy, if one did.
  public let profile: String?
  public let latencyMilliseconds: Double?
  /// One standard deviation of the latency's error, in milliseconds.
  public let latencyStandardErrorMilliseconds: Double?
  public let energyMillijoules: Double?
  public let peakMemoryBytes: Int
  public let weightBytes: Int
  public let macs: Int
  public let parameters: Int
  /// Layers with weights on the longest path; nil in journals of versions that did not count them.
  public var depth: Int?

  /// Floating-point operations: twice the MACs.
  public var flops: Int { 2 * macs }

  enum CodingKeys: String, CodingKey {
    case profile
    case latencyMilliseconds = "latency_ms"
    case latencyStandardErrorMilliseconds = "latency_standard_error_ms"
    case energyMillijoules = "energy_mj"
    case peakMemoryBytes = "peak_memory_bytes"
    case weightBytes = "weight_bytes"
    case macs, parameters, depth
  }
}

extension Costs {
  /// Computes all costs of `network` at once; without a profile, those that need no device.
  public init(_ network: Network, on profile: HardwareProfile?) {
    let workload = InferenceWorkload(network)
    let exact = workload.costs
    let estimate = profile?.predict(workload)
    self.init(
      profile: profile?.name, latencyMilliseconds: estimate?.latencyMilliseconds,
      latencyStandardErrorMilliseconds: estimate?.latencyStandardErrorMilliseconds,
      energyMillijoules: estimate?.energyMillijoules,
      peakMemoryBytes: estimate?.peakMemoryBytes ?? exact.weightBytes + exact.peakActivationBytes,
      weightBytes: exact.weightBytes, macs: exact.macs, parameters: exact.parameters,
      depth: network.depth)
  }

  /// Returns the value of a metric, in the unit of its name.
  ///
  /// - Throws: `CostError` if the profile is missing or does not say enough.
  public func value(of metric: CostMetric) throws(CostError) -> Double {
    switch metric {
    case .latencyMilliseconds: try known(latencyMilliseconds, metric, field: "kernels")
    case .energyMillijoules: try known(energyMillijoules, metric, field: "energy")
    case .peakMemoryBytes: Double(peakMemoryBytes)
    case .weightBytes: Double(weightBytes)
    case .macs: Double(macs)
    case .parameters: Double(parameters)
    case .flops: Double(flops)
    }
  }

  private func known(
    _ value: Double?, _ metric: CostMetric, field: String
  ) throws(CostError) -> Double {
    if let value { return value }
    guard let profile else { throw .needsProfile(metric) }
    throw .missingField(metric, profile: profile, field: field)
  }
}

extension HardwareProfile {
  /// Returns the value of a metric for one network, in the unit of its name.
  public func value(of metric: CostMetric, for network: Network) throws(CostError) -> Double {
    try Costs(network, on: self).value(of: metric)
  }
}
