import Foundation

extension ONNXModel {
  /// Reads a model.
  ///
  /// - Throws: `FileFormatError`, naming the field and the byte: something cut off, a length beyond the
  ///   end, a field of another type, or values that do not fill their tensor's shape.
  public static func read(_ path: String) throws -> ONNXModel {
    try ONNXModel(data: try SystemFile.readAll(path), path: path)
  }

  /// Reads a model from the bytes of a file; errors call the file `path`.
  public init(data: Data, path: String) throws {
    // Offsets in messages count from the start of the file.
    let bytes = data.startIndex == 0 ? data : Data(data)
    if let kind = Self.otherFormat(of: bytes) {
      throw FileFormatError.malformed(
        path: path, location: "start", found: kind, expected: "an ONNX model")
    }
    let message = ProtobufMessage(bytes: bytes, path: path, name: "")
    var graph: ONNXGraph?
    self.init(
      formatVersion: 0, operatorSet: 0, producer: "", metadata: [:], graph: ONNXGraph())
    try message.forEachField { field in
      switch field.number {
      case 1: formatVersion = try field.integer("ir_version")
      case 2: producer = try field.text("producer_name")
      case 7:
        guard graph == nil else {
          throw message.malformed(at: field.offset, "a second graph", "one graph")
        }
        graph = try ONNXGraph(field.message("graph"))
      case 8:
        let (domain, version) = try Self.operatorSet(field.message("opset_import"))
        if domain.isEmpty || domain == "ai.onnx" { operatorSet = version }
      case 14:
        let (key, value) = try Self.textEntry(field.message("metadata_props"))
        metadata[key] = value
      case 25:
        functions.append(
          try ONNXFunction(field.message("functions", index: functions.count)))
      default: break
      }
    }
    guard let graph, operatorSet > 0 else {
      throw FileFormatError.malformed(
        path: path, location: "model", found: "no \(graph == nil ? "graph" : "operator set")",
        expected: "an ONNX model with a graph and the version of its operators")
    }
    self.graph = graph
  }

  private static func operatorSet(
    _ message: ProtobufMessage
  ) throws -> (domain: String, version: Int) {
    var (domain, version) = ("", 0)
    try message.forEachField { field in
      switch field.number {
      case 1: domain = try field.text("domain")
      case 2: version = try field.integer("version")
      default: break
      }
    }
    return (domain, version)
  }

  /// Reads a `StringStringEntryProto`.
  static func textEntry(
    _ message: ProtobufMessage
  ) throws -> (key: String, value: String) {
    var (key, value) = ("", "")
    try message.forEachField { field in
      switch field.number {
      case 1: key = try field.text("key")
      case 2: value = try field.text("value")
      default: break
      }
    }
    return (key, value)
  }
}

extension ONNXGraph {
  init(_ message: ProtobufMessage) throws {
    self.init()
    try message.forEachField { field in
      switch field.number {
      case 1: nodes.append(try ONNXNode(field.message("node", index: nodes.count)))
      case 2: name = try field.text("name")
      case 5:
        initializers.append(
          try ONNXTensor(field.message("initializer", index: initializers.count)))
      case 11: inputs.append(try ONNXValueInfo(field.message("input", index: inputs.count)))
      case 12: outputs.append(try ONNXValueInfo(field.message("output", index: outputs.count)))
      case 13: values.append(try ONNXValueInfo(field.message("value_info", index: values.count)))
      default: break
      }
    }
  }
}

extension ONNXNode {
  init(_ message: ProtobufMessage) throws {
    self.init(operation: "", inputs: [], outputs: [])
    var attributeCount = 0
    try message.forEachField { field in
      switch field.number {
      case 1: inputs.append(try field.text("input"))
      case 2: outputs.append(try field.text("output"))
      case 3: name = try field.text("name")
      case 4: operation = try field.text("op_type")
      case 5:
        let (name, value) = try ONNXAttribute.read(
          field.message("attribute", index: attributeCount))
        attributes[name] = value
        attributeCount += 1
      case 7: domain = try field.text("domain")
      default: break
      }
    }
  }
}

extension ONNXAttribute {
  static func read(
    _ message: ProtobufMessage
  ) throws -> (name: String, value: ONNXAttribute) {
    var (name, type) = ("", 0)
    var (single, list): (ONNXAttribute?, ONNXAttribute?) = (nil, nil)
    var integers: [Int] = []
    var floats = Data()
    var reference: String?
    try message.forEachField { field in
      switch field.number {
      case 1: name = try field.text("name")
      case 2: single = .float(try field.float("f"))
      case 3: single = .integer(try field.integer("i"))
      case 4: single = .text(String(decoding: try field.data("s"), as: UTF8.self))
      case 5: single = .tensor(try ONNXTensor(field.message("t")))
      case 7:
        try field.appendFixed("floats", width: 4, to: &floats)
        list = .floats([])
      case 8:
        try field.appendIntegers("ints", to: &integers)
        list = .integers([])
      case 20: type = try field.integer("type")
      case 21: reference = try field.text("ref_attr_name")
      default: break
      }
    }
    if let reference, !reference.isEmpty { return (name, .reference(reference)) }
    // Old files leave the type out. A list without elements, and a number that is 0, may have no field.
    switch (type, list) {
    case (6, _), (0, .floats):
      return (
        name,
        .floats(
          NumericArray(shape: [floats.count / 4], elementType: .float32, bytes: floats).asFloats())
      )
    case (7, _), (0, .integers): return (name, .integers(integers))
    case (0...4, _): break
    default: return (name, .other)
    }
    let absent: ONNXAttribute =
      switch type {
      case 1: .float(0)
      case 2: .integer(0)
      case 3: .text("")
      default: .other
      }
    return (name, single ?? absent)
  }
}

extension ONNXValueInfo {
  init(_ message: ProtobufMessage) throws {
    self.init(name: "", shape: nil, dataType: 0)
    try message.forEachField { field in
      switch field.number {
      case 1: name = try field.text("name")
      case 2:
        try field.message("type").forEachField { type in
          guard type.number == 1 else { return }
          try type.message("tensor_type").forEachField { tensor in
            if tensor.number == 1 { dataType = try tensor.integer("elem_type") }
            if tensor.number == 2 { shape = try Self.dimensions(tensor.message("shape")) }
          }
        }
      default: break
      }
    }
  }

  private static func dimensions(_ message: ProtobufMessage) throws -> [Dimension] {
    var dimensions: [Dimension] = []
    try message.forEachField { field in
      guard field.number == 1 else { return }
      var dimension = Dimension.symbol("")
      try field.message("dim", index: dimensions.count).forEachField { part in
        switch part.number {
        case 1: dimension = .size(try part.integer("dim_value"))
        case 2: dimension = .symbol(try part.text("dim_param"))
        default: break
        }
      }
      dimensions.append(dimension)
    }
    return dimensions
  }
}
