import HardwareProfiles

extension JournalEvent {
  /// A final student's latency, as it was measured on the device.
  public struct Measured: Hashable, Sendable, Codable {
    public var trial: Int
    public var key: String
    /// The name of the hardware profile that predicts the device's latencies.
    public var profile: String
    /// With what it was measured: `host`, or the format and the command.
    public var source: String
    /// The device and how it was measured, as reports state them.
    public var measurementProtocol: String
    /// Whether the protocol is the hardware profile's, so that the latency may stand in one front with
    /// predictions.
    public var isComparable: Bool
    /// The median.
    public var latencyMilliseconds: Double
    /// One standard deviation of the median's error; nil for a single sample.
    public var latencyStandardErrorMilliseconds: Double?
    public var samples: Int
    /// The median of the last third of the samples over that of the first; nil for too few.
    public var drift: Double?
    /// The latency of the reference, which is the student that was measured first, just before.
    public var referenceMilliseconds: Double
    /// Whether the device got slower or faster: on the way, or since the first student was measured.
    public var isDrifting: Bool
    /// Whether other work on the device shows in the samples.
    public var isDisturbed: Bool
    /// 2 where it was measured again because of either.
    public var attempts: Int

    /// Whether the latency may be believed.
    public var isSound: Bool { !isDrifting && !isDisturbed }

    enum CodingKeys: String, CodingKey {
      case trial, key, profile, source, samples, drift, attempts
      case measurementProtocol = "protocol"
      case isComparable = "comparable"
      case latencyMilliseconds = "latency_ms"
      case latencyStandardErrorMilliseconds = "latency_standard_error_ms"
      case referenceMilliseconds = "reference_ms"
      case isDrifting = "drifting"
      case isDisturbed = "disturbed"
    }
  }
}
