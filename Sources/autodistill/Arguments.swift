import FileFormats
import NeuralNetworks

/// A verb's command line, split into operands and options.
struct Arguments {
  let operands: [String]
  private let options: [String: [String]]
  private let flags: Set<String>

  /// Splits `arguments` as `verb` declares them; an operand whose name ends in "…" takes one or more.
  ///
  /// - Throws: `UsageError` naming what is unknown, missing or too much.
  init(_ arguments: [String], verb: any Verb.Type) throws {
    var operands: [String] = []
    var options: [String: [String]] = [:]
    var flags: Set<String> = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        operands.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      if verb.flags.contains(argument) {
        flags.insert(argument)
      } else if verb.options.contains(parts[0]) {
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
          throw UsageError("\(parts[0]) needs a value", verb)
        }
        guard !value.isEmpty else {
          throw UsageError("\(parts[0]): got '', which is empty: expected a value", verb)
        }
        options[parts[0], default: []].append(value)
      } else {
        let known = (verb.options + verb.flags).joined(separator: ", ")
        throw UsageError(
          "unknown option '\(argument)'" + (known.isEmpty ? "" : ", expected one of \(known)"),
          verb)
      }
    }
    let required = verb.operands.count { !$0.hasPrefix("[") }
    let most = verb.operands.contains { $0.hasSuffix("…") } ? Int.max : verb.operands.count
    guard (required...most).contains(operands.count) else {
      throw UsageError(
        "expected \(verb.operands.isEmpty ? "no operands" : verb.operands.joined(separator: " ")), "
          + "got \(operands.isEmpty ? "nothing" : operands.joined(separator: " "))", verb)
    }
    if let empty = operands.firstIndex(of: "") {
      let names = verb.operands
      throw UsageError(
        "\(names[min(empty, names.count - 1)]): got '', which is empty: a variable of the shell that is not set?",
        verb)
    }
    (self.operands, self.options, self.flags) = (operands, options, flags)
  }

  /// Returns the value of an option; the last, if it is given several times.
  func value(_ option: String) -> String? { options[option]?.last }
  /// Returns every value of an option that may be given several times, in order.
  func values(_ option: String) -> [String] { options[option] ?? [] }
  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// Returns a whole number from `range`.
  func integer(_ option: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(option): got '\(text)', expected a whole number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }
}

extension Arguments {
  /// Returns a finite number that is at least `lowest`.
  func number(_ option: String, atLeast lowest: Double) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = DecimalNumber.value(of: text), number >= lowest else {
      throw UsageError("\(option): got '\(text)', expected a number, \(shown(lowest)) or more")
    }
    return number
  }

  /// Returns a number from `range`.
  func number(_ option: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = DecimalNumber.value(of: text), range.contains(number) else {
      throw UsageError(
        "\(option): got '\(text)', expected a number from \(shown(range.lowerBound)) to "
          + shown(range.upperBound))
    }
    return number
  }

  /// Returns a number that is above 0.
  func positiveNumber(_ option: String) throws -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = DecimalNumber.value(of: text), number > 0 else {
      throw UsageError("\(option): got '\(text)', expected a number above 0")
    }
    return number
  }

  private func shown(_ bound: Double) -> String {
    Int(exactly: bound).map(String.init) ?? String(bound)
  }
}

extension Arguments {
  /// Returns the value of an option that a command cannot do without.
  ///
  /// - Parameter meaning: What stands for the value in the error, such as `FILE.csv`.
  func required(
    _ option: String, _ meaning: String? = nil, for verb: any Verb.Type
  ) throws -> String {
    guard let value = value(option) else {
      throw UsageError("\(verb.name) needs \(option)\(meaning.map { " " + $0 } ?? "")", verb)
    }
    return value
  }

  /// Returns the shape of images, given as `32x32x3`.
  func shape(_ option: String) throws -> TensorShape? {
    guard let text = value(option) else { return nil }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sides.count == 3, sides.allSatisfy({ (1...4096).contains($0) }) else {
      throw UsageError(
        "\(option): got '\(text)', expected a shape of height, width and channels, such as 32x32x3")
    }
    return TensorShape(height: sides[0], width: sides[1], channels: sides[2])
  }
}
