import Foundation

/// What the dictionary at the head of a `.npy` file says: `{'descr': '<f4', 'fortran_order': False,
/// 'shape': (3, 4), }`.
struct NPYHeader: Equatable {
  let shape: [Int]
  /// What the elements are, as NumPy describes it: `<f4`.
  let type: String
  /// Whether the first index varies fastest.
  let isFortranOrder: Bool

  init(shape: [Int], type: String, isFortranOrder: Bool = false) {
    (self.shape, self.type, self.isFortranOrder) = (shape, type, isFortranOrder)
  }

  /// The dictionary in NumPy's own spelling, without padding or newline.
  var text: String {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    return
      "{'descr': '\(type)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(sizes)), }"
  }

  /// Reads the dictionary.
  ///
  /// - Throws: `FileFormatError.malformed` naming the field.
  init(parsing text: String, path: String) throws {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    var parser = PythonDictionaryParser(text)
    guard let fields = parser.parse() else {
      throw malformed(
        "header", "'\(text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(120))'",
        "{'descr': …, 'fortran_order': …, 'shape': …} with a plain number type")
    }
    guard case .string(let type) = fields["descr"] else {
      throw malformed("header field 'descr'", "none", "a type such as '<f4'")
    }
    guard case .boolean(let isFortranOrder) = fields["fortran_order"] else {
      throw malformed("header field 'fortran_order'", "none", "True or False")
    }
    guard case .tuple(let shape) = fields["shape"] else {
      throw malformed("header field 'shape'", "none", "a tuple of sizes")
    }
    self.init(shape: shape, type: type, isFortranOrder: isFortranOrder)
  }
}

/// Reads as much of Python's syntax as NPY headers use: strings, Booleans and tuples of whole
/// numbers.
private struct PythonDictionaryParser {
  enum Value {
    case string(String)
    case boolean(Bool)
    case tuple([Int])
  }

  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  /// Returns the dictionary, or nil if the text is anything else.
  mutating func parse() -> [String: Value]? {
    var fields: [String: Value] = [:]
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = parseString(), take(":"), let value = parseValue(), fields[key] == nil else {
        return nil
      }
      fields[key] = value
      guard take(",") || peek("}") else { return nil }
    }
    skipSpaces()
    return rest.isEmpty ? fields : nil
  }

  private mutating func parseValue() -> Value? {
    if take("True") { return .boolean(true) }
    if take("False") { return .boolean(false) }
    if peek("(") { return parseTuple().map { .tuple($0) } }
    return parseString().map { .string($0) }
  }

  private mutating func parseTuple() -> [Int]? {
    var sizes: [Int] = []
    guard take("(") else { return nil }
    while !take(")") {
      skipSpaces()
      let digits = rest.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
      guard let size = Int(Substring(digits)) else { return nil }
      sizes.append(size)
      rest = rest.dropFirst(digits.count)
      guard take(",") || peek(")") else { return nil }
    }
    return sizes
  }

  private mutating func parseString() -> String? {
    skipSpaces()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    let contents = rest.dropFirst().prefix { $0 != quote }
    guard contents.endIndex != rest.endIndex else { return nil }
    rest = rest[contents.endIndex...].dropFirst()
    return String(Substring(contents))
  }

  private mutating func take(_ token: String) -> Bool {
    guard peek(token) else { return false }
    rest = rest.dropFirst(token.utf8.count)
    return true
  }

  private mutating func peek(_ token: String) -> Bool {
    skipSpaces()
    return rest.starts(with: token.utf8)
  }

  private mutating func skipSpaces() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  }
}
