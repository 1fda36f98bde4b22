extension JSONField {
  /// Returns the field with other values in the places of some texts, its own or those of any member or element of
  /// it; all else stays where and as it is.
  ///
  /// - Parameter replacement: Returns what stands in the place of a text; nil for the text itself.
  public func replacingTexts(
    _ replacement: (_ text: String, _ field: JSONField) throws(JSONError) -> JSONValue?
  ) throws(JSONError) -> JSONField {
    switch value {
    case .null, .flag, .integer, .number: return self
    case .text(let text):
      guard let value = try replacement(text, self) else { return self }
      return JSONField(file: file, path: path, value: value)
    case .array:
      var elements: [JSONValue] = []
      for element in try self.elements(of: "values") {
        elements.append(try element.replacingTexts(replacement).value)
      }
      return JSONField(file: file, path: path, value: .array(elements))
    case .object:
      var members: [JSONValue.Member] = []
      for (name, field) in try object("values") {
        let value = try field.replacingTexts(replacement).value
        members.append(JSONValue.Member(name: name, value: value))
      }
      return JSONField(file: file, path: path, value: .object(members))
    }
  }
}
