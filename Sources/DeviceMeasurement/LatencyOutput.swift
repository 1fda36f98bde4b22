/// What a benchmarking command prints.
///
/// - If the last line that is not blank has a word in it, its last number is the latency:
///   `median of 50 runs: 3.21 ms`.
/// - If it holds nothing but numbers and units, every one is a sample, and so are those of the lines right
///   before it that hold nothing else: the raw samples, one a line or several.
///
/// The unit follows its number, with or without a blank: `ns`, `us`, `µs`, `ms`, `s` or their names;
/// milliseconds if there is none. Numbers without one take that of the next number in their line that has
/// one. Numbers may be parted by commas and semicolons and stand in square brackets.
enum LatencyOutput {
  struct Unreadable: Error {
    /// The line that is not a latency, shortened.
    let found: String
  }

  private static let longestQuote = 100

  /// Returns the latencies in milliseconds, at least one, each above 0.
  static func milliseconds(_ output: String) throws(Unreadable) -> [Double] {
    let lines = output.split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }
    guard let last = lines.last else { throw Unreadable(found: "") }
    let readings = reading(last)
    guard let latency = readings.values.last else { throw unreadable(last) }
    guard readings.isPure else {
      guard isTime(latency) else { throw unreadable(last) }
      return [latency]
    }
    var samples: [Double] = []
    for line in lines.reversed() {
      let readings = reading(line)
      guard readings.isPure else { break }
      guard readings.values.allSatisfy(isTime) else { throw unreadable(line) }
      samples = readings.values + samples
    }
    return samples
  }

  private static func isTime(_ value: Double) -> Bool { value > 0 && value.isFinite }

  private static func unreadable(_ line: Substring) -> Unreadable {
    Unreadable(
      found: line.count > longestQuote ? line.prefix(longestQuote) + "…" : String(line))
  }

  private static func unit(_ text: some StringProtocol) -> Double? {
    switch text.lowercased() {
    case "ns", "nsec", "nanosecond", "nanoseconds": 1e-6
    case "us", "µs", "μs", "usec", "microsecond", "microseconds": 1e-3
    case "ms", "msec", "millisecond", "milliseconds": 1
    case "s", "sec", "second", "seconds": 1000
    default: nil
    }
  }

  /// Returns a line's numbers in milliseconds, and whether there is nothing else in it.
  private static func reading(_ line: Substring) -> (values: [Double], isPure: Bool) {
    var numbers: [(value: Double, unit: Double?)] = []
    var isPure = !line.contains { "=:()".contains($0) }
    let parts = line.split { $0.isWhitespace || ",;=:()[]".contains($0) }
    for var part in parts {
      if part.hasSuffix(".") { part.removeLast() }
      if let unit = unit(part) {
        if numbers.last.map({ $0.unit == nil }) ?? false {
          numbers[numbers.count - 1].unit = unit
        } else {
          isPure = false
        }
        continue
      }
      let suffix = part.suffix(while: { !$0.isNumber })
      let suffixUnit = unit(suffix)
      if let value = Double(part) {
        numbers.append((value, nil))
      } else if let suffixUnit, let value = Double(part.dropLast(suffix.count)) {
        numbers.append((value, suffixUnit))
      } else {
        isPure = false
      }
    }
    var unit: Double?
    var values: [Double] = []
    for number in numbers.reversed() {
      unit = number.unit ?? unit
      values.append(number.value * (unit ?? 1))
    }
    return (values.reversed(), isPure && !values.isEmpty)
  }
}

extension Substring {
  /// Returns the longest end of the text all of whose characters satisfy a condition.
  fileprivate func suffix(while condition: (Character) -> Bool) -> Substring {
    let start = lastIndex { !condition($0) }
    return start.map { self[index(after: $0)...] } ?? self
  }
}
