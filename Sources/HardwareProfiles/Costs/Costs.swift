import NeuralNetworks

/// Everything a network costs that is known before it is trained.
public struct Costs: Hashable, Sendable {
  /// What differs from device to device, in the order of the study's profiles; one without a profile
  /// where the study has no device.
  public let devices: [DeviceCosts]
  public let macs: Int
  public let parameters: Int
  /// Layers with weights on the longest path; nil in journals of versions that did not count them.
  public var depth: Int?

  /// Creates costs on at least one device.
  init(devices: [DeviceCosts], macs: Int, parameters: Int, depth: Int? = nil) {
    precondition(!devices.isEmpty, "costs on no device")
    (self.devices, self.macs, self.parameters, self.depth) = (devices, macs, parameters, depth)
  }

  /// Floating-point operations: twice the MACs.
  public var flops: Int { 2 * macs }
}

/// What a network costs on one device.
public struct DeviceCosts: Hashable, Sendable, Codable {
  /// The name of the profile that predicted the latency and energy; nil without a device.
  public let profile: String?
  public var latencyMilliseconds: Double?
  /// One standard deviation of the latency's error, in milliseconds.
  public var latencyStandardErrorMilliseconds: Double?
  public let energyMillijoules: Double?
  /// One standard deviation of the energy's error, as far as it comes from the latency's, in
  /// millijoules; nil in journals of versions that did not state it.
  public var energyStandardErrorMillijoules: Double?
  public let peakMemoryBytes: Int
  public let weightBytes: Int
  /// Bytes of the largest kernel; nil in journals of versions that did not state them.
  public var workingSetBytes: Int?
  /// Bytes of the runtime's memory; nil where the profile does not say its rules.
  public var arenaBytes: Int?
  /// Bytes of the file and the code; nil where the profile does not say the code's size.
  public var flashBytes: Int?
  /// Operators that the device's runtime lacks; nil where the profile says nothing of them.
  public var missingOperators: [MissingOperator]?

  enum CodingKeys: String, CodingKey {
    case profile
    case latencyMilliseconds = "latency_ms"
    case latencyStandardErrorMilliseconds = "latency_standard_error_ms"
    case energyMillijoules = "energy_mj"
    case energyStandardErrorMillijoules = "energy_standard_error_mj"
    case peakMemoryBytes = "peak_memory_bytes"
    case weightBytes = "weight_bytes"
    case workingSetBytes = "working_set_bytes"
    case arenaBytes = "arena_bytes"
    case flashBytes = "flash_bytes"
    case missingOperators = "missing_operators"
  }
}

/// A cost in the unit of its metric's name, and how sure it is.
public struct CostValue: Hashable, Sendable, Codable {
  public let value: Double
  /// One standard deviation of the prediction's error; 0 for what is exact.
  public let standardError: Double

  enum CodingKeys: String, CodingKey {
    case value
    case standardError = "standard_error"
  }
}

extension Costs {
  /// Computes all costs of `network` on every device at once; without a profile, those that need no
  /// device.
  public init(_ network: Network, on profiles: [HardwareProfile]) {
    self.init(InferenceWorkload(network), on: profiles)
  }

  /// Computes all costs of a workload on every device at once; without a profile, those that need no
  /// device.
  ///
  /// - Parameter precision: What bytes are counted in where no profile says it.
  public init(
    _ workload: InferenceWorkload, on profiles: [HardwareProfile], precision: Precision = .fp32
  ) {
    let exact = workload.costs
    let weightBytes = workload.weightBytes(at: precision)
    let activationBytes = precision.bytes(ofFP32: exact.peakActivationBytes)
    let bare = DeviceCosts(
      profile: nil, latencyMilliseconds: nil, latencyStandardErrorMilliseconds: nil,
      energyMillijoules: nil, peakMemoryBytes: weightBytes + activationBytes,
      weightBytes: weightBytes, workingSetBytes: workload.workingSetBytes(at: precision))
    let devices = profiles.map { DeviceCosts($0.predict(workload), $0) }
    self.init(
      devices: devices.isEmpty ? [bare] : devices, macs: exact.macs,
      parameters: exact.parameters, depth: workload.depth)
  }

  /// Returns the value of a metric, in the unit of its name: over several devices the largest.
  ///
  /// - Throws: `CostError` if no profile has it or says enough.
  public func value(of metric: DeviceMetric) throws(CostError) -> Double {
    try largest(metric).value
  }

  /// Returns the value of a metric with its standard error; over several devices those of the device
  /// with the largest value.
  ///
  /// - Throws: `CostError` as `value(of:)` does.
  public func largest(_ metric: DeviceMetric) throws(CostError) -> CostValue {
    let values = try values(of: metric)
    return values.dropFirst().reduce(values[0]) { $1.value > $0.value ? $1 : $0 }
  }

  /// Returns the value of a metric on each device that it speaks of: at least one.
  ///
  /// - Throws: `CostError` as `value(of:)` does.
  func values(of metric: DeviceMetric) throws(CostError) -> [CostValue] {
    switch metric.metric {
    case .macs: [CostValue(value: Double(macs), standardError: 0)]
    case .parameters: [CostValue(value: Double(parameters), standardError: 0)]
    case .flops: [CostValue(value: Double(flops), standardError: 0)]
    case .latencyMilliseconds:
      try onDevices(metric) {
        ($0.latencyMilliseconds, $0.latencyStandardErrorMilliseconds)
      }
    case .energyMillijoules:
      try onDevices(metric) {
        ($0.energyMillijoules, $0.energyStandardErrorMillijoules)
      }
    case .peakMemoryBytes:
      try onDevices(metric) { (Double($0.peakMemoryBytes), nil) }
    case .weightBytes: try onDevices(metric) { (Double($0.weightBytes), nil) }
    case .workingSetBytes:
      try onDevices(metric) { ($0.workingSetBytes.map(Double.init), nil) }
    case .arenaBytes: try onDevices(metric) { ($0.arenaBytes.map(Double.init), nil) }
    case .flashBytes: try onDevices(metric) { ($0.flashBytes.map(Double.init), nil) }
    case .missingOperators:
      try onDevices(metric) { ($0.missingOperators.map { Double($0.uses) }, nil) }
    }
  }

  /// Returns in words which operators the devices that a metric speaks of lack; nil if none does.
  public func lack(on metric: DeviceMetric) -> String? {
    let sentences = devices.compactMap { device -> String? in
      guard metric.device == nil || metric.device == device.profile,
        let missing = device.missingOperators, !missing.isEmpty, let profile = device.profile
      else { return nil }
      return "\(profile) lacks \(missing.map(\.description).joined(separator: ", "))"
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: "; ")
  }

  private func onDevices(
    _ metric: DeviceMetric, _ cost: (DeviceCosts) -> (value: Double?, error: Double?)
  ) throws(CostError) -> [CostValue] {
    var values: [CostValue] = []
    for costs in devices where metric.device == nil || metric.device == costs.profile {
      let (value, error) = cost(costs)
      if let value {
        values.append(CostValue(value: value, standardError: error ?? 0))
      } else if let profile = costs.profile {
        throw .missingField(metric, profile: profile, field: metric.metric.profileField)
      } else {
        throw .needsProfile(metric)
      }
    }
    if values.isEmpty { throw .unknownDevice(metric, profiles: devices.compactMap(\.profile)) }
    return values
  }
}

extension DeviceCosts {
  fileprivate init(_ estimate: CostEstimate, _ profile: HardwareProfile) {
    let error = estimate.latencyStandardErrorMilliseconds
    self.init(
      profile: profile.name, latencyMilliseconds: estimate.latencyMilliseconds,
      latencyStandardErrorMilliseconds: error, energyMillijoules: estimate.energyMillijoules,
      energyStandardErrorMillijoules: profile.energy.map {
        $0.standardErrorMillijoules(latencyStandardErrorMilliseconds: error)
      }, peakMemoryBytes: estimate.peakMemoryBytes, weightBytes: estimate.weightBytes,
      workingSetBytes: estimate.workingSetBytes, arenaBytes: estimate.deployed?.arenaBytes,
      flashBytes: estimate.deployed?.flashBytes, missingOperators: estimate.deployed?.missing)
  }
}

extension Energy {
  /// Returns what an error of the latency does to the energy: the power drawn while it lasts.
  func standardErrorMillijoules(latencyStandardErrorMilliseconds error: Double) -> Double {
    1e-3 * staticPowerMilliwatts * error
  }
}

extension Costs: Codable {
  private enum CodingKeys: String, CodingKey {
    case devices, macs, parameters, depth
  }

  /// Reads costs on one device as one flat object, on several as an array `devices` next to the rest.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let several = try container.decodeIfPresent([DeviceCosts].self, forKey: .devices)
    if let several, several.isEmpty {
      throw DecodingError.dataCorruptedError(
        forKey: .devices, in: container, debugDescription: "expected at least one device")
    }
    self.init(
      devices: try several ?? [DeviceCosts(from: decoder)],
      macs: try container.decode(Int.self, forKey: .macs),
      parameters: try container.decode(Int.self, forKey: .parameters),
      depth: try container.decodeIfPresent(Int.self, forKey: .depth))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if devices.count == 1 {
      try devices[0].encode(to: encoder)
    } else {
      try container.encode(devices, forKey: .devices)
    }
    try container.encode(macs, forKey: .macs)
    try container.encode(parameters, forKey: .parameters)
    try container.encodeIfPresent(depth, forKey: .depth)
  }
}
