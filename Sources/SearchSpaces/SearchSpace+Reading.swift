import Foundation

extension SearchSpace {
  /// The value of `"format"` in the files that this version reads.
  public static let format = "autodistill-search-space/1"

  /// Reads a search space from a file.
  ///
  /// - Throws: `SearchSpaceError` naming file, field, value and what was expected.
  public init(contentsOf path: String) throws(SearchSpaceError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw .unreadable(file: path, reason: SearchSpace.reasonUnreadable(path, error))
    }
    try self.init(json: data, file: path)
  }

  /// Returns why a file cannot be read; Foundation alone says no more than that it failed.
  private static func reasonUnreadable(_ path: String, _ error: any Error) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return "there is no such file"
    }
    return isFolder.boolValue ? "it is a folder" : error.localizedDescription
  }

  /// Reads a search space from the contents of a file.
  ///
  /// - Parameter file: What errors call the file.
  public init(json: Data, file: String) throws(SearchSpaceError) {
    let bytes = Array(json)
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes)
    } catch {
      let (line, column) = JSONParser.location(of: error.offset, in: bytes)
      throw .malformed(file: file, line: line, column: column, problem: error.problem)
    }
    try self.init(Field(file: file, path: "", value: value))
  }

  private init(_ root: Field) throws(SearchSpaceError) {
    let members = try root.members(
      of: "a search space",
      known: ["format", "name", "description", "parameters", "blocks", "blueprint"])
    let format = try members.required("format")
    guard format.value == .text(SearchSpace.format) else {
      throw format.expected("\"\(SearchSpace.format)\"")
    }
    file = root.file
    name = try members.required("name").text("the name of the space")
    _ = try members["description"]?.text("what the space is for, in words")
    let parametersField = try members.required("parameters")
    parameters = try SearchSpace.parameters(parametersField)
    blueprint = try Blueprint(
      try members.required("blueprint"), blocks: members["blocks"], parameters: parameters,
      parametersField: parametersField)
    var checker = BlueprintChecker(blueprint, parameters: parameters)
    try checker.check(file: file)
  }

  private static func parameters(_ field: Field) throws(SearchSpaceError) -> [Parameter] {
    var parameters: [Parameter] = []
    let elements = try field.elements(of: "parameters")
    for element in elements { parameters.append(try Parameter(element, after: parameters)) }
    guard !parameters.isEmpty else { throw field.expected("at least one parameter") }
    if let index = Census(of: parameters).neverActive.first {
      throw .invalid(
        file: field.file, field: "\(elements[index].path).when",
        value: "conditions that never hold together",
        expected: "conditions under which \"\(parameters[index].name)\" has a meaning")
    }
    return parameters
  }
}
