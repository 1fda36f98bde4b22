import Foundation

/// A JSON value together with where it stands, for strict reading.
///
/// Every accessor returns what was asked for or throws an error that names file, path, value and
/// what was expected.
///
///     let members = try JSONField(contentsOf: path).members(
///       of: "an oven", known: ["name", "heat_celsius"])
///     let heat = try members.required("heat_celsius").integer(in: 30...300)
public struct JSONField: Hashable, Sendable {
  /// What errors call the file.
  public let file: String
  /// Where the value stands, such as `blueprint[3].repeat.body[0]`; empty for the whole file.
  public let path: String
  /// The value itself.
  public let value: JSONValue
}

extension JSONField {
  /// Reads a file that holds one JSON value.
  ///
  /// - Throws: `JSONError.unreadable` or `.malformed`.
  public init(contentsOf path: String) throws(JSONError) {
    let data: Data
    do {
      data = try SystemFile.readAll(path)
    } catch {
      throw .unreadable(file: path, reason: Self.reasonUnreadable(path, error))
    }
    try self.init(json: data, file: path)
  }

  /// Reads one JSON value from the contents of a file.
  ///
  /// - Parameter file: What errors call the file.
  /// - Throws: `JSONError.malformed`.
  public init(json: Data, file: String) throws(JSONError) {
    let bytes = Array(json)
    do {
      self.init(file: file, path: "", value: try JSONParser.parse(bytes))
    } catch {
      let (line, column) = JSONParser.location(of: error.offset, in: bytes)
      throw .malformed(file: file, line: line, column: column, problem: error.problem)
    }
  }

  /// Returns why a file cannot be read, in a few words.
  private static func reasonUnreadable(_ path: String, _ error: any Error) -> String {
    switch error {
    case FileFormatError.system(_, _, ENOENT), FileFormatError.system(_, _, ENOTDIR):
      "there is no such file"
    case FileFormatError.system(_, _, EISDIR): "it is a folder"
    case FileFormatError.system(_, _, let code): String(cString: strerror(code))
    case FileFormatError.malformed(_, _, "a folder", _): "it is a folder"
    case FileFormatError.malformed(_, _, let found, let expected): "it is \(found), not \(expected)"
    default: "\(error)"
    }
  }

  /// Returns the error that says this field's value is not what was expected.
  public func expected(_ expectation: String) -> JSONError {
    .invalid(file: file, field: path, value: value.description, expected: expectation)
  }
}

extension JSONField {
  /// Returns the members of an object, in order, whatever their names.
  ///
  /// - Parameter title: What the object describes, for messages: `a parameter`.
  public func object(_ title: String) throws(JSONError) -> [(name: String, field: JSONField)] {
    guard case .object(let members) = value else {
      throw expected("an object that describes \(title)")
    }
    return members.map { member in
      let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
      return (member.name, JSONField(file: file, path: inner, value: member.value))
    }
  }

  /// Returns the elements of an array.
  ///
  /// - Parameter title: What the elements are, for messages: `parameters`.
  public func elements(of title: String) throws(JSONError) -> [JSONField] {
    guard case .array(let elements) = value else { throw expected("an array of \(title)") }
    return elements.enumerated().map { index, element in
      JSONField(file: file, path: "\(path)[\(index)]", value: element)
    }
  }

  /// Returns the text of a string that is not empty.
  ///
  /// - Parameter expectation: What the text is, for messages: `the name of the space`.
  public func text(_ expectation: String) throws(JSONError) -> String {
    guard case .text(let text) = value, !text.isEmpty else { throw expected(expectation) }
    return text
  }

  /// Returns one of the cases of an enumeration of strings.
  public func choice<Choice>(_ type: Choice.Type) throws(JSONError) -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue)
      throw expected((names.count > 1 ? "one of " : "") + JSONError.list(names))
    }
    return choice
  }

  /// Returns true or false.
  public func flag() throws(JSONError) -> Bool {
    guard case .flag(let flag) = value else { throw expected("true or false") }
    return flag
  }
}

extension JSONField {
  /// Returns the object without a member, where it stands; anything else as it is.
  public func without(_ name: String) -> JSONField {
    guard case .object(let members) = value else { return self }
    return JSONField(file: file, path: path, value: .object(members.filter { $0.name != name }))
  }
}
