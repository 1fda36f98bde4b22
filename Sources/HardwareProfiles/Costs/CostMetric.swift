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
  /// Bytes that the largest kernel reads and writes: its input, weights and output.
  case workingSetBytes = "working_set_bytes"
  /// Bytes of memory that the device's runtime takes for the network: activations, scratch, and what it keeps.
  case arenaBytes = "arena_bytes"
  /// Bytes of the network's file and of the runtime's code.
  case flashBytes = "flash_bytes"
  /// Operators of the network that the device's runtime lacks; a network that has one cannot run there.
  case missingOperators = "missing_operators"
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

  /// Whether the metric is predicted with an error.
  public var isPredicted: Bool { self == .latencyMilliseconds || self == .energyMillijoules }

  /// Whether the metric means something only on a given device.
  public var needsProfile: Bool {
    switch self {
    case .latencyMilliseconds, .energyMillijoules, .arenaBytes, .flashBytes, .missingOperators: true
    case .peakMemoryBytes, .weightBytes, .workingSetBytes, .macs, .parameters, .flops: false
    }
  }

  /// The section of a profile that says what the metric is computed from.
  var profileField: String {
    switch self {
    case .latencyMilliseconds: "kernels"
    case .energyMillijoules: "energy"
    case .arenaBytes: "deployment.arena"
    case .flashBytes: "deployment.flash"
    case .missingOperators: "deployment"
    case .peakMemoryBytes, .weightBytes, .workingSetBytes, .macs, .parameters, .flops: "memory"
    }
  }

  /// Whether the metric may differ from device to device.
  public var dependsOnDevice: Bool {
    switch self {
    case .latencyMilliseconds, .energyMillijoules, .peakMemoryBytes, .weightBytes, .workingSetBytes,
      .arenaBytes, .flashBytes, .missingOperators:
      true
    case .macs, .parameters, .flops: false
    }
  }
}

/// A metric that cannot be computed from what is known of the devices.
public enum CostError: Error, Hashable, Sendable {
  /// The metric depends on the device, and no hardware profile is given.
  case needsProfile(DeviceMetric)
  /// The profile lacks the field that the metric is computed from.
  case missingField(DeviceMetric, profile: String, field: String)
  /// None of the profiles has the name behind the metric's `@`.
  case unknownDevice(DeviceMetric, profiles: [String])
  /// The metric names none of several devices, and nothing says that the worst of them counts.
  case severalDevices(DeviceMetric, profiles: [String])
  /// The worst case was asked for over profiles whose protocols differ.
  case incomparable(DeviceMetric, IncomparableProfiles)
}

extension CostError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .needsProfile(let metric):
      return "\(metric) depends on the device: give a hardware profile"
    case .missingField(let metric, let profile, let field):
      return
        "the hardware profile '\(profile)' has no \"\(field)\" section, which \(metric) needs"
    case .unknownDevice(let metric, let profiles):
      let known = profiles.map { "\(metric.metric.rawValue)@\($0)" }.joined(separator: ", ")
      return "\(metric) names no hardware profile of this study, expected "
        + (profiles.isEmpty ? "one in \"hardware\"" : "one of \(known)")
    case .severalDevices(let metric, let profiles):
      let qualified = profiles.map { "\(metric)@\($0)" }.joined(separator: ", ")
      return "\(metric) differs from device to device: name one (\(qualified)), "
        + "or set \"devices\" to \"worst_case\""
    case .incomparable(let metric, let profiles):
      return "the worst case of \(metric) compares devices, but \(profiles); name one device "
        + "(\(profiles.names.map { "\(metric)@\($0)" }.joined(separator: ", ")))"
    }
  }
}
