// A model that passes can be run, priced and planned without looking outside of any array.

extension DeployedModel {
  /// The largest activation, in values, that a model may have; nothing for a small device comes near.
  static let largestActivation = 1 << 28
  /// The most bytes that all activations of one image may have, with the padding around what windows read.
  static let largestMemory = 1 << 30

  /// Checks the invariant, each tensor, and that the tensors of each operator fit together and to it.
  ///
  /// - Throws: `DeployedModelFault` for the first thing that is wrong.
  public func check() throws(DeployedModelFault) {
    guard tensors.indices.contains(input), tensors.indices.contains(output) else {
      throw DeployedModelFault(
        .model, found: "input \(input) and output \(output)",
        expected: "two of its \(tensors.count) tensors")
    }
    for (index, tensor) in tensors.enumerated() { try tensor.check(at: .tensor(index)) }
    try checkOrder()
    var macs = 0.0
    var bytes = tensors.reduce(0.0) { $0 + ($1.isConstant ? 0 : Double($1.byteCount)) }
    for (index, step) in operators.enumerated() {
      try OperatorCheck(model: self, index: index).check()
      macs += Self.macs(of: step, in: tensors)
      bytes += paddedBytes(of: step)
    }
    guard bytes <= Double(Self.largestMemory) else {
      throw DeployedModelFault(
        .model,
        found: "\(Int(min(bytes, 0x1p62))) bytes of activations and the padding around them",
        expected: "at most \(Self.largestMemory) for one image")
    }
    guard macs <= 0x1p53 else {
      throw DeployedModelFault(
        .model, found: "\(macs) multiplications", expected: "a network for one device")
    }
  }

  /// Each operator reads what is there, and writes what nothing else gives.
  private func checkOrder() throws(DeployedModelFault) {
    var exists = tensors.map(\.isConstant)
    guard !exists[input] else {
      throw DeployedModelFault(.tensor(input), found: "a constant", expected: "the input")
    }
    exists[input] = true
    for (index, step) in operators.enumerated() {
      for tensor in step.inputs {
        guard tensors.indices.contains(tensor) else {
          throw DeployedModelFault(
            .step(index), found: "tensor \(tensor) as an input",
            expected: "one of the \(tensors.count) tensors")
        }
        guard exists[tensor] else {
          throw DeployedModelFault(
            .step(index), found: "tensor \(tensor) as an input, which nothing before gives",
            expected: "the input, a constant, or an output of an operator before")
        }
      }
      guard tensors.indices.contains(step.output) else {
        throw DeployedModelFault(
          .step(index), found: "tensor \(step.output) as output",
          expected: "one of the \(tensors.count) tensors")
      }
      guard !exists[step.output] else {
        throw DeployedModelFault(
          .step(index), found: "tensor \(step.output) as output, which has a value already",
          expected: "a tensor of its own")
      }
      exists[step.output] = true
    }
    guard exists[output], !tensors[output].isConstant else {
      throw DeployedModelFault(
        .tensor(output), found: "an output that no operator gives", expected: "one that some gives")
    }
  }

  /// The bytes of an image with its padding, as a floating-point number; 0 for an operator that pads nothing.
  private func paddedBytes(of step: DeployedOperator) -> Double {
    guard let window = step.kind.window, window.padding == .same else { return 0 }
    let (image, output) = (tensors[step.inputs[0]], tensors[step.output])
    func side(_ axis: Int, _ window: Int, _ stride: Int) -> Double {
      Double(max(image.shape[axis], (output.shape[axis] - 1) * stride + window) + window)
    }
    return side(1, window.height, window.strideY) * side(2, window.width, window.strideX)
      * Double(image.channels * image.type.bytes)
  }

  /// As a floating-point number, which does not overflow.
  private static func macs(of step: DeployedOperator, in tensors: [DeployedTensor]) -> Double {
    guard step.kind.hasWeights else { return 0 }
    return Double(tensors[step.output].elementCount)
      * Double(tensors[step.inputs[1]].elementCount)
      / Double(max(1, tensors[step.output].channels))
  }
}

extension DeployedTensor {
  /// The number of values; nil where a side is not positive, or there are more than any model has.
  var checkedCount: Int? {
    var count = 1
    for side in shape {
      guard side > 0, side <= Int(Int32.max) else { return nil }
      count *= side
      guard count <= Int(Int32.max) else { return nil }
    }
    return count
  }

  func check(at place: DeployedModelFault.Place) throws(DeployedModelFault) {
    let limit = isConstant ? Int(Int32.max) : DeployedModel.largestActivation
    guard let count = checkedCount, count <= limit else {
      throw DeployedModelFault(
        place, found: "shape \(shape)", expected: "positive sides and at most \(limit) values")
    }
    guard shape.count <= 6 else {
      throw DeployedModelFault(
        place, found: "shape \(shape)", expected: "at most six dimensions")
    }
    if let values, values.count != count || values.type != type || !isConstant {
      throw DeployedModelFault(
        place, found: "\(values.count) values of \(values.type.rawValue)",
        expected: "\(count) of \(type.rawValue), of a constant")
    }
    if !isConstant, type == .int32 {
      throw DeployedModelFault(
        place, found: "an activation of int32", expected: "float32 or int8")
    }
    try checkQuantization(at: place)
  }

  private func checkQuantization(
    at place: DeployedModelFault.Place
  ) throws(DeployedModelFault) {
    func fault(_ found: String, _ expected: String) -> DeployedModelFault {
      DeployedModelFault(place, found: found, expected: expected)
    }
    guard let quantization else {
      if type == .int8 { throw fault("int8 without a scale", "a scale") }
      return
    }
    let (scales, zeroPoints) = (quantization.scales, quantization.zeroPoints)
    if type == .float32 { throw fault("a scale of float32", "none, or integers") }
    if let wrong = scales.first(where: { !($0.isFinite && $0 >= 0) }) {
      throw fault("a scale of \(wrong)", "a finite number, not negative")
    }
    guard !scales.isEmpty, zeroPoints.count == scales.count else {
      throw fault(
        "\(scales.count) scales and \(zeroPoints.count) zero points", "as many, at least one")
    }
    if scales.count > 1 {
      if !isConstant { throw fault("\(scales.count) scales of an activation", "one scale") }
      guard shape.indices.contains(quantization.axis), shape[quantization.axis] == scales.count
      else {
        throw fault(
          "\(scales.count) scales along dimension \(quantization.axis) of \(shape)",
          "one scale, or one for each place along it")
      }
    }
    // A scale of zero divides by zero where values are stored; constants of zeros may have it.
    if !isConstant, scales[0] == 0 { throw fault("a scale of 0", "a positive one") }
    // Operands of sums and products have a zero point like activations; weights and biases have none.
    let range: ClosedRange<Int32> = type == .int8 && scales.count == 1 ? -128...127 : 0...0
    if let wrong = zeroPoints.first(where: { !range.contains($0) }) {
      throw fault("a zero point of \(wrong)", "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
