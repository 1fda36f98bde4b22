import CStudentKernels

extension Operation {
  var isDense: Bool { if case .dense = kind { true } else { false } }

  /// Whether the output has the input's integers, so that both must mean the same.
  var keepsIntegers: Bool {
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
  func checked() throws(Refusal) -> Graph {
    var isKnown = tensors.map { $0.values != nil }
    guard !isKnown[input], tensors[input].shape.first == 1, !operations.isEmpty else {
      throw Refusal("input", found: "a constant, or several images", expected: "one image")
    }
    isKnown[input] = true
    for operation in operations {
      let place = operation.place
      func require(_ condition: Bool, _ found: @autoclosure () -> String, _ expected: String) throws(Refusal) {
        if !condition { throw Refusal(place, found: found(), expected: expected) }
      }
      for tensor in operation.inputs where tensor >= 0 {
        try require(isKnown[tensor], "tensor \(tensor), which nothing has given", "one from before")
      }
      try require(!isKnown[operation.output], "output \(operation.output)", "a tensor given once")
      isKnown[operation.output] = true
      let (input, output) = (tensors[operation.inputs[0]], tensors[operation.output])
      try require(
        input.isInteger == output.isInteger && input.scales.count <= 1 && output.scales.count <= 1
          && input.values == nil, "\(input.shape) → \(output.shape)", "activations of one type, one scale each")
      try require(
        input.shape.first == 1 && output.shape.first == 1, "\(input.shape) → \(output.shape)", "one image")
      if operation.keepsIntegers {
        try require(
          input.scales == output.scales && input.zeroPoint == output.zeroPoint, "another scale", "the input's")
      }
      var expected = input.shape
      switch operation.kind {
      case .convolution(let window), .depthwise(let window):
        let weights = tensors[operation.inputs[1]]
        try require(input.shape.count == 4 && weights.shape.count == 4, "\(weights.shape)", "four sides")
        expected = try positions(window, input, place) + [weights.shape[0]]
        if case .depthwise = operation.kind {
          try require(
            weights.shape[0] == 1 && weights.channels == input.channels, "weights \(weights.shape)",
            "one filter for each of \(input.channels) channels")
          expected[3] = input.channels
        } else {
          try require(
            input.channels % weights.channels == 0
              && weights.shape[0] % (input.channels / weights.channels) == 0, "weights \(weights.shape)",
            "groups of \(input.channels) channels")
        }
        try checkWeights(operation, outputs: expected[3])
      case .dense:
        let weights = tensors[operation.inputs[1]]
        try require(
          weights.shape.count == 2 && weights.shape[1] == input.count, "weights \(weights.shape)",
          "rows of \(input.count)")
        expected = [1, weights.shape[0]]
        try checkWeights(operation, outputs: expected[1])
      case .add, .multiply:
        let second = tensors[operation.inputs[1]]
        try require(
          second.isInteger == input.isInteger && second.scales.count <= 1
            && (second.count == 1 || second.count == input.count || second.count == input.channels)
            && (second.count == 1 || second.channels == input.channels), "\(second.shape)",
          "one value, \(input.channels) or as many as \(input.shape)")
      case .pool(let window, _): expected = try positions(window, input, place) + [input.channels]
      case .reshape:
        try require(input.count == output.count, "\(output.shape)", "as many values as \(input.shape)")
        expected = output.shape
      case .transpose(let order):
        try require(order.sorted() == Array(input.shape.indices), "order \(order)", "each dimension once")
        expected = order.map { input.shape[$0] }
      case .pad(let pads):
        try require(
          input.shape.count == 4 && pads.allSatisfy { (0...4096).contains($0) }, "\(pads)", "an image's borders")
        expected[1] += pads[0] + pads[1]
        expected[2] += pads[2] + pads[3]
      case .softmax: try require(!input.isInteger, "int8", "fp32 probabilities")
      case .activation, .requantize, .normalize: break
      }
      try require(expected == output.shape, "output \(output.shape)", "\(expected)")
    }
    guard isKnown[output] else {
      throw Refusal("output", found: "tensor \(output), which nothing gives", expected: "one of an operator")
    }
    return self
  }

  /// Returns the sides of a window's output; each window must have a place inside of the image.
  private func positions(_ window: Window, _ input: Tensor, _ place: String) throws(Refusal) -> [Int] {
    func fits(_ length: Int, _ positions: Int, _ kernel: Int, _ stride: Int, _ before: Int) -> Bool {
      (0..<kernel).contains(before) && positions > 0 && (positions - 1) * stride - before < length
    }
    guard input.shape.count == 4, window.height <= 4096, window.width <= 4096,
      fits(input.height, window.outputHeight, window.height, window.strideY, window.top),
      fits(input.width, window.outputWidth, window.width, window.strideX, window.left)
    else { throw Refusal(place, found: "\(window) on \(input.shape)", expected: "windows on the image") }
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
    if bias >= 0 {
      switch tensors[bias].values {
      case .floats(let values): isRight = isRight && !isInteger && values.count == outputs
      case .integers(let values): isRight = isRight && isInteger && values.count == outputs
      default: isRight = false
      }
    }
    guard isRight else {
      throw Refusal(
        operation.place, found: "weights \(weights.shape) with \(weights.scales.count) scales, bias \(bias)",
        expected: "constants of the input's type, one bias for each of \(outputs) outputs")
    }
  }
}
