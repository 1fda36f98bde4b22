import FileFormats
import NeuralNetworks

extension Blueprint {
  /// Reads the fields `blueprint` and `blocks` of a file.
  ///
  /// - Throws: `JSONError`; also if a block, an argument or a parameter is never used.
  init(
    _ field: JSONField, blocks blocksField: JSONField?, padding: Padding,
    parameters: [Parameter], parametersField: JSONField
  ) throws(JSONError) {
    var reader = BlueprintReader(parameters: parameters, padding: padding)
    if let blocksField {
      for (name, field) in try blocksField.object("the blocks") {
        try reader.readBlock(name, field)
      }
    }
    elements = try reader.elements(field)
    blocks = reader.blocks
    if let index = blocks.indices.first(where: { !reader.calledBlocks.contains($0) }),
      let blocksField
    {
      throw .invalid(
        file: field.file, field: "\(blocksField.path).\(blocks[index].name)",
        value: "a block that is never called", expected: "a call of it, or no such block")
    }
    if let index = parameters.indices.first(where: { !reader.usedParameters.contains($0) }) {
      throw .invalid(
        file: field.file, field: "\(parametersField.path)[\(index)].name",
        value: "\"\(parameters[index].name)\"",
        expected: "a parameter that the blueprint uses, as $\(parameters[index].name)")
    }
  }
}
