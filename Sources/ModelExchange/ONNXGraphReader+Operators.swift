import FileFormats
import NeuralNetworks

extension ONNXGraphReader {
  /// Reads one operator: notes the layers it is, or gives its output another name or shape.
  ///
  /// - Throws: `Refusal` if no rule is known for it, or it is not as its rule expects.
  mutating func read(_ node: ONNXNode) throws(Refusal) {
    guard node.isStandard else { throw Refusal("an operator of the domain '\(node.domain)'") }
    if try readOnConstants(node) { return }
    switch node.operation {
    case "Conv": try readConvolution(node)
    case "Gemm", "MatMul": try readProduct(node)
    case "BatchNormalization": try readNorm(node)
    case "LayerNormalization": try readLayerNorm(node)
    case "Gelu": try readGELU(node)
    case "MaxPool", "AveragePool": try readPooling(node)
    case "GlobalAveragePool", "GlobalMaxPool": try readGlobalPooling(node)
    case "ReduceMean": try readMean(node)
    case "Relu": try readActivation(.relu, node)
    case "HardSwish": try readActivation(.hardSwish, node)
    case "Clip": try readClip(node)
    case "Sigmoid": try readGate(node, isHard: false)
    case "HardSigmoid": try readHardSigmoid(node)
    case "Softmax", "LogSoftmax", "Tanh", "LeakyRelu", "Elu": try readPass(node)
    case "Add", "Sum", "Sub", "Mul", "Div": try readArithmetic(node)
    case "Concat": try readConcatenation(node)
    case "Transpose": try readTransposition(node)
    case "Constant": try readConstant(node)
    case "Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze": try readView(node)
    default: throw Refusal("no rule for this operator")
    }
  }
}

// Operators with weights, and reductions.
extension ONNXGraphReader {
  private mutating func readConvolution(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    guard let weight = try constant(1, of: node) else { throw Refusal("no weights") }
    let groups = try node.integer("group", default: 1)
    let sizes = input.sizes
    guard sizes.count == 4, sizes[0] == 1, weight.shape.count == 4 else {
      throw Refusal(
        "an input of \(sizes) and weights of \(weight.shape), expected [1, C, H, W] and "
          + "[outputs, C / groups, height, width]")
    }
    let outputs = weight.shape[0]
    guard groups > 0, outputs > 0, outputs % groups == 0, sizes[1] % groups == 0,
      sizes[1] / groups == weight.shape[1]
    else {
      throw Refusal(
        "weights of \(weight.shape) in \(groups) groups, but an input of \(sizes[1]) channels")
    }
    let window = try ForeignWindow(
      node, input: Array(sizes[2...]), kernel: Array(weight.shape[2...]))
    let weights = try product(weight.shape)
    let macs = try product([weights] + window.outputs)
    let hasBias = try constant(2, of: node) != nil
    let isDepthwise = groups > 1 && groups == sizes[1] && groups == outputs
    try append(
      .convolution(
        kernel: window.kernelSize, stride: window.stride, groups: groups,
        isDepthwise: isDepthwise), node, reading: [input], sizes: [1, outputs] + window.outputs
    ) { layer in
      layer.macs = macs
      layer.hasBias = hasBias
      layer.weights = weights + (hasBias ? outputs : 0)
      layer.parameters = layer.weights
    }
  }

  /// A matrix product with constant weights, `Gemm` or `MatMul`: a dense layer.
  private mutating func readProduct(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    guard let weight = try constant(1, of: node) else { throw Refusal("no weights") }
    try node.require("transA", 0, default: 0)
    let isTransposed = try node.integer("transB", default: 0) != 0
    guard input.sizes.count == 2, input.sizes[0] == 1, weight.shape.count == 2,
      input.sizes[1] == weight.shape[isTransposed ? 1 : 0]
    else {
      throw Refusal(
        "an input of \(input.sizes) and weights of \(weight.shape), expected [1, inputs] and "
          + (isTransposed ? "[outputs, inputs]" : "[inputs, outputs]"))
    }
    let outputs = weight.shape[isTransposed ? 0 : 1]
    let weights = try product(weight.shape)
    let hasBias = try constant(2, of: node) != nil
    try append(.dense, node, reading: [input], sizes: [1, outputs], flattensInput: true) {
      $0.macs = weights
      $0.hasBias = hasBias
      $0.weights = weights + (hasBias ? outputs : 0)
      $0.parameters = $0.weights
    }
  }

  private mutating func readNorm(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    try node.require("training_mode", 0, default: 0)
    guard input.sizes.count >= 2, try constant(1, of: node)?.shape == [input.sizes[1]] else {
      throw Refusal("scales that are not one for each channel of \(input.sizes)")
    }
    let channels = input.sizes[1]
    try append(.norm, node, reading: [input], sizes: input.sizes) {
      $0.weights = 2 * channels
      $0.parameters = 2 * channels
    }
  }

  private mutating func readPooling(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    guard input.sizes.count == 4 else {
      throw Refusal("an input of \(input.sizes), expected [1, C, H, W]")
    }
    let window = try ForeignWindow(node, input: Array(input.sizes[2...]))
    try append(
      .pooling(kernel: window.kernelSize, stride: window.stride), node, reading: [input],
      sizes: input.sizes[..<2] + window.outputs)
  }

  private mutating func readGlobalPooling(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    guard input.sizes.count == 4 else {
      throw Refusal("an input of \(input.sizes), expected [1, C, H, W]")
    }
    try append(.globalPooling, node, reading: [input], sizes: input.sizes[..<2] + [1, 1])
  }

  /// A mean over height and width is a global average pooling.
  private mutating func readMean(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    let axes = try integers("axes", orOperand: 1, of: node) ?? []
    let places = axes.map { $0 < 0 ? $0 &+ input.sizes.count : $0 }
    guard input.sizes.count == 4, places.sorted() == [2, 3] else {
      throw Refusal("axes \(axes) of \(input.sizes), expected height and width of [1, C, H, W]")
    }
    let keeps = try node.integer("keepdims", default: 1) != 0
    try append(
      .globalPooling, node, reading: [input], sizes: input.sizes[..<2] + (keeps ? [1, 1] : []))
  }
}
