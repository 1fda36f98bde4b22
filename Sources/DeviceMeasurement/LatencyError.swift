/// A time that cannot be one.
public enum LatencyError: Error, Hashable, CustomStringConvertible {
  case invalid(milliseconds: Double)
  case noSamples

  public var description: String {
    switch self {
    case .invalid(let milliseconds):
      "an inference was timed at \(milliseconds) ms, expected a time above 0"
    case .noSamples: "a measurement gave no times, expected at least one"
    }
  }
}
