import Foundation

extension JSONField {
  /// Returns a JSON text as it was before a member was added to its outermost object: all other bytes
  /// stay as they are, those of white space too.
  ///
  /// - Throws: `JSONError.malformed`.
  public static func text(
    _ json: Data, withoutMember name: String, file: String
  ) throws(JSONError) -> Data {
    let bytes = Array(json)
    do {
      guard let range = try JSONParser.range(ofMember: name, in: bytes) else { return json }
      return Data(bytes[..<range.lowerBound] + bytes[range.upperBound...])
    } catch {
      let (line, column) = JSONParser.location(of: error.offset, in: bytes)
      throw .malformed(file: file, line: line, column: column, problem: error.problem)
    }
  }
}
