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
  public var isPredicted: Bool {
    switch self {
    case .latencyMilliseconds, .energyMillijoules: true
    case .peakMemoryBytes, .weightBytes, .workingSetBytes, .arenaBytes, .flashBytes,
      .missingOperators, .macs, .parameters, .flops:
      false
    }
  }

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
