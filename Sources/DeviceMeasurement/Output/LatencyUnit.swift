/// A unit of time that measuring programs print.
public enum LatencyUnit: String, CaseIterable, Sendable {
  case nanoseconds = "ns"
  case microseconds = "us"
  case milliseconds = "ms"
  case seconds = "s"

  /// How many milliseconds one of it is.
  var inMilliseconds: Double {
    switch self {
    case .nanoseconds: 1e-6
    case .microseconds: 1e-3
    case .milliseconds: 1
    case .seconds: 1000
    }
  }

  /// Reads a unit's name as programs write it: `us`, `µs`, `usec`, `microseconds`. Upper case counts as lower.
  init?(printed name: some StringProtocol) {
    switch name.lowercased() {
    case "ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds": self = .nanoseconds
    case "us", "µs", "μs", "usec", "usecs", "µsec", "μsec", "micros", "microsecond",
      "microseconds", "microsec", "microsecs":
      self = .microseconds
    case "ms", "msec", "msecs", "millis", "millisecond", "milliseconds", "millisec", "millisecs":
      self = .milliseconds
    case "s", "sec", "secs", "second", "seconds": self = .seconds
    default: return nil
    }
  }

  /// All names that options and study files know, for messages.
  public static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
