import FileFormats
import TensorKernels

// Operators that work value by value.

extension OperatorTable {
  static let elementwise: [String: OperatorRule] = [
    "Relu": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.relu) },
    "Sigmoid": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.sigmoid) },
    "Tanh": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.tanh) },
    "Exp": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.exp) },
    "Log": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.log) },
    "Erf": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.erf) },
    "Sqrt": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.sqrt) },
    "Reciprocal": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.reciprocal) },
    "Neg": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.negate) },
    "Abs": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.absolute) },
    "Floor": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.floor) },
    "Ceil": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.ceiling) },
    "Round": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.round) },
    "Sign": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.sign) },
    "Sin": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.sine) },
    "Cos": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.cosine) },
    "Softplus": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.softplus) },
    "Softsign": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.softsign) },
    "Mish": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.mish) },
    "HardSwish": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.hardSwish) },
    "LeakyRelu": { (r: inout NodeReading) throws(Refusal) in
      try r.readPointwise(.leakyReLU(slope: r.node.float("alpha", default: 0.01)))
    },
    "HardSigmoid": { (r: inout NodeReading) throws(Refusal) in
      let (alpha, beta) = (
        try r.node.float("alpha", default: 0.2), try r.node.float("beta", default: 0.5)
      )
      try r.readPointwise(.hardSigmoid(alpha: alpha, beta: beta))
    },
    "Elu": { (r: inout NodeReading) throws(Refusal) in
      try r.readPointwise(.elu(alpha: r.node.float("alpha", default: 1)))
    },
    "Celu": { (r: inout NodeReading) throws(Refusal) in
      try r.readPointwise(.celu(alpha: r.node.float("alpha", default: 1)))
    },
    "Selu": { (r: inout NodeReading) throws(Refusal) in
      let alpha = try r.node.float("alpha", default: 1.673_263_2)
      try r.readPointwise(
        .selu(alpha: alpha, gamma: r.node.float("gamma", default: 1.050_701)))
    },
    "ThresholdedRelu": { (r: inout NodeReading) throws(Refusal) in
      try r.readPointwise(.thresholdedReLU(alpha: r.node.float("alpha", default: 1)))
    },
    "Gelu": { (r: inout NodeReading) throws(Refusal) in
      switch try r.node.text("approximate", default: "none") {
      case "none": try r.readPointwise(.gelu)
      case "tanh": try r.readPointwise(.tanhGELU)
      case let other: throw Refusal("approximate '\(other)', expected none or tanh")
      }
    },
    "Swish": { (r: inout NodeReading) throws(Refusal) in
      guard try r.node.float("alpha", default: 1) == 1 else { throw Refusal("alpha is not 1") }
      try r.readPointwise(.swish)
    },
    "Clip": { (r: inout NodeReading) throws(Refusal) in try r.readClip() },
    "Add": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.add) },
    "Sub": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.subtract) },
    "Mul": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.multiply) },
    "Div": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.divide) },
    "Sum": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.add) },
    "Min": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.minimum) },
    "Max": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.maximum) },
    "Mean": { (r: inout NodeReading) throws(Refusal) in
      let sum = try r.chain(.add)
      let share = PointwiseOperation.affine(scale: 1 / Float(r.operandCount), shift: 0)
      try r.give(r.emit(.pointwise(share), [sum], shape: r.shape(sum)))
    },
    "Pow": { (r: inout NodeReading) throws(Refusal) in try r.readPower() },
    "PRelu": { (r: inout NodeReading) throws(Refusal) in try r.readChain(.parametricReLU) },
    "Mod": { (r: inout NodeReading) throws(Refusal) in
      try r.readChain(r.node.flag("fmod") ? .remainder : .modulo)
    },
    "Where": { (r: inout NodeReading) throws(Refusal) in try r.readSelection() },
    "Cast": { (r: inout NodeReading) throws(Refusal) in
      try r.readCast(to: r.node.integer("to", default: 0))
    },
    "CastLike": { (r: inout NodeReading) throws(Refusal) in
      switch try r.builder.kind(r.operand(1)) {
      case .float: try r.readCast(to: 1)
      case .integer: try r.readCast(to: 7)
      case .boolean: try r.readCast(to: 9)
      }
    },
  ]

  static let comparisons: [String: OperatorRule] = [
    "Equal": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.equal) },
    "Greater": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.greater) },
    "GreaterOrEqual": { (r: inout NodeReading) throws(Refusal) in
      try r.readComparison(.greaterOrEqual)
    },
    "Less": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.less) },
    "LessOrEqual": { (r: inout NodeReading) throws(Refusal) in
      try r.readComparison(.lessOrEqual)
    },
    "And": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.and) },
    "Or": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.or) },
    "Xor": { (r: inout NodeReading) throws(Refusal) in try r.readComparison(.xor) },
    "Not": { (r: inout NodeReading) throws(Refusal) in try r.readPointwise(.not) },
  ]
}

extension NodeReading {
  fileprivate mutating func readPointwise(_ function: PointwiseOperation) throws(Refusal) {
    let input = try operand(0)
    try give(emit(.pointwise(function), [input], shape: shape(input)))
  }

  /// Bounds are attributes up to operator set 10 and operands since.
  fileprivate mutating func readClip() throws(Refusal) {
    func bound(_ name: String, _ place: Int, default value: Float) throws(Refusal) -> Float {
      if node.attributes[name] != nil { return try node.float(name, default: value) }
      guard let constant = try constant(place, name) else { return value }
      guard let scalar = constant.scalar else { throw Refusal("\(name) is not one number") }
      return scalar
    }
    let lowest = try bound("min", 1, default: -.infinity)
    let highest = try bound("max", 2, default: .infinity)
    try readPointwise(.clip(lowest: lowest, highest: highest))
  }

  /// Combines all operands from left to right.
  fileprivate mutating func chain(_ function: CombiningOperation) throws(Refusal) -> Int {
    guard operandCount > 0 else { throw Refusal("no operands") }
    var result = try operand(0)
    for place in 1..<max(1, operandCount) {
      result = try combined(function, result, operand(place))
    }
    return result
  }

  fileprivate mutating func readChain(_ function: CombiningOperation) throws(Refusal) {
    try give(chain(function))
  }

  /// Combines two values; before operator set 7 shapes had to be given by attributes.
  mutating func combined(
    _ function: CombiningOperation, _ left: Int, _ right: Int, kind: ElementKind? = nil
  ) throws(Refusal) -> Int {
    guard try !node.flag("broadcast") else {
      throw Refusal("the broadcasting of operator sets before 7")
    }
    let output = try broadcastShape([shape(left), shape(right)])
    let isFloat = builder.kind(left) == .float || builder.kind(right) == .float
    guard builder.kind(left) == builder.kind(right) || !isFloat else {
      throw Refusal("operands of two types")
    }
    return try emit(.combine(function, then: nil), [left, right], shape: output, kind: kind)
  }

  fileprivate mutating func readComparison(_ function: CombiningOperation) throws(Refusal) {
    let (left, right) = (try operand(0), try operand(1))
    try give(combined(function, left, right, kind: .boolean))
  }

  fileprivate mutating func readPower() throws(Refusal) {
    let (base, exponent) = (try operand(0), try operand(1))
    guard builder.kind(base) == .float, builder.kind(exponent) == .integer,
      let constant = builder.constant(exponent)
    else { return try readChain(.power) }
    let floats = try emit(Constant(shape: constant.shape, floats: constant.floats))
    try give(combined(.power, base, floats))
  }

  fileprivate mutating func readSelection() throws(Refusal) {
    let (condition, left, right) = (try operand(0), try operand(1), try operand(2))
    guard builder.kind(condition) == .boolean else { throw Refusal("a condition of numbers") }
    guard builder.kind(left) == builder.kind(right) else { throw Refusal("values of two types") }
    let output = try broadcastShape([shape(condition), shape(left), shape(right)])
    try give(
      emit(.select, [condition, left, right], shape: output, kind: builder.kind(left)))
  }

  /// Widths of types change nothing but constants: everything is computed in 32-bit floats.
  fileprivate mutating func readCast(to type: Int) throws(Refusal) {
    guard let kind = ElementKind(dataType: type) else { throw Refusal("a cast to type \(type)") }
    let input = try operand(0)
    let shape = shape(input)
    guard let constant = builder.constant(input) else {
      switch (builder.kind(input), kind) {
      case (.float, .float), (.boolean, .boolean): return try give(input)
      case (.boolean, .float):
        return try give(
          emit(.pointwise(.affine(scale: 1, shift: 0)), [input], shape: shape, kind: .float))
      case (.float, .boolean):
        let zero = try emit(Constant(shape: [], floats: [0]))
        let isZero = try combined(.equal, input, zero, kind: .boolean)
        return try give(emit(.pointwise(.not), [isZero], shape: shape, kind: .boolean))
      default: throw Refusal("a cast to whole numbers that depend on the image")
      }
    }
    switch kind {
    case .float: try give(emit(Constant(shape: shape, floats: constant.floats)))
    case .boolean:
      let isTrue = constant.integers?.map { $0 != 0 } ?? constant.floats.map { $0 != 0 }
      try give(
        emit(Constant(shape: shape, integers: isTrue.map { $0 ? 1 : 0 }, kind: .boolean)))
    case .integer:
      let integers = constant.integers ?? constant.floats.map { Int(clamping: $0) }
      try give(
        emit(Constant(shape: shape, integers: integers.map { wrapped($0, type: type) })))
    }
  }

  private func wrapped(_ value: Int, type: Int) -> Int {
    switch type {
    case 2: Int(UInt8(truncatingIfNeeded: value))
    case 3: Int(Int8(truncatingIfNeeded: value))
    case 4: Int(UInt16(truncatingIfNeeded: value))
    case 5: Int(Int16(truncatingIfNeeded: value))
    case 6: Int(Int32(truncatingIfNeeded: value))
    case 12: Int(UInt32(truncatingIfNeeded: value))
    default: value
    }
  }
}
