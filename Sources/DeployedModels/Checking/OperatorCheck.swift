/// Checks that the tensors of one operator fit to it.
struct OperatorCheck {
  /// The longest side of a window and the largest stride.
  static let longestWindow = 1 << 12

  let model: DeployedModel
  let index: Int

  private var step: DeployedOperator { model.operators[index] }
  private var output: DeployedTensor { model.tensors[step.output] }
  func tensor(_ input: Int) -> DeployedTensor { model.tensors[step.inputs[input]] }

  func fault(_ found: String, _ expected: String) -> DeployedModelFault {
    DeployedModelFault(.step(index), found: found, expected: expected)
  }

  func check() throws(DeployedModelFault) {
    try checkArity()
    if step.activation != .none, !step.kind.takesActivation {
      throw fault("a fused \(step.activation.rawValue)", "none, which this operator does not take")
    }
    guard !tensor(0).isConstant else {
      throw fault("a constant as the first input", "an activation")
    }
    switch step.kind {
    case .convolution(let window): try checkConvolution(window)
    case .depthwiseConvolution(let window): try checkDepthwise(window)
    case .fullyConnected: try checkDense()
    case .add, .multiply: try checkPair()
    case .averagePool(let window), .maxPool(let window): try checkPool(window)
    case .mean(let keepsDimensions): try checkMean(keepsDimensions)
    case .reshape: try checkReshape()
    case .pad: try checkPad()
    case .transpose: try checkTranspose()
    case .softmax, .logistic, .relu, .relu6, .hardSwish, .gelu: try expectOutput(tensor(0).shape)
    case .quantize, .dequantize: return try checkConversion()
    }
    try expectSameType(tensor(0), "the input's type")
  }

  private func checkArity() throws(DeployedModelFault) {
    let expected = step.kind.facts.inputs
    guard expected.contains(step.inputs.count) else {
      let range =
        expected.count == 1
        ? "\(expected.lowerBound)" : "\(expected.lowerBound) or \(expected.upperBound)"
      throw fault("\(step.inputs.count) inputs", range)
    }
  }
}

// MARK: Layers with weights

extension OperatorCheck {
  private func checkConvolution(_ window: Window) throws(DeployedModelFault) {
    let (image, weights) = (try image(), tensor(1))
    guard weights.isConstant, weights.shape.count == 4, image[3] % weights.shape[3] == 0,
      weights.shape[0] % (image[3] / weights.shape[3]) == 0,
      weights.shape[1] == window.height, weights.shape[2] == window.width
    else {
      throw fault(
        "weights \(weights.shape)\(weights.isConstant ? "" : " that are no constant")",
        "[outputs, \(window.height), \(window.width), inputs] for images of \(image[3]) channels")
    }
    try checkWeights(outputs: weights.shape[0], axis: 0)
    let extent = try extent(window, of: image)
    try expectOutput([1, extent.height, extent.width, weights.shape[0]])
  }

  private func checkDepthwise(_ window: Window) throws(DeployedModelFault) {
    let (image, weights) = (try image(), tensor(1))
    guard weights.isConstant, weights.shape == [1, window.height, window.width, image[3]] else {
      throw fault(
        "weights \(weights.shape)\(weights.isConstant ? "" : " that are no constant")",
        "constants [1, \(window.height), \(window.width), \(image[3])], one filter a channel")
    }
    try checkWeights(outputs: image[3], axis: 3)
    let extent = try extent(window, of: image)
    try expectOutput([1, extent.height, extent.width, image[3]])
  }

  private func checkDense() throws(DeployedModelFault) {
    let (input, weights) = (tensor(0), tensor(1))
    guard weights.isConstant, weights.shape.count == 2, weights.shape[1] == input.elementCount
    else {
      throw fault(
        "weights \(weights.shape)\(weights.isConstant ? "" : " that are no constant")",
        "constants [outputs, \(input.elementCount)]")
    }
    try checkWeights(outputs: weights.shape[0], axis: 0)
    try expectOutput([1, weights.shape[0]])
  }

  /// The types, the bias and the scales.
  private func checkWeights(outputs: Int, axis: Int) throws(DeployedModelFault) {
    let (input, weights) = (tensor(0), tensor(1))
    guard weights.type == input.type else {
      throw fault(
        "weights of \(weights.type.rawValue) and activations of \(input.type.rawValue)",
        "one type: files that are quantised in part, for instance by their dynamic range, are not read"
      )
    }
    if let scales = weights.quantization?.scales, scales.count > 1,
      weights.quantization?.axis != axis || scales.count != outputs
    {
      throw fault(
        "\(scales.count) scales along dimension \(weights.quantization?.axis ?? 0) of the weights",
        "one, or \(outputs) along dimension \(axis)")
    }
    if let zero = weights.quantization?.zeroPoints.first(where: { $0 != 0 }) {
      throw fault("a zero point of \(zero) of the weights", "0")
    }
    guard step.inputs.count > 2 else { return }
    let bias = tensor(2)
    let type: DeployedTensor.ElementType = input.type == .int8 ? .int32 : .float32
    guard bias.isConstant, bias.shape == [outputs], bias.type == type else {
      throw fault(
        "a bias \(bias.shape) of \(bias.type.rawValue)",
        "a constant [\(outputs)] of \(type.rawValue)")
    }
    try checkBiasScales()
  }

  /// A bias is added to products, so that its unit must be theirs: runtimes do not look at it.
  private func checkBiasScales() throws(DeployedModelFault) {
    guard let input = tensor(0).quantization, let weights = tensor(1).quantization,
      let output = output.quantization, let bias = tensor(2).quantization
    else { return }
    guard bias.scales.count == weights.scales.count else {
      throw fault(
        "\(bias.scales.count) scales of the bias and \(weights.scales.count) of the weights",
        "as many")
    }
    for (channel, scale) in bias.scales.enumerated() {
      let product = input.scale * weights.scales[channel]
      // TensorFlow Lite allows a fiftieth of the output's unit.
      guard abs(product - scale) <= 0.02 * output.scale else {
        throw fault(
          "a bias in units of \(scale) at channel \(channel)",
          "\(product), the input's scale times the weights'")
      }
    }
  }
}

// MARK: Helpers

extension OperatorCheck {
  /// The shape of the first input, `[1, H, W, C]`.
  func image() throws(DeployedModelFault) -> [Int] {
    let shape = tensor(0).shape
    guard shape.count == 4, shape[0] == 1 else {
      throw fault("an input of shape \(shape)", "[1, height, width, channels]")
    }
    return shape
  }

  func extent(_ window: Window, of image: [Int]) throws(DeployedModelFault) -> WindowExtent {
    let sides = [window.height, window.width, window.strideY, window.strideX]
    guard sides.allSatisfy({ (1...OperatorCheck.longestWindow).contains($0) }) else {
      throw fault(
        "a window of \(window.height)×\(window.width), strides \(window.strideY) and \(window.strideX)",
        "1 to \(OperatorCheck.longestWindow)")
    }
    if window.padding == .valid, window.height > image[1] || window.width > image[2] {
      throw fault(
        "a window of \(window.height)×\(window.width) without padding",
        "at most the image's \(image[1])×\(image[2])")
    }
    return window.extent(height: image[1], width: image[2])
  }

  func expectOutput(_ shape: [Int]) throws(DeployedModelFault) {
    guard output.shape == shape else {
      throw fault("an output of shape \(output.shape)", "\(shape)")
    }
  }

  func expectSameType(_ other: DeployedTensor, _ what: String) throws(DeployedModelFault) {
    guard output.type == other.type else {
      throw fault("an output of \(output.type.rawValue)", "\(other.type.rawValue), \(what)")
    }
  }

  /// The values of a constant that says how the operator works; nil where only the structure is known.
  func integers(_ input: Int, shape: [Int], _ what: String) throws(DeployedModelFault) -> [Int]? {
    let tensor = tensor(input)
    guard tensor.isConstant, tensor.type == .int32, tensor.shape == shape else {
      throw fault(
        "\(what) of shape \(tensor.shape), \(tensor.isConstant ? tensor.type.rawValue : "computed")",
        "a constant \(shape) of int32")
    }
    guard case .int32(let values) = tensor.values else { return nil }
    return values.map(Int.init)
  }
}
