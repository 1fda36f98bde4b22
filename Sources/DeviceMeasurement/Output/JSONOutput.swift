import FileFormats
import Foundation

/// Output that is, or ends with, a JSON object.
struct JSONOutput {
  private let value: JSONValue
  /// For messages.
  private let text: Substring

  /// Finds the object: the last line that begins with one to the end, or else the first such line.
  ///
  /// - Returns: Nil if the output does not end with a JSON object.
  init?(_ output: String) {
    let lines = output.split(whereSeparator: \.isNewline)
    let starts = lines.indices.filter { lines[$0].drop(while: \.isWhitespace).first == "{" }
    // A printed object has a line of its own, or begins with the first brace of many.
    for start in [starts.last, starts.first].compactMap(\.self) {
      let rest = output[lines[start].startIndex...]
      if let field = try? JSONField(json: Data(rest.utf8), file: "output") {
        (value, text) = (field.value, rest)
        return
      }
    }
    return nil
  }

  private var quote: String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

  /// Returns the numbers at a path, in milliseconds: one, or several samples.
  func milliseconds(
    at path: JSONPath, named: String, unit: LatencyUnit?
  ) throws(UnreadableOutput) -> [Double] {
    var found = path.values(in: value)
    if found.count == 1, case .array(let elements) = found[0] { found = elements }
    guard !found.isEmpty else { throw UnreadableOutput(.pathNotFound(named), quote) }
    let ownUnit = path.lastName.flatMap { PrintedLine(Substring($0)).headUnit }
    if let unit, let ownUnit, unit != ownUnit { throw UnreadableOutput(.twoUnits, named) }
    guard let unit = unit ?? ownUnit else { throw UnreadableOutput(.noUnit, named) }
    var values: [Double] = []
    for one in found {
      guard let number = one.double else {
        throw UnreadableOutput(.noNumber(named), one.description)
      }
      let milliseconds = unit.milliseconds(number)
      guard milliseconds > 0, milliseconds.isFinite else {
        throw UnreadableOutput(.notAboveZero, one.description)
      }
      values.append(milliseconds)
    }
    return values
  }

  /// Returns the latencies of an object whose form is known, or of which one member is named as one.
  func milliseconds(unit: LatencyUnit?) throws(UnreadableOutput) -> [Double] {
    if let known = try hyperfine() { return known }
    if let known = try googleBenchmark() { return known }
    var candidates: [PrintedLine] = []
    collect(value, "", unit: nil, into: &candidates)
    let best = candidates.compactMap(\.quantities.first?.role).max() ?? .excluded
    let chosen = candidates.filter { $0.quantities.first?.role == best }
    guard best > .unnamed, let line = chosen.first else {
      throw UnreadableOutput(.noLatency, quote)
    }
    guard chosen.count == 1 else { throw UnreadableOutput(.severalLatencies, quote) }
    return try PlainOutput([line.text], unit: unit).milliseconds()
  }

  /// Writes the numbers of an object as lines `name: number`, with the unit that a member of it, or of what it is in, names.
  private func collect(
    _ value: JSONValue, _ name: String, unit: LatencyUnit?, into lines: inout [PrintedLine]
  ) {
    switch value {
    case .object(let members):
      let unit = members.lazy.compactMap(\.namedUnit).first ?? unit
      for member in members {
        collect(member.value, "\(name) \(member.name)", unit: unit, into: &lines)
      }
    case .array(let elements):
      for element in elements { collect(element, name, unit: unit, into: &lines) }
    case .integer, .number:
      let unit = unit.map { " \($0.rawValue)" } ?? ""
      lines.append(PrintedLine("\(name): \(value.description)\(unit)"))
    default: break
    }
  }
}

extension JSONOutput {
  /// `hyperfine --export-json`: the times of the only command, in seconds, or their mean.
  private func hyperfine() throws(UnreadableOutput) -> [Double]? {
    guard let results = JSONPath("results")?.values(in: value), let first = results.first,
      case .array(let commands) = first, let command = commands.first,
      command.member("command") != nil, let mean = command.member("mean")?.double
    else { return nil }
    guard commands.count == 1 else { throw UnreadableOutput(.severalLatencies, quote) }
    var times: [Double] = []
    if case .array(let elements)? = command.member("times") {
      times = elements.compactMap(\.double)
    }
    return try checked((times.isEmpty ? [mean] : times).map { 1000 * $0 })
  }

  /// Google Benchmark's JSON: the real time of the only benchmark; of repetitions the median, or all of them.
  private func googleBenchmark() throws(UnreadableOutput) -> [Double]? {
    guard case .array(let rows)? = value.member("benchmarks"), value.member("context") != nil else {
      return nil
    }
    func times(_ isWanted: (JSONValue) -> Bool) -> [Double] {
      rows.filter(isWanted).compactMap { row in
        guard case .text(let name)? = row.member("time_unit"),
          let unit = LatencyUnit(printed: name), let time = row.member("real_time")?.double
        else { return nil }
        return unit.milliseconds(time)
      }
    }
    for aggregate in ["median", "mean"] {
      let found = times { $0.member("aggregate_name") == .text(aggregate) }
      guard found.count < 2 else { throw UnreadableOutput(.severalLatencies, quote) }
      if !found.isEmpty { return try checked(found) }
    }
    let names = rows.map { $0.member("run_name") ?? $0.member("name") }
    guard Set(names).count == 1 else { throw UnreadableOutput(.severalLatencies, quote) }
    return try checked(times { _ in true })
  }

  private func checked(_ times: [Double]) throws(UnreadableOutput) -> [Double] {
    guard !times.isEmpty, times.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw UnreadableOutput(.notAboveZero, quote)
    }
    return times
  }
}

extension JSONValue.Member {
  /// The unit that `"unit": "us"` or `"time_unit": "us"` names.
  fileprivate var namedUnit: LatencyUnit? {
    guard case .text(let text) = value,
      ["unit", "units"].contains(where: { name.lowercased().hasSuffix($0) })
    else { return nil }
    return LatencyUnit(printed: text)
  }
}

extension JSONValue {
  fileprivate func member(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  fileprivate var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
