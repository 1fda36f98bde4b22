import CStudentKernels

extension Operation {
  /// Whether the output has the input's integers, so that both must mean the same.
  fileprivate var keepsIntegers: Bool {
    switch kind {
    case .pool, .reshape, .transpose, .pad: true
    case .activation: activation == student_relu6
    default: false
    }
  }
}

extension Graph {
  /// Checks that every operation reads what is there before it and that all shapes belong together, so that no
  /// kernel leaves its memory.
  func check() throws(Refusal) {
    var isKnown = tensors.map { $0.values != nil }
    try require(
      !isKnown[input] && tensors[input].shape.first == 1 && !operations.isEmpty, "input",
      "a constant, several images or nothing to do", "one image")
    isKnown[input] = true
    for operation in operations {
      let place = operation.place
      for tensor in operation.inputs where tensor >= 0 {
        try require(
          isKnown[tensor], place, "tensor \(tensor), which nothing has given", "one from before")
      }
      try require(
        !isKnown[operation.output], place, "output \(operation.output)", "a tensor given once")
      isKnown[operation.output] = true
      let (read, output) = (tensors[operation.inputs[0]], tensors[operation.output])
      try require(
        read.values == nil && read.isInteger == output.isInteger && read.shape.first == 1
          && output.shape.first == 1 && read.scales.count <= 1 && output.scales.count <= 1, place,
        "\(read.shape) → \(output.shape)", "activations of one image and one type, one scale each")
      try require(
        !operation.keepsIntegers
          || (read.scales == output.scales && read.zeroPoint == output.zeroPoint),
        place, "another scale", "the input's")
      let expected = try outputShape(of: operation, reading: read)
      try require(
        expected == output.shape || expected == nil && read.count == output.count, place,
        "output \(output.shape)", "\(expected ?? read.shape)")
    }
    try require(isKnown[output], "output", "tensor \(output), which nothing gives", "an operator's")
  }

  /// Returns the shape that an operation gives; nil for any with as many values.
  private func outputShape(of operation: Operation, reading read: Tensor) throws(Refusal) -> [Int]?
  {
    let place = operation.place
    switch operation.kind {
    case .convolution(let window), .depthwise(let window):
      let weights = tensors[operation.inputs[1]]
      var isDepthwise = false
      if case .depthwise = operation.kind { isDepthwise = true }
      try require(
        weights.shape.count == 4
          && (isDepthwise
            ? weights.shape[0] == 1 && weights.channels == read.channels
            : read.channels % weights.channels == 0
              && weights.shape[0] % (read.channels / weights.channels) == 0),
        place,
        "weights \(weights.shape)", "those of \(read.channels) channels")
      let outputs = isDepthwise ? read.channels : weights.shape[0]
      try checkWeights(operation, outputs: outputs)
      return try positions(window, read, place) + [outputs]
    case .dense:
      let weights = tensors[operation.inputs[1]]
      try require(
        weights.shape.count == 2 && weights.shape[1] == read.count, place,
        "weights \(weights.shape)",
        "rows of \(read.count)")
      try checkWeights(operation, outputs: weights.shape[0])
      return [1, weights.shape[0]]
    case .add, .multiply:
      let second = tensors[operation.inputs[1]]
      var isPlain = false
      if case .integers = second.values { isPlain = true }
      try require(
        !isPlain && second.isInteger == read.isInteger && second.scales.count <= 1
          && (second.count == 1
            || second.channels == read.channels
              && [read.count, read.channels].contains(second.count)),
        place, "\(second.shape)",
        "the input's type; one value, \(read.channels) or as many as \(read.shape)")
      return read.shape
    case .pool(let window, _): return try positions(window, read, place) + [read.channels]
    case .reshape: return nil
    case .transpose(let order):
      try require(
        order.sorted() == Array(read.shape.indices), place, "order \(order)", "each side once")
      return order.map { read.shape[$0] }
    case .pad(let pads):
      try require(
        read.shape.count == 4 && pads.allSatisfy { (0...4096).contains($0) }, place, "\(pads)",
        "an image's borders")
      return [1, read.height + pads[0] + pads[1], read.width + pads[2] + pads[3], read.channels]
    case .softmax:
      try require(!read.isInteger, place, "int8", "fp32 probabilities")
      return read.shape
    case .activation, .requantize: return read.shape
    }
  }

  /// Returns the sides of a window's output; each window must have a place inside of the image.
  private func positions(_ window: Window, _ read: Tensor, _ place: String) throws(Refusal) -> [Int]
  {
    func fits(_ length: Int, _ positions: Int, _ kernel: Int, _ stride: Int, _ before: Int) -> Bool
    {
      (0..<kernel).contains(before) && positions > 0 && (positions - 1) * stride - before < length
    }
    try require(
      read.shape.count == 4 && window.height <= 4096 && window.width <= 4096
        && fits(read.height, window.outputHeight, window.height, window.strideY, window.top)
        && fits(read.width, window.outputWidth, window.width, window.strideX, window.left), place,
      "\(window) on \(read.shape)", "windows on the image")
    return [1, window.outputHeight, window.outputWidth]
  }

  /// Checks that weights and bias are constants of the input's type, with a scale for all or for each output.
  private func checkWeights(_ operation: Operation, outputs: Int) throws(Refusal) {
    let isInteger = tensors[operation.inputs[0]].isInteger
    let (weights, bias) = (tensors[operation.inputs[1]], operation.inputs.dropFirst(2).first ?? -1)
    var isRight = false
    switch weights.values {
    case .floats: isRight = !isInteger
    case .bytes:
      isRight = isInteger && weights.zeroPoint == 0 && [1, outputs].contains(weights.scales.count)
    default: break
    }
    switch bias >= 0 ? tensors[bias].values : .integers([]) {
    case .floats(let values): isRight = isRight && !isInteger && values.count == outputs
    case .integers(let values):
      isRight = isRight && (bias < 0 || isInteger && values.count == outputs)
    default: isRight = false
    }
    try require(
      isRight, operation.place,
      "weights \(weights.shape) with \(weights.scales.count) scales, bias \(bias)",
      "constants of the input's type, one bias for each of \(outputs) outputs")
  }
}
