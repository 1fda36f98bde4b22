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
