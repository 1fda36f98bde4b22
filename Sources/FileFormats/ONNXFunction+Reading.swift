extension ONNXFunction {
  init(_ message: ProtobufMessage) throws {
    self.init(name: "", domain: "", inputs: [], outputs: [], nodes: [])
    var attributeCount = 0
    try message.forEachField { field in
      switch field.number {
      case 1: name = try field.text("name")
      case 4: inputs.append(try field.text("input"))
      case 5: outputs.append(try field.text("output"))
      case 7: nodes.append(try ONNXNode(field.message("node", index: nodes.count)))
      case 10: domain = try field.text("domain")
      case 11:
        let (name, value) = try ONNXAttribute.read(
          field.message("attribute_proto", index: attributeCount))
        defaults[name] = value
        attributeCount += 1
      default: break
      }
    }
  }
}
