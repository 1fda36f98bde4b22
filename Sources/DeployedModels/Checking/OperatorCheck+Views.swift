// Operators without weights.

extension OperatorCheck {
  /// Two tensors of one shape, or one value or one a channel as the second.
  func checkPair() throws(DeployedModelFault) {
    let (first, second) = (tensor(0), tensor(1))
    let channels = first.channels
    let repeats =
      second.elementCount == 1
      || (second.elementCount == channels && second.channels == channels)
    guard first.shape == second.shape || (repeats && second.shape.count <= first.shape.count) else {
      throw fault(
        "inputs of shapes \(first.shape) and \(second.shape)",
        "one shape, or one value or one a channel as the second")
    }
    guard first.type == second.type else {
      throw fault(
        "inputs of \(first.type.rawValue) and \(second.type.rawValue)", "one type")
    }
    if (second.quantization?.scales.count ?? 1) != 1 {
      throw fault("a second input of many scales", "one scale")
    }
    try expectOutput(first.shape)
  }

  func checkPool(_ window: Window) throws(DeployedModelFault) {
    let image = try image()
    let extent = try extent(window, of: image)
    try expectOutput([1, extent.height, extent.width, image[3]])
  }

  func checkMean(_ keepsDimensions: Bool) throws(DeployedModelFault) {
    let image = try image()
    if let axes = try integers(1, shape: [2], "axes") {
      guard Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [1, 2] else {
        throw fault("a mean over the dimensions \(axes)", "height and width, [1, 2]")
      }
    }
    try expectOutput(keepsDimensions ? [1, 1, 1, image[3]] : [1, image[3]])
  }

  /// One side of the new shape may be −1: whatever is left.
  func checkReshape() throws(DeployedModelFault) {
    let output = model.tensors[model.operators[index].output]
    guard output.elementCount == tensor(0).elementCount else {
      throw fault(
        "\(tensor(0).shape) in the shape \(output.shape)", "as many values")
    }
    guard model.operators[index].inputs.count > 1,
      let sides = try integers(1, shape: [output.shape.count], "a new shape")
    else { return }
    let fits = zip(sides, output.shape).allSatisfy { $0 == $1 || $0 == -1 }
    guard fits, sides.filter({ $0 == -1 }).count <= 1 else {
      throw fault("the new shape \(sides) and an output of \(output.shape)", "the same")
    }
  }

  func checkPad() throws(DeployedModelFault) {
    let image = try image()
    let output = model.tensors[model.operators[index].output]
    guard let sides = try integers(1, shape: [4, 2], "paddings") else {
      let grows = output.shape.count == 4 && zip(output.shape, image).allSatisfy { $0 >= $1 }
      return grows ? () : try expectOutput(image)
    }
    guard sides.allSatisfy({ (0...OperatorCheck.longestWindow).contains($0) }),
      sides[0] == 0, sides[1] == 0
    else {
      throw fault(
        "paddings \(sides)", "0 to \(OperatorCheck.longestWindow), and none of the batch")
    }
    try expectOutput((0..<4).map { image[$0] + sides[2 * $0] + sides[2 * $0 + 1] })
  }

  func checkTranspose() throws(DeployedModelFault) {
    let shape = tensor(0).shape
    guard let order = try integers(1, shape: [shape.count], "an order") else { return }
    guard order.sorted() == Array(shape.indices) else {
      throw fault("the order \(order)", "each of the \(shape.count) dimensions once")
    }
    try expectOutput(order.map { shape[$0] })
  }

  /// Integers for floats, floats for integers, or other integers.
  func checkConversion() throws(DeployedModelFault) {
    let output = model.tensors[model.operators[index].output]
    let types = (tensor(0).type, output.type)
    let isQuantize = model.operators[index].kind == .quantize
    guard isQuantize ? types.1 == .int8 : types == (.int8, .float32) else {
      throw fault(
        "\(types.0.rawValue) to \(types.1.rawValue)",
        isQuantize ? "to int8" : "int8 to float32")
    }
    try expectOutput(tensor(0).shape)
  }
}
