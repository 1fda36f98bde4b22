/// A cost metric, on one named device where there are several: `macs`, `latency_ms@raspberry-pi-4`.
///
/// Without a name it means the only device, or over several devices the worst of them. In JSON it is
/// that text.
public struct DeviceMetric: Hashable, Sendable {
  public let metric: CostMetric
  /// The name of a hardware profile; nil where the metric names none.
  public let device: String?

  /// Creates a metric; one that is the same on every device takes no device.
  public init(_ metric: CostMetric, on device: String? = nil) {
    precondition(device == nil || metric.dependsOnDevice, "\(metric) is the same on every device")
    (self.metric, self.device) = (metric, device)
  }

  public static let latencyMilliseconds = DeviceMetric(.latencyMilliseconds)
  public static let energyMillijoules = DeviceMetric(.energyMillijoules)
  public static let peakMemoryBytes = DeviceMetric(.peakMemoryBytes)
  public static let weightBytes = DeviceMetric(.weightBytes)
  public static let workingSetBytes = DeviceMetric(.workingSetBytes)
  public static let arenaBytes = DeviceMetric(.arenaBytes)
  public static let flashBytes = DeviceMetric(.flashBytes)
  public static let missingOperators = DeviceMetric(.missingOperators)
  public static let macs = DeviceMetric(.macs)
  public static let parameters = DeviceMetric(.parameters)
  public static let flops = DeviceMetric(.flops)

  /// Returns whether two metrics mean the same on so many devices: on one, its name makes no difference.
  public func isSame(as other: DeviceMetric, deviceCount: Int) -> Bool {
    deviceCount > 1 ? self == other : metric == other.metric
  }

  /// Whether the metric is predicted with an error.
  public var isPredicted: Bool { metric.isPredicted }
  /// Whether the metric means something only on a given device.
  public var needsProfile: Bool { metric.needsProfile }
}

extension DeviceMetric: CustomStringConvertible {
  /// The text that `init(name:)` reads.
  public var description: String { metric.rawValue + (device.map { "@\($0)" } ?? "") }
}

extension DeviceMetric {
  /// Reads `macs` or `latency_ms@raspberry-pi-4`.
  public init(name: String) throws(MetricNameError) {
    let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let metric = CostMetric(rawValue: String(parts[0])) else {
      throw .unknown(String(parts[0]))
    }
    guard parts.count == 2 else {
      self.init(metric)
      return
    }
    guard metric.dependsOnDevice else {
      throw .sameEverywhere(metric, device: String(parts[1]))
    }
    guard !parts[1].isEmpty else { throw .missingDevice(name) }
    self.init(metric, on: String(parts[1]))
  }
}

/// A text that is not a metric.
public enum MetricNameError: Error, Hashable, Sendable {
  case unknown(String)
  /// A device is named for a cost that no device changes.
  case sameEverywhere(CostMetric, device: String)
  case missingDevice(String)
}

extension MetricNameError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let name):
      "unknown metric \"\(name)\", expected one of \(CostMetric.knownNames)"
    case .sameEverywhere(let metric, let device):
      "\(metric.rawValue) is the same on every device: leave out \"@\(device)\""
    case .missingDevice(let name):
      "the name of a hardware profile is missing behind \"\(name)\""
    }
  }
}

extension DeviceMetric: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(name: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension DeviceMetric {
  /// Throws if the metric cannot be computed with these profiles, so that a study can refuse it when
  /// read.
  ///
  /// - Parameter isWorstCase: Whether a metric that names none of several devices means the worst of
  ///   them. Latencies and energies are compared only where the protocols are the same.
  public func requireAvailable(
    on profiles: [HardwareProfile], isWorstCase: Bool = false
  ) throws(CostError) {
    let names = profiles.map(\.name)
    var chosen = profiles
    if let device {
      chosen = profiles.filter { $0.name == device }
      if chosen.isEmpty { throw .unknownDevice(self, profiles: names) }
    }
    if needsProfile && chosen.isEmpty { throw .needsProfile(self) }
    if chosen.count > 1 && metric.dependsOnDevice {
      guard isWorstCase else { throw .severalDevices(self, profiles: names) }
      for other in isPredicted ? chosen.dropFirst() : [] {
        do {
          try chosen[0].requireComparable(to: other)
        } catch {
          throw .incomparable(self, error)
        }
      }
    }
    for profile in chosen where !profile.has(metric) {
      throw .missingField(self, profile: profile.name, field: metric.profileField)
    }
  }
}

extension HardwareProfile {
  /// Whether the profile says what a metric is computed from.
  fileprivate func has(_ metric: CostMetric) -> Bool {
    switch metric {
    case .energyMillijoules: energy != nil
    case .arenaBytes: deployment?.arena != nil
    case .flashBytes: deployment?.flash != nil
    case .missingOperators: deployment != nil
    case .latencyMilliseconds, .peakMemoryBytes, .weightBytes, .workingSetBytes, .macs,
      .parameters, .flops:
      true
    }
  }
}
