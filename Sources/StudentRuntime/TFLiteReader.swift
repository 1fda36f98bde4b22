import CStudentKernels

/// Reads what `export --format tflite` writes: one graph of TensorFlow Lite's operators, fp32 or int8.
///
/// Field numbers and operator codes: TensorFlow Lite's schema.fbs.
struct TFLiteReader {
  private let file: FlatBuffer
  private var graph = Graph()
  private var constantBytes = 0

  static func isReadable(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 8 && bytes[4..<8].elementsEqual("TFL3".utf8)
  }

  static func graph(of bytes: [UInt8]) throws(Refusal) -> Graph {
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
      _ = graph.add(try tensor(table, buffers, "tensor \(index)"))
    }
    let codes = try file.tables(1, of: model).map { code throws(Refusal) in
      max(try file.number(Int8.self, 0, of: code), try file.number(Int32.self, 3, of: code))
    }
    for (index, table) in try file.tables(3, of: graphs[0]).enumerated() {
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
      graph.metadata[name] = try file.text(0, of: buffers[buffer])
      if name == "TFLITE_METADATA" {
        let range = try file.vector(0, of: buffers[buffer], elementBytes: 1)
        try readMeaning(FlatBuffer(bytes: Array(file.bytes[range])))
      }
    }
  }

  /// Reads how pixels from 0 to 255 are standardised. Field numbers: metadata_schema.fbs of tflite_support.
  private mutating func readMeaning(_ part: FlatBuffer) throws(Refusal) {
    guard let graph = try part.tables(3, of: part.table(at: part.target(at: 0))).first,
      let input = try part.tables(2, of: graph).first,
      let unit = try part.tables(4, of: input).first,
      let normalization = try part.table(1, of: unit)
    else { return }
    for (field, name) in [(0, "pixel_mean"), (1, "pixel_deviation")] {
      let values = part.floats(try part.vector(field, of: normalization, elementBytes: 4))
      self.graph.metadata[name] = values.map { "\($0 / 255)" }.joined(separator: " ")
    }
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
      tensor.scales = file.floats(try file.vector(2, of: details, elementBytes: 4))
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
    guard !range.isEmpty else { return tensor }
    // Tensors may share a buffer, but not so many that a small file fills the memory.
    constantBytes += range.count
    let size = count * (type == 9 ? 1 : 4)
    try require(
      range.count == size && constantBytes <= 8 * file.bytes.count, place, "\(range.count) bytes",
      "\(size) for \(tensor.shape), and a file of less than 8 times its size")
    switch type {
    case 0: tensor.values = .floats(file.floats(range))
    case 9: tensor.values = .bytes(file.bytes[range].map { Int8(bitPattern: $0) })
    default: tensor.values = .integers(file.floats(range).map { Int32(bitPattern: $0.bitPattern) })
    }
    return tensor
  }

  /// Operators by code: the name, how many inputs there are, and the option that says what is fused.
  private static let operators: [Int: (name: String, inputs: Int, fused: Int?)] = [
    0: ("ADD", 2, 0), 1: ("AVERAGE_POOL_2D", 1, 5), 3: ("CONV_2D", 3, 3),
    4: ("DEPTHWISE_CONV_2D", 3, 4), 9: ("FULLY_CONNECTED", 3, 0), 14: ("LOGISTIC", 1, nil),
    17: ("MAX_POOL_2D", 1, 5), 18: ("MUL", 2, 0), 19: ("RELU", 1, nil), 21: ("RELU6", 1, nil),
    22: ("RESHAPE", 2, nil), 25: ("SOFTMAX", 1, nil), 34: ("PAD", 2, nil),
    39: ("TRANSPOSE", 2, nil),
    114: ("QUANTIZE", 1, nil), 117: ("HARD_SWISH", 1, nil), 150: ("GELU", 1, nil),
  ]

  private func operation(
    _ table: FlatBuffer.Table, code: Int, _ index: String
  ) throws(Refusal) -> Operation {
    guard let known = TFLiteReader.operators[code] else {
      throw Refusal(
        index, found: "operator code \(code)", expected: "one that exported students have")
    }
    let place = "\(index) (\(known.name))"
    let inputs = try file.integers(Int32.self, 1, of: table)
    let outputs = try file.integers(Int32.self, 2, of: table)
    // A bias may be left out, and a reshape need not say its shape twice.
    let least = known.inputs == 3 || code == 22 ? known.inputs - 1 : known.inputs
    try require(
      (least...known.inputs).contains(inputs.count) && outputs.count == 1
        && (inputs.prefix(2) + outputs).allSatisfy { graph.tensors.indices.contains($0) }
        && inputs.dropFirst(2).allSatisfy { $0 == -1 || graph.tensors.indices.contains($0) }, place,
      "inputs \(inputs), outputs \(outputs)", "\(known.inputs) inputs, one output")
    let options = try file.table(4, of: table)
    func option<T: FixedWidthInteger>(_ type: T.Type, _ field: Int) throws(Refusal) -> Int {
      guard let options else { return 0 }
      return try file.number(type, field, of: options)
    }
    var operation = Operation(kind: .activation, inputs: inputs, output: outputs[0], place: place)
    if let field = known.fused {
      let kind = try option(Int8.self, field)
      let kinds = [0: student_no_activation, 1: student_relu, 3: student_relu6]
      guard let activation = kinds[kind] else {
        throw Refusal(place, found: "fused activation \(kind)", expected: "none, RELU or RELU6")
      }
      operation.activation = activation
    }
    /// Options: padding, then steps to the right and down.
    func window(_ height: Int, _ width: Int) throws(Refusal) -> Window {
      let (strideX, strideY) = (try option(Int32.self, 1), try option(Int32.self, 2))
      var window = Window(height: height, width: width, strideY: strideY, strideX: strideX)
      try require(
        [height, width, strideY, strideX].allSatisfy { (1...4096).contains($0) }, place,
        "window \(window)", "sides and steps from 1 to 4096")
      let (image, isSame) = (graph.tensors[inputs[0]], try option(Int8.self, 0) == 0)
      func side(_ length: Int, _ kernel: Int, _ stride: Int) -> (positions: Int, before: Int) {
        isSame ? Window.same(length, kernel, stride) : ((length - kernel) / stride + 1, 0)
      }
      (window.outputHeight, window.top) = side(image.height, height, strideY)
      (window.outputWidth, window.left) = side(image.width, width, strideX)
      return window
    }
    /// What is left out is 1.
    func requireOne(_ fields: Int...) throws(Refusal) {
      for field in fields {
        let value = try option(Int32.self, field)
        try require((0...1).contains(value), place, "dilation or multiplier \(value)", "1")
      }
    }
    let weights = graph.tensors[inputs[inputs.count > 1 ? 1 : 0]]
    func integers() throws(Refusal) -> [Int] {
      guard case .integers(let values) = weights.values else {
        throw Refusal(place, found: "no constant integers", expected: "some")
      }
      return values.map(Int.init)
    }
    switch code {
    case 0: operation.kind = .add
    case 18: operation.kind = .multiply
    case 1, 17:
      let (height, width) = (try option(Int32.self, 4), try option(Int32.self, 3))
      operation.kind = .pool(try window(height, width), isMaximum: code == 17)
    case 3:
      operation.kind = .convolution(try window(weights.height, weights.width))
      try requireOne(4, 5)
    case 4:
      operation.kind = .depthwise(try window(weights.height, weights.width))
      try requireOne(3, 5, 6)
    case 9: operation.kind = .dense
    case 14: operation.activation = student_logistic
    case 19: operation.activation = student_relu
    case 21: operation.activation = student_relu6
    case 22: operation.kind = .reshape
    case 25: operation.kind = .softmax
    case 34:
      let pads = try integers()
      try require(
        pads.count == 8 && pads[0] == 0 && pads[1] == 0 && pads[6] == 0 && pads[7] == 0, place,
        "\(pads)", "zeros around height and width only")
      operation.kind = .pad(Array(pads[2..<6]))
    case 39: operation.kind = .transpose(try integers())
    case 114: operation.kind = .requantize
    case 117: operation.activation = student_hard_swish
    default:
      operation.activation = student_gelu
      try require(try option(Int8.self, 0) == 0, place, "an approximate GELU", "the exact one")
    }
    return operation
  }
}
