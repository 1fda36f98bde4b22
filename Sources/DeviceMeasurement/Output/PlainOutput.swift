/// Output of a program that is not known: what its last line says, or the block of lines that it ends.
///
/// - A line of nothing but numbers and units holds samples, and so do those of the same kind right before it.
///   Numbers without a unit take that of the next number in their line that has one.
/// - In any other line the latency is the one number that is a time and is not named as something else (a minimum,
///   a tail, a total, a count, a stage before the inference). Of several, one that is called median is taken
///   before one that is called mean, and that before one that is called latency. A number without a unit has to have
///   such a name.
/// - Lines of one shape, one time each, are samples too: `run 1: 3.2 ms`, `run 2: 3.3 ms`.
/// - Where the last line names something else, the median or the mean may stand in the lines right before it that
///   have numbers, as in a block of statistics.
/// - A line without numbers above may name the unit, or the columns of a table.
struct PlainOutput {
  /// Of numbers that have none.
  let unit: LatencyUnit?
  private let lines: [PrintedLine]

  /// Lines of a block of statistics that are looked at.
  private static let longestBlock = 40
  /// Lines of samples that are looked at; more would be refused by the limit of a command's output.
  private static let mostLines = 100_000

  init(_ lines: [Substring], unit: LatencyUnit?) {
    self.unit = unit
    self.lines = lines.suffix(PlainOutput.mostLines).map(PrintedLine.init)
  }

  /// Returns the latencies in milliseconds, at least one, each above 0.
  func milliseconds() throws(UnreadableOutput) -> [Double] {
    guard let last = lines.last else { throw UnreadableOutput(.nothingPrinted) }
    if let row = try tableRow() { return [row] }
    if last.isPure { return try samples() }
    let candidates = candidates(of: last)
    if candidates.isEmpty, !last.quantities.isEmpty, let value = try statistic() { return [value] }
    let latency = try latency(candidates, in: last)
    var repeated = [latency]
    for line in lines.dropLast().reversed() where !last.quantities.isEmpty {
      guard line.shape == last.shape else { break }
      repeated.append(try self.latency(self.candidates(of: line), in: line))
    }
    return repeated.reversed()
  }
}

extension PlainOutput {
  private typealias Candidate = (quantity: PrintedQuantity, unit: LatencyUnit?)

  /// The numbers of a line that may be its latency.
  private func candidates(of line: PrintedLine) -> [Candidate] {
    let head = line.headUnit ?? headingUnit
    let times: [Candidate] = line.quantities.compactMap { quantity in
      let role = quantity.role
      guard role != .excluded else { return nil }
      let unit = quantity.unit ?? quantity.labelUnit ?? (role > .unnamed ? head : nil)
      return unit == nil && role == .unnamed ? nil : (quantity, unit)
    }
    let withUnit = times.filter { $0.unit != nil }
    return withUnit.isEmpty ? times : withUnit
  }

  /// Chooses the latency among the numbers of a line.
  private func latency(
    _ candidates: [Candidate], in line: PrintedLine
  ) throws(UnreadableOutput) -> Double {
    guard let best = candidates.map(\.quantity.role).max() else {
      throw UnreadableOutput(.noLatency, line.text)
    }
    let chosen = candidates.filter { $0.quantity.role == best }
    if best < .mean, let count = line.repetitions,
      !line.words.contains(where: PrintedWords.ofOne.contains)
    {
      throw UnreadableOutput(.perhapsOfSeveral(count: count), line.text)
    }
    var values: Set<Double> = []
    for candidate in chosen { values.insert(try value(candidate, in: line)) }
    guard let value = values.first, values.count == 1 else {
      throw UnreadableOutput(.severalLatencies, line.text)
    }
    return value
  }

  private func value(
    _ candidate: Candidate, in line: PrintedLine
  ) throws(UnreadableOutput) -> Double {
    let quantity = candidate.quantity
    if let unit = quantity.unit, let named = quantity.labelUnit, unit != named {
      throw UnreadableOutput(.twoUnits, line.text)
    }
    guard !quantity.isContinuation else { throw UnreadableOutput(.severalLatencies, line.text) }
    guard case .one(let number) = PrintedNumber(amongWords: quantity.digits) else {
      throw UnreadableOutput(.ambiguousComma, line.text)
    }
    let milliseconds = (candidate.unit ?? unit ?? .milliseconds).milliseconds(number)
    guard milliseconds > 0, milliseconds.isFinite else {
      throw UnreadableOutput(.notAboveZero, line.text)
    }
    return milliseconds
  }

  /// The unit that the line above the last lines with numbers names.
  private var headingUnit: LatencyUnit? {
    lines.suffix(PlainOutput.longestBlock).last { $0.quantities.isEmpty }?.headUnit
  }
}

extension PlainOutput {
  /// Returns the median, or else the mean, of the block of statistics that the output ends with; nil if there is none.
  private func statistic() throws(UnreadableOutput) -> Double? {
    let block = lines.suffix(PlainOutput.longestBlock).reversed().prefix { !$0.quantities.isEmpty }
    for role in [PrintedQuantity.Role.median, .mean] {
      var values: Set<Double> = []
      for line in block {
        for candidate in candidates(of: line) where candidate.quantity.role == role {
          values.insert(try value(candidate, in: line))
        }
      }
      if let value = values.first, values.count == 1 { return value }
      if values.count > 1, let last = block.first {
        throw UnreadableOutput(.severalLatencies, last.text)
      }
    }
    return nil
  }

  /// Returns the raw samples that the output ends with.
  private func samples() throws(UnreadableOutput) -> [Double] {
    let rows = lines.reversed().prefix(while: \.isPure)
    let above = lines.dropLast(rows.count).last
    var unit = unit
    if let above, above.quantities.isEmpty, let named = above.headUnit {
      guard
        !above.words.contains(where: { PrintedWords.others.contains($0) || PrintedWords.isTail($0) }
        )
      else { throw UnreadableOutput(.noLatency, above.text) }
      unit = named
    }
    var samples: [Double] = []
    for line in rows.reversed() { samples += try self.samples(of: line, unit) }
    return samples
  }

  private func samples(
    of line: PrintedLine, _ heading: LatencyUnit?
  ) throws(UnreadableOutput) -> [Double] {
    var unit = heading
    var values: [Double] = []
    for quantity in line.quantities.reversed() {
      unit = quantity.unit ?? unit
      let printed = unit ?? .milliseconds
      switch PrintedNumber(amongNumbers: quantity.digits) {
      case .one(let value): values.append(printed.milliseconds(value))
      case .several(let several): values += several.reversed().map(printed.milliseconds)
      case .ambiguous: throw UnreadableOutput(.ambiguousComma, line.text)
      }
    }
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw UnreadableOutput(.notAboveZero, line.text)
    }
    return values.reversed()
  }
}

extension PlainOutput {
  /// Returns the latency in a table's only row, whose columns the line above names; nil if it is no such table.
  private func tableRow() throws(UnreadableOutput) -> Double? {
    guard lines.count > 1 else { return nil }
    let (heading, row) = (lines[lines.count - 2], lines[lines.count - 1])
    guard heading.quantities.isEmpty else { return nil }
    for separator: Character? in [",", ";", "\t", "|", nil] {
      let names = cells(heading.text, separator)
      let values = cells(row.text, separator)
      guard names.count > 1, names.count == values.count else { continue }
      var candidates: [Candidate] = []
      for (name, value) in zip(names, values) {
        let named = PrintedLine(name + ": " + value)
        guard PrintedLine(value).isPure, named.quantities.count == 1 else { continue }
        candidates += self.candidates(of: named)
      }
      guard candidates.contains(where: { $0.quantity.role > .unnamed }) else { continue }
      return try latency(candidates, in: row)
    }
    return nil
  }

  /// Parts a line of a table; where blanks part its cells, a unit in brackets belongs to the name before it.
  private func cells(_ line: Substring, _ separator: Character?) -> [Substring] {
    if let separator { return line.split(separator: separator, omittingEmptySubsequences: false) }
    var cells: [Substring] = []
    for part in line.split(whereSeparator: \.isWhitespace) {
      if let first = part.first, "([".contains(first), let last = cells.popLast() {
        cells.append(last + " " + part)
      } else {
        cells.append(part)
      }
    }
    return cells
  }
}
