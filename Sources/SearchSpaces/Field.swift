/// A JSON value together with where it stands, for strict reading.
///
/// Every accessor returns what was asked for or throws an error that names file, path, value and
/// what was expected.
struct Field: Hashable, Sendable {
  let file: String
  /// Where the value stands, such as `blueprint[3].repeat.body[0]`; empty for the whole file.
  let path: String
  let value: JSONValue

  /// Returns the error that says this field's value is not what was expected.
  func expected(_ expectation: String) -> SearchSpaceError {
    .invalid(file: file, field: path, value: value.description, expected: expectation)
  }
}

/// The members of an object whose keys are all known.
struct Members: Sendable {
  fileprivate let object: Field
  fileprivate let members: [String: Field]

  /// Returns a member that may be missing.
  subscript(name: String) -> Field? { members[name] }

  /// Returns a member that must be there.
  func required(_ name: String) throws(SearchSpaceError) -> Field {
    guard let member = members[name] else { throw object.expected("the key \"\(name)\" too") }
    return member
  }
}

extension Field {
  /// Returns the members of an object, refusing any key that is not known.
  ///
  /// - Parameter title: What the object describes, for messages: `a parameter`.
  func members(of title: String, known: [String]) throws(SearchSpaceError) -> Members {
    var members: [String: Field] = [:]
    for (name, field) in try object(title) {
      guard known.contains(name) else {
        throw .invalid(
          file: file, field: field.path, value: "an unknown key",
          expected: "one of \(list(known))")
      }
      members[name] = field
    }
    return Members(object: self, members: members)
  }

  /// Returns the members of an object, in order, whatever their names.
  func object(_ title: String) throws(SearchSpaceError) -> [(name: String, field: Field)] {
    guard case .object(let members) = value else {
      throw expected("an object that describes \(title)")
    }
    return members.map { member in
      let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
      return (member.name, Field(file: file, path: inner, value: member.value))
    }
  }

  /// Returns the elements of an array.
  ///
  /// - Parameter title: What the elements are, for messages: `parameters`.
  func elements(of title: String) throws(SearchSpaceError) -> [Field] {
    guard case .array(let elements) = value else { throw expected("an array of \(title)") }
    return elements.enumerated().map { index, element in
      Field(file: file, path: "\(path)[\(index)]", value: element)
    }
  }

  /// Returns the text of a string that is not empty.
  func text(_ expectation: String) throws(SearchSpaceError) -> String {
    guard case .text(let text) = value, !text.isEmpty else { throw expected(expectation) }
    return text
  }

  /// Returns one of the cases of an enumeration of strings.
  func choice<Choice>(_ type: Choice.Type) throws(SearchSpaceError) -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
      throw expected("one of \(list(Choice.allCases.map(\.rawValue)))")
    }
    return choice
  }

  /// Returns a name that expressions can refer to: a letter, then letters, digits and `_`.
  func identifier() throws(SearchSpaceError) -> String {
    let expectation = "a name of lower-case letters, digits and '_' that starts with a letter"
    let name = try text(expectation)
    guard isIdentifier(name) else { throw expected(expectation) }
    return name
  }
}

/// Returns whether a name consists of lower-case letters, digits and `_`, a letter first.
func isIdentifier(_ name: String) -> Bool {
  guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
  return name.utf8.allSatisfy { byte in
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
  }
}

/// Returns names in quotes, separated by commas, for messages.
func list(_ names: [String]) -> String {
  names.map { "\"\($0)\"" }.joined(separator: ", ")
}
