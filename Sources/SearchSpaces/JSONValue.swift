/// A JSON value whose objects keep the order of their members.
///
/// Foundation's readers drop all but one of two equal keys in an object and forget their order;
/// a strict reader needs both.
indirect enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([Member])

  struct Member: Hashable, Sendable {
    let name: String
    let value: JSONValue
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as JSON on one line; long arrays and objects are only named.
  var description: String {
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
        ? "an empty object"
        : "an object with " + members.map { "\"\($0.name)\"" }.joined(separator: ", ")
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }
}
