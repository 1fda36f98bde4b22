import FileFormats
import Foundation
import NeuralNetworks

extension SearchSpace {
  /// The value of `"format"` in the files that this version reads.
  public static let format = "autodistill-search-space/1"

  /// Reads a search space from a file.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  public init(contentsOf path: String) throws(JSONError) {
    try self.init(try JSONField(contentsOf: path))
  }

  /// Reads a search space from the contents of a file.
  ///
  /// - Parameter file: What errors call the file.
  /// - Throws: `JSONError` as `init(contentsOf:)` does.
  public init(json: Data, file: String) throws(JSONError) {
    try self.init(try JSONField(json: json, file: file))
  }

  private init(_ root: JSONField) throws(JSONError) {
    let members = try root.members(
      of: "a search space",
      known: [
        "format", "name", "description", "images", "padding", "parameters", "blocks",
        "blueprint", "references",
      ])
    let format = try members.required("format")
    guard format.value == .text(SearchSpace.format) else {
      throw format.expected("\"\(SearchSpace.format)\"")
    }
    let name = try members.required("name").text("the name of the space")
    _ = try members["description"]?.text("what the space is for, in words")
    let parametersField = try members.required("parameters")
    let parameters = try SearchSpace.parameters(parametersField)
    let blueprint = try Blueprint(
      try members.required("blueprint"), blocks: members["blocks"],
      padding: try members["padding"]?.choice(Padding.self) ?? .half, parameters: parameters,
      parametersField: parametersField)
    var checker = BlueprintChecker(blueprint, parameters: parameters)
    try checker.check(file: root.file)
    self.init(
      name: name, parameters: parameters, file: root.file, blueprint: blueprint,
      images: try members["images"].map { field throws(JSONError) in try TypicalImages(field) }
        ?? TypicalImages())
    if let field = members["references"] { references = try references(in: field) }
  }

  private static func parameters(_ field: JSONField) throws(JSONError) -> [Parameter] {
    var parameters: [Parameter] = []
    let elements = try field.elements(of: "parameters")
    guard elements.count <= SpaceLimits.mostParameters else {
      throw field.expected("at most \(SpaceLimits.mostParameters) parameters")
    }
    for element in elements { parameters.append(try Parameter(element, after: parameters)) }
    guard !parameters.isEmpty else { throw field.expected("at least one parameter") }
    let census = Census(of: parameters)
    if let index = census.tooManyStates {
      throw .invalid(
        file: field.file, field: elements[index].path,
        value:
          "more than \(SpaceLimits.mostRememberedStates) combinations of the parameters up to here",
        expected: "fewer that later conditions (\"when\") ask for together")
    }
    if let index = census.neverActive.first {
      throw .invalid(
        file: field.file, field: "\(elements[index].path).when",
        value: "conditions that never hold together",
        expected: "conditions under which \"\(parameters[index].name)\" has a meaning")
    }
    return parameters
  }
}

extension TypicalImages {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the images", known: ["height", "width", "channels", "classes"])
    shape = TensorShape(
      height: try members.required("height").integer(in: 1...4096),
      width: try members.required("width").integer(in: 1...4096),
      channels: try members.required("channels").integer(in: 1...4096))
    classes = try members.required("classes").integer(in: 1...1_000_000)
  }
}
