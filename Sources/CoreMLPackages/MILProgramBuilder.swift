import DeployedModels

/// Turns the steps of a model into operations, one after the other.
struct MILProgramBuilder {
  private let model: ChannelsFirstModel
  private(set) var weights = WeightFile()
  private var operations: [MILOperation] = []
  /// The name of the value that holds each tensor that there is so far.
  private var names: [Int: String] = [:]
  /// Constants that many operations share, by their values.
  private var shared: [String: String] = [:]

  /// Takes an fp32 model whose constants have values.
  init(_ model: ChannelsFirstModel) {
    self.model = model
    names[model.input] = "input"
    for step in model.steps { append(step) }
  }

  /// The program, whose last operation gives the logits.
  var program: MILProgram {
    MILProgram(
      input: value(model.input, name: "input"),
      output: value(model.output, name: "logits"), operations: operations)
  }

  private mutating func append(_ step: ChannelsFirstModel.Step) {
    let inputs = step.inputs
    switch step.kind {
    case .convolution(let window, let groups):
      var operands = [
        "x": name(of: inputs[0]), "weight": name(of: inputs[1]), "bias": name(of: inputs[2]),
        "dilations": integers([1, 1]), "groups": integer(groups),
      ]
      operands["strides"] = integers([window.strideY, window.strideX])
      operands.merge(padding(window)) { $1 }
      emit("conv", operands, step)
    case .fullyConnected:
      emit(
        "linear",
        [
          "x": name(of: inputs[0]), "weight": name(of: inputs[1]), "bias": name(of: inputs[2]),
        ], step)
    case .add: emit("add", ["x": name(of: inputs[0]), "y": name(of: inputs[1])], step)
    case .multiply: emit("mul", ["x": name(of: inputs[0]), "y": name(of: inputs[1])], step)
    case .averagePool(let window):
      if window.covers(model.tensors[inputs[0]].shape) { return appendMean(step, keeps: true) }
      var operands = poolOperands(window, inputs[0])
      operands["exclude_padding_from_average"] = boolean(true)
      emit("avg_pool", operands, step)
    case .maxPool(let window): emit("max_pool", poolOperands(window, inputs[0]), step)
    case .mean(let keepsDimensions): appendMean(step, keeps: keepsDimensions)
    case .reshape:
      let shape = integers(model.tensors[step.output].shape)
      emit("reshape", ["x": name(of: inputs[0]), "shape": shape], step)
    case .transpose(let permutation):
      emit("transpose", ["x": name(of: inputs[0]), "perm": integers(permutation)], step)
    case .pad(let sides):
      // Of the last two axes: top, bottom, left, right.
      let widths = integers([sides.top, sides.bottom, sides.left, sides.right])
      emit(
        "pad",
        [
          "x": name(of: inputs[0]), "pad": widths, "mode": string("constant"),
          "constant_val": float(0),
        ], step)
    case .softmax: emit("softmax", ["x": name(of: inputs[0]), "axis": integer(1)], step)
    case .logistic: emit("sigmoid", ["x": name(of: inputs[0])], step)
    case .relu: emit("relu", ["x": name(of: inputs[0])], step)
    case .relu6: emit("relu6", ["x": name(of: inputs[0])], step)
    case .gelu: emit("gelu", ["x": name(of: inputs[0]), "mode": string("EXACT")], step)
    case .hardSwish:
      // x · relu6(x + 3) / 6 is x · min(max(x / 6 + 1/2, 0), 1).
      let gate = outputName(step) + ".gate"
      let source = name(of: inputs[0])
      operations.append(
        MILOperation(
          kind: "sigmoid_hard",
          inputs: ["x": source, "alpha": float(1 / 6), "beta": float(0.5)],
          output: value(step.output, name: gate)))
      emit("mul", ["x": source, "y": gate], step)
    case .quantize, .dequantize:
      preconditionFailure("the program is fp32 throughout")
    }
  }

  private mutating func appendMean(_ step: ChannelsFirstModel.Step, keeps: Bool) {
    emit(
      "reduce_mean",
      [
        "x": name(of: step.inputs[0]), "axes": integers([2, 3]), "keep_dims": boolean(keeps),
      ], step)
  }

  private mutating func poolOperands(_ window: SidedWindow, _ input: Int) -> [String: String] {
    [
      "x": name(of: input), "kernel_sizes": integers([window.height, window.width]),
      "strides": integers([window.strideY, window.strideX]), "ceil_mode": boolean(false),
    ].merging(padding(window)) { $1 }
  }

  private mutating func padding(_ window: SidedWindow) -> [String: String] {
    let sides = window.padding
    return [
      "pad_type": string("custom"),
      "pad": integers([sides.top, sides.bottom, sides.left, sides.right]),
    ]
  }
}

extension MILProgramBuilder {
  /// Appends an operation that gives a step's output, and the activation behind it.
  private mutating func emit(
    _ kind: String, _ inputs: [String: String], _ step: ChannelsFirstModel.Step
  ) {
    let final = outputName(step)
    let raw = step.activation == .none ? final : final + ".sum"
    operations.append(
      MILOperation(kind: kind, inputs: inputs, output: value(step.output, name: raw)))
    if step.activation != .none {
      operations.append(
        MILOperation(
          kind: step.activation == .relu ? "relu" : "relu6", inputs: ["x": raw],
          output: value(step.output, name: final)))
    }
    names[step.output] = final
  }

  private func outputName(_ step: ChannelsFirstModel.Step) -> String {
    step.output == model.output ? "logits" : identifier(model.tensors[step.output].name)
  }

  private func value(_ tensor: Int, name: String) -> MILValue {
    MILValue(name: name, type: .float32, shape: model.tensors[tensor].shape)
  }

  /// Returns the name of a tensor's value; a constant is made when it is first read.
  private mutating func name(of tensor: Int) -> String {
    if let name = names[tensor] { return name }
    let constant = model.tensors[tensor]
    guard case .float32(let values) = constant.values else {
      preconditionFailure("\(constant.name) has no values of float32")
    }
    let name = identifier(constant.name)
    // Core ML's own tools leave less than ten values in the program.
    appendConstant(
      values.count < 10 ? .floats(values) : .blob(offset: weights.append(values)),
      value(tensor, name: name))
    names[tensor] = name
    return name
  }
}

extension MILProgramBuilder {
  private mutating func integers(_ values: [Int]) -> String {
    constant(.integers(values), .int32, [values.count])
  }
  private mutating func integer(_ value: Int) -> String { constant(.integers([value]), .int32, []) }
  private mutating func float(_ value: Float) -> String { constant(.floats([value]), .float32, []) }
  private mutating func boolean(_ value: Bool) -> String { constant(.bool(value), .bool, []) }
  private mutating func string(_ text: String) -> String { constant(.string(text), .string, []) }

  /// Returns the name of a constant that may have been made before.
  private mutating func constant(_ constant: MILConstant, _ type: MILType, _ shape: [Int]) -> String
  {
    // One integer and a list of one have the same values.
    let key = "\(constant) \(shape)"
    if let name = shared[key] { return name }
    let name = "constant_\(shared.count)"
    appendConstant(constant, MILValue(name: name, type: type, shape: shape))
    shared[key] = name
    return name
  }

  private mutating func appendConstant(_ constant: MILConstant, _ value: MILValue) {
    operations.append(
      MILOperation(kind: "const", inputs: [:], output: value, constant: constant))
  }

  /// Returns a name as the language has it: letters, digits and underscores, a letter first.
  private func identifier(_ name: String) -> String {
    let body = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return "t_" + String(body)
  }
}
