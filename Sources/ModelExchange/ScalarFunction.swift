import NeuralNetworks

/// What a layer does to each value by itself, where it is simple enough to be put together with others.
enum ScalarFunction: Hashable {
  case adding(Float)
  case subtractingFrom(Float)
  case multiplying(Float)
  /// Clamps to two bounds.
  case clamping(Float, Float)

  func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .adding(let addend): x + addend
    case .subtractingFrom(let minuend): minuend - x
    case .multiplying(let factor): x * factor
    case .clamping(let lowest, let highest): min(max(x, lowest), highest)
    }
  }

  static func hardSigmoid(_ x: Float) -> Float { min(max(x / 6 + 0.5, 0), 1) }
  static func hardSwish(_ x: Float) -> Float { x * hardSigmoid(x) }

  /// Whether two functions are the same up to rounding, also that of half precision. Both are polynomials between −3
  /// and 3, where points lie close, and beyond.
  static func areSame(_ first: (Float) -> Float, _ second: (Float) -> Float) -> Bool {
    [-40, -8, -3.5, -3, -2.5, -2, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3, 3.5, 8, 40].allSatisfy { x in
      abs(first(x) - second(x)) <= 4e-3 * max(1, abs(second(x)))
    }
  }
}

extension ForeignLayer {
  /// What it does to each value by itself; nil for anything else.
  var elementFunction: ((Float) -> Float)? {
    if let scalar { return { scalar($0) } }
    switch operation {
    case .activation(.relu): return { max($0, 0) }
    case .activation(.relu6): return { min(max($0, 0), 6) }
    case .gate(isHard: true): return ScalarFunction.hardSigmoid
    default: return nil
    }
  }
}
