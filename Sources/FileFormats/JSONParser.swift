/// Reads JSON as RFC 8259 defines it, without extensions.
///
/// Refused beyond the grammar: two equal names in one object, nesting deeper than 100 levels and
/// numbers that a `Double` cannot hold. A number without fraction and exponent that fits an `Int`
/// is an integer, and so is any other number that is whole and exact in a `Double` (`2.0`).
struct JSONParser {
  struct Failure: Error {
    let offset: Int
    let problem: String
  }

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // Editors of Windows begin a file with a byte order mark, which RFC 8259 lets a reader ignore.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Returns the value that `bytes`, UTF-8 text, hold.
  static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      // Repaired, the text differs from where it first is not UTF-8.
      let repaired = String(decoding: bytes, as: UTF8.self).utf8
      let offset = zip(repaired, bytes).prefix { $0 == $1 }.count
      throw Failure(offset: offset, problem: "the text is not UTF-8")
    }
    var parser = JSONParser(bytes)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.failure("text after the end of the value")
    }
    return value
  }

  /// Returns where a member of the outermost object stands, together with the comma that joins it to the
  /// others: without these bytes the text is that of the object without the member. Nil if it has none.
  static func range(ofMember wanted: String, in bytes: [UInt8]) throws(Failure) -> Range<Int>? {
    var parser = JSONParser(bytes)
    guard parser.take("{") else { return nil }
    var comma: Int?
    repeat {
      parser.skipSpace()
      let start = parser.position
      guard parser.takeByte("\"") else { return nil }
      parser.position = start
      let name = try parser.string()
      guard parser.take(":") else { throw parser.missing("':' after \"\(name)\"") }
      _ = try parser.value()
      let end = parser.position
      guard name != wanted else {
        if let comma { return comma..<end }
        guard parser.take(",") else { return start..<end }
        parser.skipSpace()
        return start..<parser.position
      }
      parser.skipSpace()
      comma = parser.position
    } while parser.take(",")
    return nil
  }

  /// Returns the line and column, both from 1, of the byte at `offset`.
  static func location(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // In UTF-8, every byte of a character but the first has the form 10xxxxxx.
    let characters = before[lineStart...].count { $0 & 0xC0 != 0x80 }
    return (line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: characters + 1)
  }
}

extension JSONParser {
  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw missing("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try nested { parser throws(Failure) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(Failure) in try parser.array() }
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(Failure) -> JSONValue
  ) throws(Failure) -> JSONValue {
    depth += 1
    guard depth <= 100 else { throw failure("nested deeper than 100 levels") }
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func object() throws(Failure) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw missing("a name in double quotes")
      }
      let name = try string()
      guard names.insert(name).inserted else {
        throw Failure(offset: start, problem: "\"\(name)\" appears twice in one object")
      }
      guard take(":") else { throw missing("':' after \"\(name)\"") }
      members.append(.init(name: name, value: try value()))
    } while take(",")
    guard take("}") else { throw missing("',' or '}'") }
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONValue {
    var elements: [JSONValue] = []
    if take("]") { return .array([]) }
    repeat { elements.append(try value()) } while take(",")
    guard take("]") else { throw missing("',' or ']'") }
    return .array(elements)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Failure) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else {
      let isCutShort = word.utf8.starts(with: bytes[position...])
      throw failure(isCutShort ? "the text ends inside a value" : "expected a value")
    }
    position += word.utf8.count
    return value
  }
}

extension JSONParser {
  private mutating func number() throws(Failure) -> JSONValue {
    let start = position
    _ = takeByte("-")
    let integerStart = position
    let integerDigits = takeDigits()
    guard integerDigits > 0 else {
      throw missing(position == start ? "a value" : "a digit after '-'")
    }
    guard integerDigits == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw Failure(offset: start, problem: "a number must not start with 0")
    }
    if takeByte(".") {
      guard takeDigits() > 0 else { throw missing("a digit after '.'") }
    }
    if takeByte("e") || takeByte("E") {
      if !takeByte("+") { _ = takeByte("-") }
      guard takeDigits() > 0 else { throw missing("a digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw Failure(offset: start, problem: "the number \(text) is out of range")
    }
    return Int(exactly: number).map(JSONValue.integer) ?? .number(number)
  }

  private mutating func string() throws(Failure) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content += Array(String(try escaped()).utf8)
      case 0..<0x20:
        throw Failure(offset: position - 1, problem: "a control character inside a string")
      default: content.append(byte)
      }
    }
    throw Failure(offset: start, problem: "the text ends inside the string that starts here")
  }

  private mutating func escaped() throws(Failure) -> Unicode.Scalar {
    guard position < bytes.count else { throw failure("the text ends inside a string") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default: throw Failure(offset: position - 1, problem: "an unknown escape in a string")
    }
  }

  /// Reads the digits after `\u`, and the second half when they are the first of a surrogate pair.
  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let start = position
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, takeByte("\\"), takeByte("u") {
      let second = try fourHexDigits()
      let combined = 0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)
      if (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(combined) { return scalar }
    }
    throw Failure(offset: start, problem: "half of a surrogate pair in a string")
  }

  private mutating func fourHexDigits() throws(Failure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw missing("a hexadecimal digit") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}

extension JSONParser {
  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Steps over `character`, and white space before it, if it comes next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return takeByte(character)
  }

  private mutating func takeByte(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }

  private func failure(_ problem: String) -> Failure {
    Failure(offset: position, problem: problem)
  }

  /// Returns the failure that something else, or the end of the text, stands at this place.
  private func missing(_ expectation: String) -> Failure {
    failure(
      position < bytes.count
        ? "expected \(expectation)" : "the text ends where \(expectation) was expected")
  }
}
