import FileFormats
import NeuralNetworks

// Operators that pass over values one by one.

extension ONNXGraphReader {
  mutating func readActivation(_ kind: Activation, _ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    try append(.activation(kind), node, reading: [input], sizes: input.sizes)
  }

  /// Clamping to [0, 6] or from 0 up is an activation, to other bounds a pass.
  mutating func readClip(_ node: ONNXNode) throws(Refusal) {
    func bound(_ name: String, _ place: Int, default value: Float) throws(Refusal) -> Float {
      if node.attributes[name] != nil { return try node.float(name, default: value) }
      guard let constant = try constant(place, of: node) else { return value }
      guard let values = constant.values?.asFloats(), values.count == 1 else {
        throw Refusal("\(name) is not one number in the file")
      }
      return values[0]
    }
    let lowest = try bound("min", 1, default: -.greatestFiniteMagnitude)
    let highest = try bound("max", 2, default: .greatestFiniteMagnitude)
    switch (lowest, highest) {
    case (0, 6): try readActivation(.relu6, node)
    case (0, .greatestFiniteMagnitude...): try readActivation(.relu, node)
    default:
      let input = try tensor(0, of: node)
      try append(.pass(readsSecondTensor: false), node, reading: [input], sizes: input.sizes) {
        $0.scalar = .clamping(lowest, highest)
      }
    }
  }

  mutating func readGate(_ node: ONNXNode, isHard: Bool) throws(Refusal) {
    let input = try tensor(0, of: node)
    try append(.gate(isHard: isHard), node, reading: [input], sizes: input.sizes)
  }

  mutating func readHardSigmoid(_ node: ONNXNode) throws(Refusal) {
    let slope = try node.float("alpha", default: 0.2)
    let offset = try node.float("beta", default: 0.5)
    try readGate(node, isHard: abs(slope - 1 / 6) < 1e-4 && offset == 0.5)
  }

  mutating func readPass(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    try append(
      .pass(readsSecondTensor: false), node, reading: [input], sizes: input.sizes)
  }

  /// `Add`, `Sum`, `Sub`, `Mul` and `Div` of two tensors, or of one and constants.
  mutating func readArithmetic(_ node: ONNXNode) throws(Refusal) {
    guard node.inputs.count == 2 else {
      throw Refusal("\(node.inputs.count) operands, expected 2")
    }
    if let place = (0..<2).first(where: { isConstant($0, of: node) }),
      let constant = try constant(place, of: node)
    {
      return try readArithmetic(
        node, with: constant, isFirst: place == 0, on: try tensor(1 - place, of: node))
    }
    let (first, second) = (try tensor(0, of: node), try tensor(1, of: node))
    let sizes = try broadcast(first.sizes, second.sizes)
    if first.sizes == second.sizes {
      let operation: ForeignLayer.Operation =
        switch node.operation {
        case "Add", "Sum": .add
        case "Mul": .multiply
        default: .pass(readsSecondTensor: true)
        }
      try append(operation, node, reading: [first, second], sizes: sizes)
    } else {
      // The tensor that has all values comes first; the other is small, as a gate is.
      let inputs = second.sizes == sizes ? [second, first] : [first, second]
      try append(
        node.operation == "Mul" ? .multiply : .pass(readsSecondTensor: false), node,
        reading: inputs, sizes: sizes)
    }
  }

  /// A constant is one number, or one for each channel, or a whole tensor.
  private mutating func readArithmetic(
    _ node: ONNXNode, with constant: ONNXTensor, isFirst: Bool, on input: Tensor
  ) throws(Refusal) {
    let sizes = try broadcast(input.sizes, constant.shape)
    let count = try product(constant.shape)
    // A bias has one value a channel and is constant along the dimensions behind it.
    let isBias =
      ["Add", "Sum"].contains(node.operation) && sizes == input.sizes && sizes.count > 1
      && count == sizes[1] && constant.shape.reversed().prefix { $0 == 1 }.count >= sizes.count - 2
    // A single number is part of the kernel, not a weight.
    let weights = count > 1 || isBias ? count : 0
    let scalar =
      weights == 0
      ? constant.values?.asFloats().first.flatMap {
        scalarFunction(node.operation, $0, isFirst: isFirst)
      } : nil
    try append(
      isBias ? .bias : .pass(readsSecondTensor: false), node, reading: [input], sizes: sizes
    ) {
      $0.weights = weights
      $0.parameters = weights
      $0.scalar = scalar
    }
  }

  /// What arithmetic with one number does to each value.
  private func scalarFunction(
    _ operation: String, _ number: Float, isFirst: Bool
  ) -> ScalarFunction? {
    switch operation {
    case "Add", "Sum": .adding(number)
    case "Sub": isFirst ? .subtractingFrom(number) : .adding(-number)
    case "Mul": .multiplying(number)
    case "Div" where !isFirst && number != 0: .multiplying(1 / number)
    default: nil
    }
  }

  /// Returns the sizes of an operation on two tensors: aligned at the end, ones are repeated.
  private func broadcast(_ first: [Int], _ second: [Int]) throws(Refusal) -> [Int] {
    let count = max(first.count, second.count)
    let longer = [first, second].map { Array(repeating: 1, count: count - $0.count) + $0 }
    var sizes: [Int] = []
    for (one, other) in zip(longer[0], longer[1]) {
      guard one == other || one == 1 || other == 1 else {
        throw Refusal("sizes \(first) and \(second), which do not go together")
      }
      sizes.append(one == 1 ? other : one)
    }
    return sizes
  }

  mutating func readConcatenation(_ node: ONNXNode) throws(Refusal) {
    var inputs: [Tensor] = []
    for place in node.inputs.indices { inputs.append(try tensor(place, of: node)) }
    guard let first = inputs.first else { throw Refusal("no operands") }
    let axis = try place(try node.integer("axis", default: 1), in: first.sizes)
    var sizes = first.sizes
    for other in inputs.dropFirst() {
      var expected = other.sizes
      guard expected.count == sizes.count else {
        throw Refusal("sizes \(first.sizes) and \(other.sizes), expected as many dimensions")
      }
      expected[axis] = first.sizes[axis]
      guard expected == first.sizes else {
        throw Refusal("sizes \(first.sizes) and \(other.sizes) along dimension \(axis)")
      }
      let (sum, overflows) = sizes[axis].addingReportingOverflow(other.sizes[axis])
      guard !overflows else { throw Refusal("too many values") }
      sizes[axis] = sum
    }
    let shape = try imageShape(of: sizes)
    try append(.pass(readsSecondTensor: false), node, reading: inputs, sizes: sizes) {
      $0.inputShape = shape
    }
  }

  /// Values in another order in memory: a pass, unless only sizes of 1 change their place or a
  /// layer norm wants its channels last.
  mutating func readTransposition(_ node: ONNXNode) throws(Refusal) {
    let input = try tensor(0, of: node)
    let order = try node.integers("perm") ?? Array(input.sizes.indices.reversed())
    guard order.sorted() == Array(input.sizes.indices) else {
      throw Refusal("perm \(order), expected every dimension of \(input.sizes) once")
    }
    let sizes = order.map { input.sizes[$0] }
    let moved = order.filter { input.sizes[$0] > 1 }
    if moved == moved.sorted() || surroundsLayerNorm(node) {
      define(node, asViewOf: input, sizes: sizes)
    } else {
      try append(.pass(readsSecondTensor: false), node, reading: [input], sizes: sizes)
    }
  }

  /// Returns the dimension that an axis, counted from the end if negative, means.
  func place(_ axis: Int, in sizes: [Int]) throws(Refusal) -> Int {
    let place = axis < 0 ? axis &+ sizes.count : axis
    guard sizes.indices.contains(place) else {
      throw Refusal("axis \(axis), expected one of the \(sizes.count) dimensions")
    }
    return place
  }
}
