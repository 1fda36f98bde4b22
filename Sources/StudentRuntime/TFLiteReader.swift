/// Reads what `export --format tflite` writes: one graph of TensorFlow Lite's operators, fp32 or int8.
///
/// Field numbers and operator codes: TensorFlow Lite's schema.fbs.
struct TFLiteReader {
  let file: FlatBuffer
  private(set) var graph = Graph()

  static func graph(of bytes: [UInt8]) throws(Refusal) -> Graph {
    try require(
      bytes.count >= 8 && bytes[4..<8].elementsEqual("TFL3".utf8), "byte 4", "no TFL3",
      "a TensorFlow Lite file, as autodistill export --format tflite writes it")
    var reader = TFLiteReader(file: FlatBuffer(bytes: bytes))
    try reader.read()
    return reader.graph
  }

  private init(file: FlatBuffer) { self.file = file }

  private mutating func read() throws(Refusal) {
    let model = try file.table(at: file.target(at: 0))
    let (buffers, graphs) = (try file.tables(4, of: model), try file.tables(2, of: model))
    try require(graphs.count == 1, "model", "\(graphs.count) graphs", "one")
    for (index, table) in try file.tables(0, of: graphs[0]).enumerated() {
      graph.tensors.append(try tensor(table, buffers, "tensor \(index)"))
    }
    let codes = try file.tables(1, of: model).map { code throws(Refusal) in
      max(try file.number(Int8.self, 0, of: code), try file.number(Int32.self, 3, of: code))
    }
    let operators = try file.tables(3, of: graphs[0])
    // Steps are joined and activations placed in a time that grows with the square.
    try require(operators.count <= 4096, "model", "\(operators.count) operators", "at most 4096")
    for (index, table) in operators.enumerated() {
      let code = try file.number(UInt32.self, 0, of: table)
      try require(code < codes.count, "operator \(index)", "code \(code)", "one of \(codes.count)")
      graph.operations.append(try operation(table, code: codes[code], "operator \(index)"))
    }
    graph.input = try onlyTensor(1, of: graphs[0], "inputs")
    graph.output = try onlyTensor(2, of: graphs[0], "outputs")
    for entry in try file.tables(6, of: model) {
      let (name, buffer) = (try file.text(0, of: entry), try file.number(UInt32.self, 1, of: entry))
      try require(
        buffer < buffers.count, "metadata \(name)", "buffer \(buffer)", "one of \(buffers.count)")
      switch name {
      case "class_names":
        let names = try file.text(0, of: buffers[buffer])
        graph.classNames = names.split(separator: "\n", omittingEmptySubsequences: false).map(
          String.init)
      case "TFLITE_METADATA":
        let range = try file.vector(0, of: buffers[buffer], elementBytes: 1)
        try readMeaning(FlatBuffer(bytes: Array(file.bytes[range])))
      default: break
      }
    }
  }

  /// Reads how pixels are standardised. Field numbers: metadata_schema.fbs of tflite_support.
  private mutating func readMeaning(_ part: FlatBuffer) throws(Refusal) {
    guard let graph = try part.tables(3, of: part.table(at: part.target(at: 0))).first,
      let input = try part.tables(2, of: graph).first,
      let unit = try part.tables(4, of: input).first,
      let normalization = try part.table(1, of: unit)
    else { return }
    self.graph.pixelMean = try part.floats(0, of: normalization)
    self.graph.pixelDeviation = try part.floats(1, of: normalization)
  }

  private func onlyTensor(
    _ field: Int, of table: FlatBuffer.Table, _ name: String
  ) throws(Refusal) -> Int {
    let list = try file.integers(Int32.self, field, of: table)
    try require(
      list.count == 1 && graph.tensors.indices.contains(list[0]), name, "\(list)",
      "one of \(graph.tensors.count) tensors")
    return list[0]
  }

  private mutating func tensor(
    _ table: FlatBuffer.Table, _ buffers: [FlatBuffer.Table], _ index: String
  ) throws(Refusal) -> Tensor {
    let name = try file.text(3, of: table)
    let place = name.isEmpty ? index : "\(index) (\(name))"
    var tensor = Tensor(name: name, shape: try file.integers(Int32.self, 0, of: table))
    let count = try Tensor.count(tensor.shape, place)
    if let details = try file.table(4, of: table) {
      tensor.scales = try file.floats(2, of: details)
      let zeros = Set(try file.integers(Int64.self, 3, of: details))
      tensor.zeroPoint = zeros.first ?? 0
      try require(
        zeros.count <= 1 && (-128...127).contains(tensor.zeroPoint)
          && tensor.scales.allSatisfy { $0 > 0 && $0.isFinite }, place,
        "scales \(tensor.scales.prefix(3))…, zero points \(zeros.sorted().prefix(3))",
        "positive scales, one zero point from −128 to 127")
    }
    let (type, buffer) = (
      try file.number(Int8.self, 1, of: table), try file.number(UInt32.self, 2, of: table)
    )
    try require(
      type == 2 || type == 9 && tensor.isInteger || type == 0 && !tensor.isInteger, place,
      "type \(type)", "float32, or int8 with scales, or int32")
    try require(buffer < buffers.count, place, "buffer \(buffer)", "one of \(buffers.count)")
    let range = try file.vector(0, of: buffers[buffer], elementBytes: 1)
    guard !range.isEmpty else {
      try require(type != 2, place, "int32 without values", "int32 in constants only")
      return tensor
    }
    let size = count * (type == 9 ? 1 : 4)
    try require(
      range.count == size, place, "\(range.count) bytes", "\(size) for \(tensor.shape)")
    switch type {
    case 0: tensor.values = .floats(file.floats(range))
    case 9: tensor.values = .bytes(file.bytes[range].map { Int8(bitPattern: $0) })
    default: tensor.values = .integers(file.floats(range).map { Int32(bitPattern: $0.bitPattern) })
    }
    return tensor
  }
}
