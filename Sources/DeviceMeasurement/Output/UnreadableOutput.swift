/// That no latency can be read from what a measuring command printed.
struct UnreadableOutput: Error, Hashable {
  /// What stands in the way.
  enum Reason: Hashable {
    case nothingPrinted
    /// No number of the line is a time of one inference, as far as its unit and name say.
    case noLatency
    /// Several times, none of which is called a median or a mean.
    case severalLatencies
    /// One time and a number of inferences, and no word whether it is that of one.
    case perhapsOfSeveral(count: String)
    /// `3,21` may be one number or two, `1,234` a thousand or a decimal fraction.
    case ambiguousComma
    case notAboveZero
    /// Two units for one number.
    case twoUnits
    case noUnit
    case patternNotFound(String)
    case pathNotFound(String)
    /// What stands at the path or in the pattern's group is no number.
    case noNumber(String)
    case noJSON
  }

  private static let longestQuote = 100

  let reason: Reason
  /// The line, shortened; empty for nothing.
  let found: String

  init(_ reason: Reason, _ line: some StringProtocol = Substring()) {
    self.reason = reason
    found =
      line.count > UnreadableOutput.longestQuote
      ? line.prefix(UnreadableOutput.longestQuote) + "…" : String(line)
  }
}

extension UnreadableOutput: CustomStringConvertible {
  var description: String {
    let quoted = found.isEmpty ? "nothing" : "'\(found)'"
    return switch reason {
    case .nothingPrinted: "printed nothing, expected a latency above 0 in its last line"
    case .noLatency:
      "printed \(quoted), expected a latency above 0 in its last line, such as 'median: 3.21 ms'; "
        + UnreadableOutput.whereToLook
    case .severalLatencies:
      "printed \(quoted): several times, expected one that is called median or mean; "
        + UnreadableOutput.whereToLook
    case .perhapsOfSeveral(let count):
      "printed \(quoted): a time of one inference, or of \(count) together? Expected 'mean', "
        + "'median', 'latency' or 'per' next to it; \(UnreadableOutput.whereToLook)"
    case .ambiguousComma:
      "printed \(quoted): a comma inside a number may part decimals, thousands or two numbers; "
        + "expected a decimal point (LC_ALL=C often gives one)"
    case .notAboveZero: "printed \(quoted), expected a latency above 0"
    case .twoUnits: "printed \(quoted): two units for one number, expected one"
    case .noUnit:
      "printed \(quoted) without a unit; --unit (in a study.json \"unit\") says which: "
        + LatencyUnit.names
    case .patternNotFound(let pattern):
      "printed nothing that the latency pattern '\(pattern)' matches; its last line is \(quoted)"
    case .pathNotFound(let path):
      "printed JSON that has nothing at the latency path '\(path)': \(quoted)"
    case .noNumber(let place): "printed \(quoted), expected a number above 0 at '\(place)'"
    case .noJSON: "printed \(quoted), expected JSON, in which the latency path is looked up"
    }
  }

  private static let whereToLook =
    "--latency-pattern or --latency-json-path (in a study.json \"latency_pattern\", "
    + "\"latency_json_path\") says where to look"
}
