import FileFormats

/// Why a node cannot be run.
typealias Refusal = ONNXRefusal

/// The most that a network may ask for, so that a file cannot take all memory or run for ever.
enum BuildLimit {
  /// Values of one tensor.
  static let tensor = 1 << 27
  /// Values of all tensors that are computed while the graph is read.
  static let folded = 1 << 28
  /// Instructions after folding.
  static let instructions = 20_000
  static let dimensions = 12
  /// Places along an axis that are listed one by one.
  static let places = 1 << 22
  /// Multiply–accumulate operations of one image.
  static let macs = 1 << 42
}

/// Builds a program; what depends on constants only is computed at once.
struct GraphBuilder {
  private(set) var program = Program()
  let operatorSet: Int
  private var foldedValues = 0
  private var macs = 0.0

  init(operatorSet: Int) { self.operatorSet = operatorSet }

  mutating func appendInput(shape: [Int], kind: ElementKind) throws(Refusal) -> Int {
    let index = try append(shape: shape, kind: kind, constant: nil)
    program.inputs.append(index)
    return index
  }

  mutating func append(_ constant: Constant) throws(Refusal) -> Int {
    try append(shape: constant.shape, kind: constant.kind, constant: constant)
  }

  mutating func setOutputs(_ outputs: [Int]) { program.outputs = outputs }

  private mutating func append(
    shape: [Int], kind: ElementKind, constant: Constant?
  ) throws(Refusal) -> Int {
    try GraphBuilder.check(shape)
    program.values.append(ProgramValue(shape: shape, kind: kind, constant: constant))
    return program.values.count - 1
  }

  static func check(_ shape: [Int]) throws(Refusal) {
    guard shape.count <= BuildLimit.dimensions else {
      throw Refusal("\(shape.count) dimensions, expected at most \(BuildLimit.dimensions)")
    }
    var total = 1
    for size in shape {
      let (result, overflows) = total.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflows, result <= BuildLimit.tensor else {
        throw Refusal("a tensor of shape \(shape), expected at most \(BuildLimit.tensor) values")
      }
      total = result
    }
  }

  func shape(_ value: Int) -> [Int] { program.values[value].shape }
  func kind(_ value: Int) -> ElementKind { program.values[value].kind }
  func constant(_ value: Int) -> Constant? { program.values[value].constant }

  /// Appends an instruction, or computes its output if all inputs are constants.
  mutating func emit(
    _ operation: Operation, _ inputs: [Int], shape: [Int], kind: ElementKind? = nil,
    title: String = ""
  ) throws(Refusal) -> Int {
    try GraphBuilder.check(shape)
    let kind = kind ?? program.values[inputs[0]].kind
    let constants = inputs.compactMap { program.values[$0].constant }
    if constants.count == inputs.count {
      foldedValues += shape.product + constants.reduce(0) { $0 + $1.count }
      guard foldedValues <= BuildLimit.folded else {
        throw Refusal("more than \(BuildLimit.folded) values to compute in advance")
      }
      return try append(
        try ConstantFolding.evaluate(operation, constants, shape: shape, kind: kind))
    }
    for input in inputs where program.values[input].kind == .integer {
      guard program.values[input].constant != nil else {
        throw Refusal("it computes with whole numbers that depend on the image")
      }
    }
    guard kind != .integer else {
      throw Refusal("it gives whole numbers that depend on the image")
    }
    let output = try append(shape: shape, kind: kind, constant: nil)
    // Nothing is in an empty tensor, so nothing need compute it.
    if shape.contains(0) {
      program.values[output].constant = Constant(shape: shape, floats: [])
      return output
    }
    for input in inputs where self.shape(input).contains(0) && constant(input) == nil {
      throw Refusal("it reads an empty tensor")
    }
    let instruction = Instruction(
      operation: operation, inputs: inputs, output: output, title: title)
    try count(instruction)
    program.instructions.append(instruction)
    guard program.instructions.count <= BuildLimit.instructions else {
      throw Refusal("more than \(BuildLimit.instructions) operations")
    }
    return output
  }

  private mutating func count(_ instruction: Instruction) throws(Refusal) {
    var cost = Double(shape(instruction.output).product)
    switch instruction.operation {
    case .convolution:
      cost *= shape(instruction.inputs[1]).dropFirst().reduce(1.0) { $0 * Double($1) }
    case .product: cost *= Double(shape(instruction.inputs[0]).last ?? 1)
    case .pool(_, let window, _, _):
      cost *= Double(window.kernelHeight) * Double(window.kernelWidth)
    case .blend(let taps, _):
      cost *= max(1, Double(taps.places.count) / Double(max(1, taps.count)))
    case .reduce: cost = Double(shape(instruction.inputs[0]).product)
    case .reshape, .transpose, .slice, .expand, .concatenate, .pointwise, .combine, .select,
      .affine,
      .softmax, .normalize:
      break
    // Put together from products that have been counted.
    case .attention: break
    }
    macs += cost
    guard macs <= Double(BuildLimit.macs) else {
      throw Refusal("more than \(BuildLimit.macs) operations an image")
    }
  }
}
