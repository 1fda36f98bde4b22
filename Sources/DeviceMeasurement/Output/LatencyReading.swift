/// How the latency is read from what a measuring command prints.
///
/// By itself it knows the output of some benchmarking programs (`BenchmarkTool`, `JSONOutput`), and reads the last
/// line of any other by the names and units of its numbers (`PlainOutput`). What may mean two things is refused.
public struct LatencyReading: Hashable, Sendable {
  /// Where the numbers are.
  enum Place: Hashable, Sendable {
    case automatic
    /// A regular expression; its first group, or all of it, is a number. Each match is a sample.
    case pattern(String)
    /// The text and what it says; an array's numbers are samples.
    case jsonPath(String, JSONPath)
  }

  let place: Place
  /// Of numbers that are printed without one; nil for milliseconds, or where a place is given, for none.
  public let unit: LatencyUnit?

  /// Reads the output of known programs by their own rules, and that of others by its names and units.
  public static let automatic = LatencyReading(place: .automatic, unit: nil)

  private init(place: Place, unit: LatencyUnit?) { (self.place, self.unit) = (place, unit) }

  /// - Parameters:
  ///   - pattern: A regular expression, `^` and `$` being the ends of lines.
  ///   - jsonPath: A path such as `results[0].median` in the JSON object that is printed last.
  ///   - unit: Of numbers that are printed without one.
  /// - Throws: `LatencyReadingError` for what is no pattern or path, and for both.
  public init(
    pattern: String? = nil, jsonPath: String? = nil, unit: LatencyUnit? = nil
  ) throws(LatencyReadingError) {
    switch (pattern, jsonPath) {
    case (_?, _?): throw .both
    case (let pattern?, nil):
      do {
        _ = try Regex(pattern)
      } catch {
        throw .pattern(pattern)
      }
      place = .pattern(pattern)
    case (nil, let text?):
      guard let path = JSONPath(text) else { throw .path(text) }
      place = .jsonPath(text, path)
    case (nil, nil): place = .automatic
    }
    self.unit = unit
  }

  /// Returns the latencies of an output in milliseconds, at least one, each above 0.
  func milliseconds(in output: String) throws(UnreadableOutput) -> [Double] {
    let lines = output.split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }
    guard let last = lines.last else { throw UnreadableOutput(.nothingPrinted) }
    switch place {
    case .pattern(let pattern): return try matches(of: pattern, in: output, last: last)
    case .jsonPath(let text, let path):
      guard let json = JSONOutput(output) else { throw UnreadableOutput(.noJSON, last) }
      return try json.milliseconds(at: path, named: text, unit: unit)
    case .automatic:
      for tool in BenchmarkTool.all {
        if let latencies = try tool.read(lines) { return latencies }
      }
      if let json = JSONOutput(output) { return try json.milliseconds(unit: unit) }
      return try PlainOutput(lines, unit: unit).milliseconds()
    }
  }

  private func matches(
    of pattern: String, in output: String, last: Substring
  ) throws(UnreadableOutput) -> [Double] {
    guard let regex = try? Regex(pattern).anchorsMatchLineEndings() else {
      throw UnreadableOutput(.patternNotFound(pattern), last)
    }
    var values: [Double] = []
    for match in output.matches(of: regex) {
      let range = match.count > 1 ? match[1].range ?? match.range : match.range
      // The unit is in the match, or right behind it.
      let lineEnd =
        output[range.upperBound...].firstIndex(where: \.isNewline) ?? output.endIndex
      let (found, line) = (output[range], output[range.lowerBound..<lineEnd])
      let quantities = PrintedLine(found).quantities
      guard quantities.count == 1, let quantity = PrintedLine(line).quantities.first,
        case .one(let value) = PrintedNumber(amongWords: quantities[0].digits)
      else { throw UnreadableOutput(.noNumber(pattern), found) }
      let printed =
        quantities[0].unit ?? (quantity.digits == quantities[0].digits ? quantity.unit : nil)
      if let unit, let printed, unit != printed { throw UnreadableOutput(.twoUnits, line) }
      guard let unit = unit ?? printed else { throw UnreadableOutput(.noUnit, line) }
      let milliseconds = unit.milliseconds(value)
      guard milliseconds > 0, milliseconds.isFinite else {
        throw UnreadableOutput(.notAboveZero, line)
      }
      values.append(milliseconds)
    }
    guard !values.isEmpty else { throw UnreadableOutput(.patternNotFound(pattern), last) }
    return values
  }
}

extension LatencyReading: CustomStringConvertible {
  /// What measurements are known by; empty for the automatic reading.
  public var description: String {
    let place =
      switch place {
      case .automatic: ""
      case .pattern(let pattern): ", by /\(pattern)/"
      case .jsonPath(let path, _): ", at \(path)"
      }
    return place + (unit.map { ", in \($0.rawValue)" } ?? "")
  }
}

/// What does not say where a latency is.
public enum LatencyReadingError: Error, Hashable, CustomStringConvertible {
  case both
  case pattern(String)
  case path(String)

  public var description: String {
    switch self {
    case .both: "a latency pattern and a JSON path exclude each other, expected one of them"
    case .pattern(let text):
      "got '\(text)', expected a regular expression whose first group is the latency, such as "
        + "'avg: ([0-9.]+)'"
    case .path(let text):
      "got '\(text)', expected a path to a number in JSON, such as results[0].median"
    }
  }
}
