/// A unit of time that measuring programs print.
public enum LatencyUnit: String, CaseIterable, Sendable {
  case nanoseconds = "ns"
  case microseconds = "us"
  case milliseconds = "ms"
  case seconds = "s"

  /// Returns a time of this unit in milliseconds: the number nearest to it, so that 3300 µs are 3.3 ms.
  func milliseconds(_ time: Double) -> Double {
    // By division, since 0.001 and 0.000001 are rounded themselves.
    switch self {
    case .nanoseconds: time / 1_000_000
    case .microseconds: time / 1000
    case .milliseconds: time
    case .seconds: time * 1000
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
