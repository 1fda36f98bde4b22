/// A JSON value whose objects keep the order of their members.
///
/// Foundation's readers drop all but one of two equal keys in an object and forget their order;
/// a strict reader needs both.
public enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  /// A whole number that an `Int` holds exactly, however it is written (`2`, `2.0`, `2e0`).
  case integer(Int)
  /// Any other number; always finite.
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([Member])

  /// A name and a value of an object.
  public struct Member: Hashable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as messages show it: on one line, long arrays and objects only named.
  public var description: String {
    switch self {
    case .null: "null"
    case .flag(let value): String(value)
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .text(let value): "\"\(value)\""
    case .array(let elements):
      elements.count <= 8 && elements.allSatisfy(\.isScalar)
        ? "[" + elements.map(\.description).joined(separator: ", ") + "]"
        : "an array of \(elements.count) elements"
    case .object(let members):
      members.isEmpty
        ? "an empty object" : "an object with \(JSONError.list(members.map(\.name)))"
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }
}
