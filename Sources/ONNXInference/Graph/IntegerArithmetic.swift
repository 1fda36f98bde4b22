import TensorKernels

/// Arithmetic of constant whole numbers and Booleans, as graphs compute shapes with; it wraps around.
enum IntegerArithmetic {
  /// Returns, for each place of `shape`, the place of an operand that is broadcast to it.
  private static func places(_ operand: [Int], broadcastTo shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for (offset, size) in operand.reversed().enumerated() {
      if size != 1 { strides[shape.count - 1 - offset] = stride }
      stride *= size
    }
    var counter = [Int](repeating: 0, count: shape.count)
    var place = 0
    var result: [Int] = []
    result.reserveCapacity(shape.product)
    for _ in 0..<shape.product {
      result.append(place)
      for dimension in shape.indices.reversed() {
        counter[dimension] += 1
        place += strides[dimension]
        if counter[dimension] < shape[dimension] { break }
        place -= strides[dimension] * shape[dimension]
        counter[dimension] = 0
      }
    }
    return result
  }

  private static func integers(_ constant: Constant) throws(Refusal) -> [Int] {
    guard let integers = constant.integers else {
      throw Refusal("it mixes whole numbers and floats")
    }
    return integers
  }

  static func combine(
    _ function: CombiningOperation, _ inputs: [Constant], shape: [Int], kind: ElementKind
  ) throws(Refusal) -> Constant {
    let (left, right) = (try integers(inputs[0]), try integers(inputs[1]))
    let places = (
      places(inputs[0].shape, broadcastTo: shape), places(inputs[1].shape, broadcastTo: shape)
    )
    var result: [Int] = []
    result.reserveCapacity(shape.product)
    for index in 0..<shape.product {
      result.append(try value(function, left[places.0[index]], right[places.1[index]]))
    }
    return Constant(shape: shape, integers: result, kind: kind)
  }

  private static func value(
    _ function: CombiningOperation, _ a: Int, _ b: Int
  ) throws(Refusal) -> Int {
    switch function {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .divide:
      guard b != 0 else { throw Refusal("it divides by zero") }
      return a.dividedReportingOverflow(by: b).partialValue
    case .minimum: return min(a, b)
    case .maximum: return max(a, b)
    case .power:
      guard b >= 0, b < 64 else { throw Refusal("a power of \(b)") }
      return (0..<b).reduce(1) { product, _ in product &* a }
    case .modulo, .remainder:
      guard b != 0 else { throw Refusal("it divides by zero") }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return function == .modulo && rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
    case .equal: return a == b ? 1 : 0
    case .greater: return a > b ? 1 : 0
    case .greaterOrEqual: return a >= b ? 1 : 0
    case .less: return a < b ? 1 : 0
    case .lessOrEqual: return a <= b ? 1 : 0
    case .and: return a != 0 && b != 0 ? 1 : 0
    case .or: return a != 0 || b != 0 ? 1 : 0
    case .xor: return (a != 0) != (b != 0) ? 1 : 0
    case .parametricReLU: return a < 0 ? a &* b : a
    }
  }

  static func apply(
    _ function: PointwiseOperation, _ input: Constant, kind: ElementKind
  ) throws(Refusal) -> Constant {
    let values = try integers(input)
    let result: [Int]
    switch function {
    case .negate: result = values.map { 0 &- $0 }
    case .absolute: result = values.map { $0 < 0 ? 0 &- $0 : $0 }
    case .not: result = values.map { $0 == 0 ? 1 : 0 }
    case .sign: result = values.map { $0.signum() }
    case .relu: result = values.map { max(0, $0) }
    case .clip(let lowest, let highest):
      let bounds = (Int(clamping: lowest), Int(clamping: highest))
      result = values.map { min(max($0, bounds.0), bounds.1) }
    default: throw Refusal("it computes with whole numbers")
    }
    return Constant(shape: input.shape, integers: result, kind: kind)
  }

  static func select(
    _ inputs: [Constant], shape: [Int], kind: ElementKind
  ) throws(Refusal) -> Constant {
    let condition = try integers(inputs[0])
    let parts = inputs.map { places($0.shape, broadcastTo: shape) }
    if kind == .float {
      let (left, right) = (inputs[1].floats, inputs[2].floats)
      return Constant(
        shape: shape,
        floats: (0..<shape.product).map {
          condition[parts[0][$0]] != 0 ? left[parts[1][$0]] : right[parts[2][$0]]
        })
    }
    let (left, right) = (try integers(inputs[1]), try integers(inputs[2]))
    return Constant(
      shape: shape,
      integers: (0..<shape.product).map {
        condition[parts[0][$0]] != 0 ? left[parts[1][$0]] : right[parts[2][$0]]
      }, kind: kind)
  }

  static func reduce(
    _ reduction: Reduction, _ input: Constant, axes: [Int], shape: [Int]
  ) throws(Refusal) -> Constant {
    let values = try integers(input)
    let targets = places(shape, broadcastTo: input.shape)
    var result = [Int?](repeating: nil, count: shape.product)
    for (index, value) in values.enumerated() {
      let target = targets[index]
      guard let current = result[target] else {
        result[target] =
          reduction == .sumOfSquares
          ? value &* value : reduction == .sumOfMagnitudes ? Int(clamping: value.magnitude) : value
        continue
      }
      switch reduction {
      case .sum: result[target] = current &+ value
      case .sumOfSquares: result[target] = current &+ value &* value
      case .sumOfMagnitudes: result[target] = current &+ Int(clamping: value.magnitude)
      case .product: result[target] = current &* value
      case .maximum: result[target] = max(current, value)
      case .minimum: result[target] = min(current, value)
      }
    }
    return Constant(shape: shape, integers: result.map { $0 ?? 0 })
  }
}

extension Int {
  /// The nearest whole number that fits.
  init(clamping value: Float) {
    if value.isNaN {
      self = 0
    } else if value >= 0x1p63 {
      self = .max
    } else if value <= -0x1p63 {
      self = .min
    } else {
      self = Int(value)
    }
  }
}
