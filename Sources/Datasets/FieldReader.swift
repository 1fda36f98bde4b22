/// Reads the fields of a JSON object strictly: what is unknown, mistyped or out of range is an
/// error that names the field by its path, such as `data.validation_count`.
struct FieldReader {
  private let container: KeyedDecodingContainer<FieldName>

  init(_ decoder: any Decoder) throws {
    do {
      container = try decoder.container(keyedBy: FieldName.self)
    } catch {
      throw DatasetError.invalidField(
        field: FieldReader.path(decoder.codingPath), found: "something else",
        expected: "an object { … }")
    }
  }

  /// The path of the object itself.
  var path: String { FieldReader.path(container.codingPath) }

  /// The names of all fields, sorted.
  var names: [String] { container.allKeys.map(\.stringValue).sorted() }

  func contains(_ name: String) -> Bool { container.contains(FieldName(name)) }

  /// Refuses fields whose names are not in `known`.
  func refuseUnknown(known: [String]) throws {
    for name in names where !known.contains(name) {
      throw DatasetError.invalidField(
        field: path(name), found: "an unknown key",
        expected: "one of " + known.joined(separator: ", "))
    }
  }

  func string(_ name: String) throws -> String? {
    let text = try decode(String.self, name, expected: "text")
    guard text?.isEmpty != true else {
      throw DatasetError.invalidField(
        field: path(name), found: "\"\"", expected: "text that is not empty")
    }
    return text
  }

  func requiredString(_ name: String) throws -> String {
    guard let text = try string(name) else {
      throw DatasetError.invalidField(field: path(name), found: "nothing", expected: "text")
    }
    return text
  }

  func boolean(_ name: String) throws -> Bool? {
    try decode(Bool.self, name, expected: "true or false")
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    let expected =
      range.upperBound == .max
      ? "a whole number, at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let value = try decode(Int.self, name, expected: expected) else { return nil }
    guard range.contains(value) else {
      throw DatasetError.invalidField(field: path(name), found: "\(value)", expected: expected)
    }
    return value
  }

  /// Returns the path of the field called `name`.
  func path(_ name: String) -> String {
    FieldReader.path(container.codingPath + [FieldName(name)])
  }

  private func decode<Value: Decodable>(
    _ type: Value.Type, _ name: String, expected: String
  ) throws -> Value? {
    guard contains(name) else { return nil }
    do {
      return try container.decode(type, forKey: FieldName(name))
    } catch {
      // Not always a DecodingError: Foundation throws a private one for 2.5 where an Int is wanted.
      throw DatasetError.invalidField(field: path(name), found: found(name), expected: expected)
    }
  }

  /// Describes the value of a field that has the wrong type.
  private func found(_ name: String) -> String {
    let key = FieldName(name)
    if let value = try? container.decode(Bool.self, forKey: key) { return "\(value)" }
    if let value = try? container.decode(Double.self, forKey: key) { return "\(value)" }
    if let value = try? container.decode(String.self, forKey: key) { return "\"\(value)\"" }
    if (try? container.decodeNil(forKey: key)) == true { return "null" }
    return "a list or an object"
  }

  private static func path(_ codingPath: [any CodingKey]) -> String {
    codingPath.isEmpty ? "top level" : codingPath.map(\.stringValue).joined(separator: ".")
  }
}

/// A key of any name.
struct FieldName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
