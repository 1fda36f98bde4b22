extension ChannelsFirstModel {
  /// Describes a model whose constants may have values or not.
  public init(_ model: DeployedModel) {
    var ordering = ChannelsFirstOrdering(model)
    for step in model.operators { ordering.append(step) }
    self = ordering.result
  }
}

/// Puts a deployed model into the other order, one operator after the other.
private struct ChannelsFirstOrdering {
  let model: DeployedModel
  /// Of each activation.
  let orders: [AxisOrder]
  var result: ChannelsFirstModel

  init(_ model: DeployedModel) {
    self.model = model
    var grouped: Set<Int> = []
    for step in model.operators where step.kind == .transpose {
      grouped.formUnion([step.inputs[0], step.output])
    }
    // What only a transposition and a reshape see has no image's axes.
    let orders = model.tensors.indices.map { index -> AxisOrder in
      let tensor = model.tensors[index]
      guard tensor.shape.count == 4, !tensor.isConstant else { return .same(tensor.shape.count) }
      return grouped.contains(index) && index != model.input ? .grouped : .image
    }
    self.orders = orders
    result = ChannelsFirstModel(
      tensors: zip(model.tensors, orders).map { tensor, order in
        tensor.isConstant ? tensor : tensor.reordered(order)
      }, axes: orders.map(\.axes), steps: [], input: model.input, output: model.output)
  }

  private func image(_ step: DeployedOperator) -> [Int] { model.tensors[step.inputs[0]].shape }

  private func sided(_ window: Window, _ step: DeployedOperator) -> SidedWindow {
    SidedWindow(window, height: image(step)[1], width: image(step)[2])
  }

  mutating func append(_ step: DeployedOperator) {
    switch step.kind {
    case .convolution(let window):
      let depth = model.tensors[step.inputs[1]].shape[3]
      reorder(step.inputs[1], AxisOrder(axes: [0, 3, 1, 2]))
      emit(.convolution(sided(window, step), groups: image(step)[3] / depth), step)
    case .depthwiseConvolution(let window):
      reorder(step.inputs[1], AxisOrder(axes: [3, 0, 1, 2]))
      emit(.convolution(sided(window, step), groups: image(step)[3]), step)
    case .fullyConnected: emit(.fullyConnected, step)
    case .add: appendPair(.add, step)
    case .multiply: appendPair(.multiply, step)
    case .averagePool(let window): emit(.averagePool(sided(window, step)), step)
    case .maxPool(let window): emit(.maxPool(sided(window, step)), step)
    case .mean(let keepsDimensions):
      emit(.mean(keepsDimensions: keepsDimensions), step, reads: 1)
    case .reshape: appendReshape(step)
    case .transpose: appendTranspose(step)
    case .pad: appendPad(step)
    case .softmax: emit(.softmax, step)
    case .logistic: emit(.logistic, step)
    case .relu: emit(.relu, step)
    case .relu6: emit(.relu6, step)
    case .hardSwish: emit(.hardSwish, step)
    case .gelu: emit(.gelu, step)
    case .quantize: emit(.quantize, step)
    case .dequantize: emit(.dequantize, step)
    }
  }

  /// Appends a step that reads the first `reads` inputs, or all.
  private mutating func emit(
    _ kind: ChannelsFirstModel.Kind, _ step: DeployedOperator, reads: Int? = nil
  ) {
    let inputs = Array(step.inputs.prefix(reads ?? step.inputs.count)).filter { $0 >= 0 }
    result.steps.append(
      ChannelsFirstModel.Step(
        kind: kind, inputs: inputs, output: step.output, activation: step.activation))
  }

  /// Puts the axes of weights into another order; weights that two steps share are put there once.
  private mutating func reorder(_ constant: Int, _ order: AxisOrder) {
    guard result.tensors[constant].shape == model.tensors[constant].shape else { return }
    result.tensors[constant] = model.tensors[constant].reordered(order)
  }

  /// A constant of one value a channel has its axis where the image's channels are.
  private mutating func appendPair(_ kind: ChannelsFirstModel.Kind, _ step: DeployedOperator) {
    for input in step.inputs where model.tensors[input].isConstant {
      let count = model.tensors[input].elementCount
      let rank = image(step).count
      result.tensors[input].shape =
        count == 1 ? [] : rank == 4 ? [1, count, 1, 1] : [1, count]
    }
    emit(kind, step)
  }

  private func integers(_ tensor: Int) -> [Int] {
    guard case .int32(let values) = model.tensors[tensor].values else {
      preconditionFailure("tensor \(tensor) is no constant of integers")
    }
    return values.map(Int.init)
  }

  private mutating func appendPad(_ step: DeployedOperator) {
    let sides = integers(step.inputs[1])
    precondition(
      sides.count == 8 && sides[0...1] == [0, 0] && sides[6...7] == [0, 0],
      "only height and width are padded, got \(sides)")
    emit(
      .pad(Sides(top: sides[2], left: sides[4], bottom: sides[3], right: sides[5])), step, reads: 1)
  }

  private mutating func appendTranspose(_ step: DeployedOperator) {
    let permutation = integers(step.inputs[1])
    let (from, to) = (orders[step.inputs[0]].inverse, orders[step.output])
    // New axis k of the output is its old axis to[k], which is the input's old axis permutation[to[k]].
    emit(.transpose(to.axes.map { from.axes[permutation[$0]] }), step, reads: 1)
  }

  /// Appends a reshape, between two transpositions where the new orders of the two differ.
  private mutating func appendReshape(_ step: DeployedOperator) {
    let (input, output) = (step.inputs[0], step.output)
    let (from, to) = (orders[input], orders[output])
    if from.places(model.tensors[input].shape) == to.places(model.tensors[output].shape) {
      return emit(.reshape, step, reads: 1)
    }
    // Vectors have one order only.
    let last = from.isSame ? input : appendActivation(like: input, for: output, ".flat")
    let shaped = to.isSame ? output : appendActivation(like: output, for: output, ".shaped")
    if last != input { appendPlain(.transpose(from.inverse.axes), input, last) }
    appendPlain(.reshape, last, shaped)
    if shaped != output { appendPlain(.transpose(to.axes), shaped, output) }
  }

  private mutating func appendPlain(_ kind: ChannelsFirstModel.Kind, _ input: Int, _ output: Int) {
    result.steps.append(
      ChannelsFirstModel.Step(kind: kind, inputs: [input], output: output, activation: .none))
  }

  /// Adds an activation as the deployed model has it, on the way to another, and returns its place.
  private mutating func appendActivation(
    like tensor: Int, for output: Int, _ suffix: String
  ) -> Int {
    var copy = model.tensors[tensor]
    copy.name = model.tensors[output].name + suffix
    result.tensors.append(copy)
    return result.tensors.count - 1
  }
}
