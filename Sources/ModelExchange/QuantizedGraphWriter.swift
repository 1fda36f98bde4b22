import DeployedModels
import FileFormats

/// Turns the steps of an int8 model into operators between quantising and dequantising ones (QDQ).
///
/// Every int8 activation has one `QuantizeLinear` that gives it and one `DequantizeLinear` that all its readers
/// read; weights and biases are stored as int8 and int32 behind a `DequantizeLinear` each. A runtime that knows
/// the form runs an operator between them on integers.
struct QuantizedGraphWriter {
  let model: ChannelsFirstModel
  var graph: ONNXGraph
  /// The oldest operator set that has all operators written: 13 brought scales along an axis.
  private(set) var operatorSet = 13
  /// The names of the float values of tensors that have been read.
  private var realNames: [Int: String] = [:]

  /// Takes a model whose activations are int8, the input's and the output's as well or floats.
  init(_ model: ChannelsFirstModel) {
    self.model = model
    graph = ONNXGraph(name: "student")
    let input = model.tensors[model.input]
    graph.inputs = [ONNXValueInfo(name: "input", shape: input.shape.map { .size($0) })]
    take("input", as: model.input)
    for step in model.steps { append(step) }
    let output = model.tensors[model.output]
    let real = real(model.output)
    // The last operator has the name that readers look for.
    for index in graph.nodes.indices where graph.nodes[index].outputs == [real] {
      graph.nodes[index].outputs = ["logits"]
    }
    for index in graph.nodes.indices {
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == real ? "logits" : $0 }
    }
    graph.outputs = [ONNXValueInfo(name: "logits", shape: output.shape.map { .size($0) })]
  }

  private mutating func append(_ step: ChannelsFirstModel.Step) {
    let image = model.tensors[step.inputs[0]].shape
    switch step.kind {
    case .convolution(let window, let groups):
      var attributes = attributes(window)
      attributes["group"] = .integer(groups)
      emit("Conv", step, attributes)
    case .fullyConnected: emit("Gemm", step, ["transB": .integer(1)])
    case .add: emit("Add", step)
    case .multiply: emit("Mul", step)
    case .averagePool(let window):
      if window.covers(image) { return emit("GlobalAveragePool", step) }
      emit("AveragePool", step, attributes(window))
    case .maxPool(let window): emit("MaxPool", step, attributes(window))
    case .mean(let keepsDimensions):
      emit(
        "ReduceMean", step,
        ["axes": .integers([2, 3]), "keepdims": .integer(keepsDimensions ? 1 : 0)])
    case .reshape:
      let shape = integers(name(step) + ".shape", model.tensors[step.output].shape)
      emit("Reshape", step, operands: [shape])
    case .transpose(let permutation): emit("Transpose", step, ["perm": .integers(permutation)])
    case .pad(let sides):
      let widths = [0, 0, sides.top, sides.left, 0, 0, sides.bottom, sides.right]
      emit("Pad", step, operands: [integers(name(step) + ".pads", widths)])
    case .softmax: emit("Softmax", step, ["axis": .integer(1)])
    case .logistic: emit("Sigmoid", step)
    case .relu: emit("Relu", step)
    case .relu6: emit("Clip", step, operands: clipBounds)
    case .hardSwish:
      operatorSet = max(operatorSet, 14)
      emit("HardSwish", step)
    case .gelu:
      operatorSet = max(operatorSet, 20)
      emit("Gelu", step)
    // The float value that is read is what is quantised, with other scales or for the first time.
    case .quantize, .dequantize: take(real(step.inputs[0]), as: step.output)
    }
  }

  /// Appends an operator over the float values of a step's inputs, its activation, and what quantises the output.
  private mutating func emit(
    _ operation: String, _ step: ChannelsFirstModel.Step,
    _ attributes: [String: ONNXAttribute] = [:], operands: [String] = []
  ) {
    var last = name(step) + ".real"
    append(
      operation, inputs: step.inputs.map { real($0) } + operands, output: last,
      attributes: attributes)
    let activation = step.activation
    if activation != .none, !model.tensors[step.output].clips(as: activation) {
      let input = last
      last = name(step) + ".clipped"
      append(
        activation == .relu ? "Relu" : "Clip",
        inputs: [input] + (activation == .relu ? [] : clipBounds), output: last)
    }
    take(last, as: step.output)
  }

  private func name(_ step: ChannelsFirstModel.Step) -> String { model.tensors[step.output].name }

  private mutating func append(
    _ operation: String, inputs: [String], output: String,
    attributes: [String: ONNXAttribute] = [:]
  ) {
    graph.nodes.append(
      ONNXNode(
        name: output, operation: operation, inputs: inputs, outputs: [output],
        attributes: attributes))
  }

  private func attributes(_ window: SidedWindow) -> [String: ONNXAttribute] {
    let sides = window.padding
    return [
      "kernel_shape": .integers([window.height, window.width]),
      "strides": .integers([window.strideY, window.strideX]),
      "pads": .integers([sides.top, sides.left, sides.bottom, sides.right]),
    ]
  }
}

extension QuantizedGraphWriter {
  /// Makes a float value a tensor's: quantised where the tensor is int8.
  private mutating func take(_ value: String, as tensor: Int) {
    guard let quantization = model.tensors[tensor].quantization else {
      realNames[tensor] = value
      return
    }
    let name = model.tensors[tensor].name + ".int8"
    append(
      "QuantizeLinear", inputs: [value] + scales(quantization, name, hasZeroPoint: true),
      output: name)
  }

  /// Returns the name of a tensor's float value.
  private mutating func real(_ tensor: Int) -> String {
    if let name = realNames[tensor] { return name }
    let described = model.tensors[tensor]
    var source = described.name
    if let values = described.values {
      graph.initializers.append(ONNXTensor(name: source, NumericArray(described.shape, values)))
    } else {
      source += ".int8"
    }
    guard let quantization = described.quantization else {
      realNames[tensor] = source
      return source
    }
    let name = described.name + ".dequantized"
    // A zero point of int32 is not allowed: it is always 0.
    append(
      "DequantizeLinear",
      inputs: [source] + scales(quantization, source, hasZeroPoint: described.type == .int8),
      output: name,
      attributes: quantization.scales.count > 1 ? ["axis": .integer(quantization.axis)] : [:])
    realNames[tensor] = name
    return name
  }

  /// Returns the names of the scales, and of the zero points where they are wanted.
  private mutating func scales(
    _ quantization: TensorQuantization, _ name: String, hasZeroPoint: Bool
  ) -> [String] {
    let shape = quantization.scales.count > 1 ? [quantization.scales.count] : []
    let scale = constant(name + ".scale", NumericArray(shape: shape, quantization.scales))
    guard hasZeroPoint else { return [scale] }
    let zeroPoints = quantization.zeroPoints.map { Int8($0) }
    return [scale, constant(name + ".zero_point", NumericArray(shape: shape, zeroPoints))]
  }

  private var clipBounds: [String] {
    mutating get {
      [
        constant("lowest", NumericArray(shape: [], [Float(0)])),
        constant("highest", NumericArray(shape: [], [Float(6)])),
      ]
    }
  }

  private mutating func integers(_ name: String, _ values: [Int]) -> String {
    constant(name, NumericArray(shape: [values.count], values.map(Int64.init)))
  }

  /// Adds an initializer, unless there is one of the name, and returns the name.
  private mutating func constant(_ name: String, _ values: NumericArray) -> String {
    if !graph.initializers.contains(where: { $0.name == name }) {
      graph.initializers.append(ONNXTensor(name: name, values))
    }
    return name
  }
}

extension NumericArray {
  fileprivate init(_ shape: [Int], _ values: TensorValues) {
    switch values {
    case .float32(let values): self.init(shape: shape, values)
    case .int8(let values): self.init(shape: shape, values)
    case .int32(let values): self.init(shape: shape, values)
    }
  }
}

extension DeployedTensor {
  /// Whether quantising to this tensor's int8 already clips as an activation does; a runtime that sees the
  /// activation on its own may leave integers for it.
  fileprivate func clips(as activation: FusedActivation) -> Bool {
    guard let quantization, type == .int8 else { return activation == .none }
    let zeroPoint = Float(quantization.zeroPoint)
    let clipsBelow = quantization.zeroPoint == -128
    let clipsAbove = zeroPoint + (6 / quantization.scale).rounded() >= 127
    switch activation {
    case .none: return true
    case .relu: return clipsBelow
    case .relu6: return clipsBelow && clipsAbove
    }
  }
}
