import TensorKernels

/// Computes what depends on constants only, by the same kernels that run the network.
enum ConstantFolding {
  static func evaluate(
    _ operation: Operation, _ inputs: [Constant], shape: [Int], kind: ElementKind
  ) throws(Refusal) -> Constant {
    if shape.contains(0) { return empty(shape, kind) }
    if inputs.allSatisfy({ $0.kind == .float }) && kind == .float {
      return Constant(shape: shape, floats: try run(operation, inputs, shape: shape))
    }
    switch operation {
    case .reshape, .transpose, .slice, .expand, .concatenate, .blend:
      return try moved(operation, inputs, shape: shape, kind: kind)
    case .select:
      return try IntegerArithmetic.select(inputs, shape: shape, kind: kind)
    case .combine(let function, _):
      // Comparisons of floats.
      if inputs.allSatisfy({ $0.kind == .float }) {
        let values = try run(operation, inputs, shape: shape)
        return Constant(shape: shape, integers: values.map { $0 == 0 ? 0 : 1 }, kind: kind)
      }
      return try IntegerArithmetic.combine(function, inputs, shape: shape, kind: kind)
    case .pointwise(let function):
      return try IntegerArithmetic.apply(function, inputs[0], kind: kind)
    case .reduce(let reduction, let axes):
      return try IntegerArithmetic.reduce(reduction, inputs[0], axes: axes, shape: shape)
    default: throw Refusal("it computes with whole numbers")
    }
  }

  private static func empty(_ shape: [Int], _ kind: ElementKind) -> Constant {
    kind == .float
      ? Constant(shape: shape, floats: []) : Constant(shape: shape, integers: [], kind: kind)
  }

  /// Runs one operation on floats.
  private static func run(
    _ operation: Operation, _ inputs: [Constant], shape: [Int]
  ) throws(Refusal) -> [Float] {
    var program = Program()
    for input in inputs {
      program.values.append(
        ProgramValue(shape: input.shape, kind: input.kind, constant: input))
    }
    program.values.append(ProgramValue(shape: shape, kind: .float, constant: nil))
    program.instructions = [
      Instruction(
        operation: operation, inputs: Array(inputs.indices), output: inputs.count, title: "")
    ]
    program.outputs = [inputs.count]
    let executable = Executable(program, weights: WeightStore())
    executable.run()
    return executable.output(0)
  }

  /// Moves whole numbers by moving their places, which are small enough to be exact as floats.
  private static func moved(
    _ operation: Operation, _ inputs: [Constant], shape: [Int], kind: ElementKind
  ) throws(Refusal) -> Constant {
    var operation = operation
    var values: [Int] = []
    var places: [Constant] = []
    var fill = 0
    if case .blend(var taps, let axis) = operation {
      guard taps.weights.allSatisfy({ $0 == 1 }), taps.places.count <= taps.count else {
        throw Refusal("it interpolates whole numbers")
      }
      fill = Int(exactly: taps.fill) ?? 0
      taps.fill = -1
      operation = .blend(taps, axis: axis)
    }
    for input in inputs {
      guard let integers = input.integers, values.count + integers.count < 1 << 24 else {
        throw Refusal("it mixes whole numbers and floats, or has more than 2^24 of them")
      }
      places.append(
        Constant(
          shape: input.shape,
          floats: (values.count..<values.count + integers.count).map { Float($0) }))
      values += integers
    }
    let result = try run(operation, places, shape: shape).map { place in
      place < 0 ? fill : values[Int(place)]
    }
    return Constant(shape: shape, integers: result, kind: kind)
  }
}
