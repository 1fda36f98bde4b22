import FileFormats

/// A value that a parameter may take.
///
/// A whole number is always `integer`, however it was written, so that equal values compare equal.
public enum ParameterValue: Hashable, Sendable {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
}

extension ParameterValue: CustomStringConvertible {
  /// The value as a person writes it: `16`, `0.5`, `relu`, `true`.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .text(let value): value
    case .flag(let value): String(value)
    }
  }
}

extension ParameterValue: Codable {
  /// Reads a plain JSON number, string or Boolean.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// Writes a plain JSON number, string or Boolean.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }
}

extension ParameterValue {
  /// Creates the value that a JSON scalar stands for; nil for `null`, arrays and objects.
  init?(_ json: JSONValue) {
    switch json {
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let value): self = .text(value)
    case .flag(let value): self = .flag(value)
    case .null, .array, .object: return nil
    }
  }

  /// The JSON scalar that stands for the value.
  public var jsonValue: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .text(value)
    case .flag(let value): .flag(value)
    }
  }

  /// The kinds of values, in words for messages.
  enum Kind: String, Hashable, Sendable {
    case number = "a number"
    case text = "a text"
    case flag = "true or false"
  }

  var kind: Kind {
    switch self {
    case .integer, .number: .number
    case .text: .text
    case .flag: .flag
    }
  }

  /// The value as JSON writes it.
  var json: String {
    if case .text(let text) = self { "\"\(text)\"" } else { description }
  }
}

extension ParameterValue {
  /// The value as a number, if it is one.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag: nil
    }
  }
}
