import FileFormats

/// Returns whether a name consists of lower-case letters, digits and `_`, a letter first.
func isIdentifier(_ name: String) -> Bool {
  guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
  return name.utf8.allSatisfy { byte in
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
  }
}

extension JSONField {
  /// Returns a name that expressions can refer to: a letter, then letters, digits and `_`.
  func identifier() throws(JSONError) -> String {
    let expectation = "a name of lower-case letters, digits and '_' that starts with a letter"
    let name = try text(expectation)
    guard isIdentifier(name) else { throw expected(expectation) }
    return name
  }
}
