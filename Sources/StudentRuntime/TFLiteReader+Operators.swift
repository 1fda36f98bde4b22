import CStudentKernels

extension TFLiteReader {
  /// Operators by code: the name, how many inputs there are, and the option that says what is fused.
  private static let operators: [Int: (name: String, inputs: Int, fused: Int?)] = [
    0: ("ADD", 2, 0), 1: ("AVERAGE_POOL_2D", 1, 5), 3: ("CONV_2D", 3, 3),
    4: ("DEPTHWISE_CONV_2D", 3, 4), 9: ("FULLY_CONNECTED", 3, 0), 14: ("LOGISTIC", 1, nil),
    17: ("MAX_POOL_2D", 1, 5), 18: ("MUL", 2, 0), 19: ("RELU", 1, nil), 21: ("RELU6", 1, nil),
    22: ("RESHAPE", 2, nil), 25: ("SOFTMAX", 1, nil), 34: ("PAD", 2, nil),
    39: ("TRANSPOSE", 2, nil), 114: ("QUANTIZE", 1, nil),
    117: ("HARD_SWISH", 1, nil), 150: ("GELU", 1, nil),
  ]

  func operation(
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
        isSame
          ? Window.same(length, kernel, stride)
          : (length < kernel ? 0 : (length - kernel) / stride + 1, 0)
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
