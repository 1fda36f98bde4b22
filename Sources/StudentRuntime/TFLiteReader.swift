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
    let buffers = try file.tables(4, of: model)
    let graphs = try file.tables(2, of: model)
    guard graphs.count == 1 else {
      throw Refusal("model", found: "\(graphs.count) graphs", expected: "one")
    }
    for (index, table) in try file.tables(0, of: graphs[0]).enumerated() {
      _ = graph.add(try tensor(table, buffers, "tensor \(index)"))
    }
    let codes = try file.tables(1, of: model).map { code throws(Refusal) in
      max(try file.number(Int8.self, 0, of: code), try file.number(Int32.self, 3, of: code))
    }
    for (index, table) in try file.tables(3, of: graphs[0]).enumerated() {
      let code = try file.number(UInt32.self, 0, of: table)
      guard codes.indices.contains(code) else {
        throw Refusal("operator \(index)", found: "code \(code)", expected: "one of \(codes.count)")
      }
      graph.operations.append(try operation(table, code: codes[code], "operator \(index)"))
    }
    graph.input = try onlyTensor(1, of: graphs[0], "inputs")
    graph.output = try onlyTensor(2, of: graphs[0], "outputs")
    for entry in try file.tables(6, of: model) {
      let buffer = try file.number(UInt32.self, 1, of: entry)
      guard buffers.indices.contains(buffer) else { continue }
      let name = try file.text(0, of: entry)
      if name == "TFLITE_METADATA" {
        try readMeaning(Array(file.bytes[try file.vector(0, of: buffers[buffer], elementBytes: 1)]))
      } else {
        graph.metadata[name] = try file.text(0, of: buffers[buffer])
      }
    }
  }

  /// Reads how pixels from 0 to 255 are standardised, and the classes.
  ///
  /// Field numbers: metadata_schema.fbs of tflite_support.
  private mutating func readMeaning(_ bytes: [UInt8]) throws(Refusal) {
    let part = FlatBuffer(bytes: bytes)
    guard let graph = try part.tables(3, of: part.table(at: part.target(at: 0))).first,
      let input = try part.tables(2, of: graph).first, let unit = try part.tables(4, of: input).first,
      let normalization = try part.table(1, of: unit)
    else { return }
    for (field, name) in [(0, "pixel_mean"), (1, "pixel_deviation")] {
      let values = part.floats(try part.vector(field, of: normalization, elementBytes: 4))
      self.graph.metadata[name] = values.map { "\($0 / 255)" }.joined(separator: " ")
    }
  }

  private func onlyTensor(_ field: Int, of table: FlatBuffer.Table, _ name: String) throws(Refusal) -> Int {
    let list = try file.integers(Int32.self, field, of: table)
    guard list.count == 1, graph.tensors.indices.contains(list[0]) else {
      throw Refusal(name, found: "\(list)", expected: "one of \(graph.tensors.count) tensors")
    }
    return list[0]
  }

  private mutating func tensor(
    _ table: FlatBuffer.Table, _ buffers: [FlatBuffer.Table], _ place: String
  ) throws(Refusal) -> Tensor {
    let name = try file.text(3, of: table)
    let place = name.isEmpty ? place : "\(place) (\(name))"
    var tensor = Tensor(name: name, shape: try file.integers(Int32.self, 0, of: table))
    let count = try Tensor.count(tensor.shape, place)
    if let details = try file.table(4, of: table) {
      tensor.scales = file.floats(try file.vector(2, of: details, elementBytes: 4))
      let zeros = Set(try file.integers(Int64.self, 3, of: details))
      tensor.zeroPoint = zeros.first ?? 0
      guard zeros.count <= 1, (-128...127).contains(tensor.zeroPoint),
        tensor.scales.allSatisfy({ $0 > 0 && $0.isFinite })
      else {
        throw Refusal(
          place, found: "scales \(tensor.scales.prefix(3))…, zero points \(zeros.sorted().prefix(3))",
          expected: "positive scales, one zero point from −128 to 127")
      }
    }
    let type = try file.number(Int8.self, 1, of: table)
    guard let bytes = [0: 4, 2: 4, 9: 1][type], (type == 9) == tensor.isInteger || type == 2 else {
      throw Refusal(place, found: "type \(type)", expected: "float32, or int8 with scales, or int32")
    }
    let buffer = try file.number(UInt32.self, 2, of: table)
    guard buffers.indices.contains(buffer) else {
      throw Refusal(place, found: "buffer \(buffer)", expected: "one of \(buffers.count)")
    }
    let range = try file.vector(0, of: buffers[buffer], elementBytes: 1)
    guard !range.isEmpty else { return tensor }
    // Tensors may share a buffer, but not so many that a small file fills the memory.
    constantBytes += range.count
    guard range.count == count * bytes, constantBytes <= 8 * file.bytes.count else {
      throw Refusal(place, found: "\(range.count) bytes", expected: "\(count * bytes) for \(tensor.shape)")
    }
    switch type {
    case 0: tensor.values = .floats(file.floats(range))
    case 9: tensor.values = .bytes(file.bytes[range].map { Int8(bitPattern: $0) })
    default: tensor.values = .integers(file.floats(range).map { Int32(bitPattern: $0.bitPattern) })
    }
    return tensor
  }

  private func operation(
    _ table: FlatBuffer.Table, code: Int, _ index: String
  ) throws(Refusal) -> Operation {
    let names = [
      0: "ADD", 1: "AVERAGE_POOL_2D", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 9: "FULLY_CONNECTED",
      14: "LOGISTIC", 17: "MAX_POOL_2D", 18: "MUL", 19: "RELU", 21: "RELU6", 22: "RESHAPE", 25: "SOFTMAX",
      34: "PAD", 39: "TRANSPOSE", 114: "QUANTIZE", 117: "HARD_SWISH", 150: "GELU",
    ]
    guard let name = names[code] else {
      throw Refusal(index, found: "operator code \(code)", expected: "one that exported students have")
    }
    let place = "\(index) (\(name))"
    let inputs = try file.integers(Int32.self, 1, of: table)
    let outputs = try file.integers(Int32.self, 2, of: table)
    let wanted = [3: 3, 4: 3, 9: 3, 0: 2, 18: 2, 22: 2, 34: 2, 39: 2][code] ?? 1
    let isBiasOptional = [3, 4, 9].contains(code)
    let known = graph.tensors.indices
    guard inputs.count == wanted || (isBiasOptional && inputs.count == 2) || (code == 22 && inputs.count == 1),
      outputs.count == 1, known.contains(outputs[0]),
      inputs.enumerated().allSatisfy({ known.contains($1) || ($1 == -1 && isBiasOptional && $0 == 2) })
    else {
      throw Refusal(
        place, found: "inputs \(inputs), outputs \(outputs)",
        expected: "\(wanted) inputs, one output, of \(known.count) tensors")
    }
    var operation = Operation(kind: .activation, inputs: inputs, output: outputs[0], place: place)
    let options = try file.table(4, of: table)
    func option<T: FixedWidthInteger>(_ type: T.Type, _ field: Int) throws(Refusal) -> Int {
      guard let options else { return 0 }
      return try file.number(type, field, of: options)
    }
    func fused(_ field: Int) throws(Refusal) -> student_activation {
      let kind = try option(Int8.self, field)
      guard let activation = [0: student_no_activation, 1: student_relu, 3: student_relu6][kind] else {
        throw Refusal(place, found: "fused activation \(kind)", expected: "none, RELU or RELU6")
      }
      return activation
    }
    /// Fields: padding, then steps to the right and down.
    func window(height: Int, width: Int) throws(Refusal) -> Window {
      var window = Window(
        height: height, width: width, strideY: try option(Int32.self, 2), strideX: try option(Int32.self, 1))
      guard (1...4096).contains(window.strideY), (1...4096).contains(window.strideX),
        (1...4096).contains(height), (1...4096).contains(width)
      else { throw Refusal(place, found: "window \(window)", expected: "sides and steps from 1 to 4096") }
      let (image, isSame) = (graph.tensors[inputs[0]], try option(Int8.self, 0) == 0)
      func side(_ length: Int, _ kernel: Int, _ stride: Int) -> (positions: Int, before: Int) {
        isSame ? Window.same(length, kernel, stride) : ((length - kernel) / stride + 1, 0)
      }
      (window.outputHeight, window.top) = side(image.height, height, window.strideY)
      (window.outputWidth, window.left) = side(image.width, width, window.strideX)
      return window
    }
    let weights = graph.tensors[inputs.count > 1 ? inputs[1] : inputs[0]]
    switch code {
    case 0, 18:
      operation.kind = code == 0 ? .add : .multiply
      operation.activation = try fused(0)
    case 1, 17:
      let size = (try option(Int32.self, 4), try option(Int32.self, 3))
      operation.kind = .pool(try window(height: size.0, width: size.1), isMaximum: code == 17)
      operation.activation = try fused(5)
    case 3:
      operation.kind = .convolution(try window(height: weights.height, width: weights.width))
      operation.activation = try fused(3)
      try expectOne([try option(Int32.self, 4), try option(Int32.self, 5)], "dilation", place)
    case 4:
      operation.kind = .depthwise(try window(height: weights.height, width: weights.width))
      operation.activation = try fused(4)
      try expectOne(
        [try option(Int32.self, 5), try option(Int32.self, 6), try option(Int32.self, 3)],
        "dilation and multiplier", place)
    case 9:
      operation.kind = .dense
      operation.activation = try fused(0)
    case 14: operation.activation = student_logistic
    case 19: operation.activation = student_relu
    case 21: operation.activation = student_relu6
    case 22: operation.kind = .reshape
    case 25: operation.kind = .softmax
    case 34:
      let pads = try integers(inputs[1], place)
      guard pads.count == 8, pads[0] == 0, pads[1] == 0, pads[6] == 0, pads[7] == 0 else {
        throw Refusal(place, found: "\(pads)", expected: "zeros around height and width only")
      }
      operation.kind = .pad(Array(pads[2..<6]))
    case 39: operation.kind = .transpose(try integers(inputs[1], place))
    case 114: operation.kind = .requantize
    case 117: operation.activation = student_hard_swish
    default:
      operation.activation = student_gelu
      guard try option(Int8.self, 0) == 0 else {
        throw Refusal(place, found: "an approximate GELU", expected: "the exact one")
      }
    }
    return operation
  }

  /// A factor that is left out is 0 here and 1 in the schema.
  private func expectOne(_ values: [Int], _ name: String, _ place: String) throws(Refusal) {
    guard values.allSatisfy({ (0...1).contains($0) }) else {
      throw Refusal(place, found: "\(name) \(values)", expected: "1")
    }
  }

  private func integers(_ tensor: Int, _ place: String) throws(Refusal) -> [Int] {
    guard case .integers(let values) = graph.tensors[tensor].values else {
      throw Refusal(place, found: "no constant integers", expected: "some")
    }
    return values.map(Int.init)
  }
}
