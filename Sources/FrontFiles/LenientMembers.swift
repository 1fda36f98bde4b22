import FileFormats

/// The members of an object of which unknown ones are left alone, so that files of later versions stay readable; a null
/// is as good as absent.
struct LenientMembers {
  let object: JSONField
  private let fields: [String: JSONField]

  init(_ object: JSONField, of title: String) throws(JSONError) {
    self.object = object
    var fields: [String: JSONField] = [:]
    for (name, field) in try object.object(title) where field.value != .null {
      fields[name] = field
    }
    self.fields = fields
  }

  subscript(name: String) -> JSONField? { fields[name] }

  func required(_ name: String) throws(JSONError) -> JSONField {
    guard let field = fields[name] else { throw object.expected("the key \"\(name)\" too") }
    return field
  }

  /// The names and values of all numbers.
  var numbers: [String: Double] {
    fields.compactMapValues { field in
      switch field.value {
      case .integer(let value): Double(value)
      case .number(let value): value
      default: nil
      }
    }
  }

  func text(_ name: String) throws(JSONError) -> String? {
    guard let field = fields[name] else { return nil }
    guard case .text(let text) = field.value else { throw field.expected("a text") }
    return text
  }

  func share(_ name: String) throws(JSONError) -> Double? {
    try fields[name]?.number(in: 0...1)
  }

  func elements(_ name: String, of title: String) throws(JSONError) -> [JSONField] {
    try fields[name]?.elements(of: title) ?? []
  }

  func texts(_ name: String, of title: String) throws(JSONError) -> [String] {
    try elements(name, of: title).map { field throws(JSONError) in try field.text("a text") }
  }

  /// The members of an object that may be missing.
  func members(_ name: String, of title: String) throws(JSONError) -> LenientMembers? {
    guard let field = fields[name] else { return nil }
    return try LenientMembers(field, of: title)
  }
}
