import Foundation

/// What one run may take of a study that may need more; nil is no limit.
///
/// Limits stop a run and decide nothing: a study that was run in pieces has the same results.
public struct RunLimits: Hashable, Sendable {
  /// Wall-clock time.
  public var seconds: Double?
  /// Flash trials that the run begins.
  public var trials: Int?
  /// Processor time of all threads and workers together.
  public var processorSeconds: Double?

  public init(seconds: Double? = nil, trials: Int? = nil, processorSeconds: Double? = nil) {
    (self.seconds, self.trials, self.processorSeconds) = (seconds, trials, processorSeconds)
  }

  /// Returns the limit that is reached; nil if none is.
  ///
  /// - Parameter trials: How many the run has begun; nil where none comes next.
  func reached(seconds: Double, processorSeconds: Double, trials: Int? = nil) -> RunLimit? {
    if let limit = self.seconds, seconds >= limit { return .time(seconds: limit) }
    if let limit = self.processorSeconds, processorSeconds >= limit {
      return .processorTime(seconds: limit)
    }
    if let limit = self.trials, let trials, trials >= limit { return .trials(limit) }
    return nil
  }
}

/// The limit that has stopped a run.
public enum RunLimit: Hashable, Sendable {
  case time(seconds: Double)
  case trials(Int)
  case processorTime(seconds: Double)
}

extension RunLimit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .time(let seconds): "\(RunLimit.words(seconds)) of this run"
    case .trials(let count): "\(count) flash trial\(count == 1 ? "" : "s") of this run"
    case .processorTime(let seconds): "\(RunLimit.words(seconds)) of processor time of this run"
    }
  }

  /// Seconds as they are given on the command line: `1h30m`, `90s`.
  private static func words(_ seconds: Double) -> String {
    let whole = Int(exactly: seconds.rounded()) ?? .max
    guard seconds == Double(whole) else { return String(format: "%.6gs", seconds) }
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}
