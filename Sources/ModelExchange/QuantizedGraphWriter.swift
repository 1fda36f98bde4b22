import DeployedModels
import FileFormats

/// Turns the steps of an int8 model into operators between quantising and dequantising ones (QDQ).
///
/// Every int8 activation has one `QuantizeLinear` that gives it and one `DequantizeLinear` that all its readers
/// read; weights and biases are stored behind a `DequantizeLinear` each. A runtime that knows the form runs an
/// operator between them on integers.
///
/// Activations and weights are uint8 here, each integer 128 larger; biases are int32. ONNX Runtime would make
/// activations so on x86, but only those with one reader, and then runs what reads and gives both kinds in floating
/// point: half of a residual network. Products of uint8 and int8 it adds up in pairs of 16 bits where the processor
/// has AVX2 or AVX-512 without VNNI, and the sum of two large ones does not fit; those of uint8 and uint8 are exact.
struct QuantizedGraphWriter {
  let model: ChannelsFirstModel
  var graph: ONNXGraph
  /// The oldest operator set that has all operators written: 13 brought scales along an axis.
  private(set) var operatorSet = 13
  /// The names of the float values of tensors that have been read.
  var realNames: [Int: String] = [:]

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

  mutating func append(
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

extension ChannelsFirstModel.Step {
  /// Whether the second input is a matrix or filters.
  fileprivate var hasWeights: Bool {
    switch kind {
    case .convolution, .fullyConnected: true
    case .add, .multiply, .averagePool, .maxPool, .mean, .reshape, .transpose, .pad, .softmax,
      .logistic, .relu, .relu6, .hardSwish, .gelu, .quantize, .dequantize:
      false
    }
  }
}
