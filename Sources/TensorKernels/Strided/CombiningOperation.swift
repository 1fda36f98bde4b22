import Foundation

/// A function of two numbers; comparisons and the like give 1 or 0.
package enum CombiningOperation: Hashable, Sendable {
  case add, subtract, multiply, divide, minimum, maximum, power
  /// The first, or the second times the first where the first is negative.
  case parametricReLU
  /// The remainder with the sign of the second (as whole numbers have it), or of the first.
  case modulo, remainder
  case equal, greater, greaterOrEqual, less, lessOrEqual, and, or, xor
}

/// A function of sixteen pairs, as a type: see `VectorFunction`.
private protocol PairFunction {
  static func value(_ a: Vector, _ b: Vector) -> Vector
}

private enum Sum: PairFunction {
  @inline(__always) static func value(_ a: Vector, _ b: Vector) -> Vector { a + b }
}
private enum Difference: PairFunction {
  @inline(__always) static func value(_ a: Vector, _ b: Vector) -> Vector { a - b }
}
private enum Multiple: PairFunction {
  @inline(__always) static func value(_ a: Vector, _ b: Vector) -> Vector { a * b }
}
private enum Quotient: PairFunction {
  @inline(__always) static func value(_ a: Vector, _ b: Vector) -> Vector { a / b }
}
private enum SlopedBelowZero: PairFunction {
  @inline(__always) static func value(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: a * b, where: a .< Vector.zero)
  }
}

/// A row of pairs; a stride of 0 repeats one number.
@inline(__always)
private func run<F: PairFunction>(
  _: F.Type, _ left: UnsafePointer<Float>, _ leftStride: Int, _ right: UnsafePointer<Float>,
  _ rightStride: Int, _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  guard leftStride | rightStride == 1 else {
    for i in 0..<count {
      output[i] =
        F.value(
          Vector(repeating: left[i &* leftStride]), Vector(repeating: right[i &* rightStride]))[0]
    }
    return
  }
  let (first, second) = (Vector(repeating: left[0]), Vector(repeating: right[0]))
  var i = 0
  while i < count {
    let a = leftStride == 1 ? left.vector(i) : first
    let b = rightStride == 1 ? right.vector(i) : second
    output.store(F.value(a, b), i, limit: count &- i)
    i &+= vectorWidth
  }
}

/// output[i] = operation(left[i·leftStride], right[i·rightStride])
///
/// - Parameter output: May be one of the operands, if that has stride 1.
package func combine(
  _ operation: CombiningOperation, _ left: UnsafePointer<Float>, leftStride: Int,
  _ right: UnsafePointer<Float>, rightStride: Int, into output: UnsafeMutablePointer<Float>,
  count: Int
) {
  @inline(__always)
  func vectors<F: PairFunction>(_ function: F.Type) {
    run(function, left, leftStride, right, rightStride, output, count)
  }
  @inline(__always)
  func scalars(_ function: (Float, Float) -> Float) {
    for i in 0..<count { output[i] = function(left[i &* leftStride], right[i &* rightStride]) }
  }
  switch operation {
  case .add: vectors(Sum.self)
  case .subtract: vectors(Difference.self)
  case .multiply: vectors(Multiple.self)
  case .divide: vectors(Quotient.self)
  case .minimum: scalars { $0 < $1 || $0.isNaN ? $0 : $1 }
  case .maximum: scalars { $0 > $1 || $0.isNaN ? $0 : $1 }
  case .power: scalars { $1 == 2 ? $0 * $0 : powf($0, $1) }
  case .parametricReLU: vectors(SlopedBelowZero.self)
  case .modulo:
    scalars {
      let rest = fmodf($0, $1)
      return rest != 0 && (rest < 0) != ($1 < 0) ? rest + $1 : rest
    }
  case .remainder: scalars { fmodf($0, $1) }
  case .equal: scalars { $0 == $1 ? 1 : 0 }
  case .greater: scalars { $0 > $1 ? 1 : 0 }
  case .greaterOrEqual: scalars { $0 >= $1 ? 1 : 0 }
  case .less: scalars { $0 < $1 ? 1 : 0 }
  case .lessOrEqual: scalars { $0 <= $1 ? 1 : 0 }
  case .and: scalars { $0 != 0 && $1 != 0 ? 1 : 0 }
  case .or: scalars { $0 != 0 || $1 != 0 ? 1 : 0 }
  case .xor: scalars { ($0 != 0) != ($1 != 0) ? 1 : 0 }
  }
}

/// output[i] = condition[i] ≠ 0 ? left[i] : right[i], each with its own stride.
package func select(
  _ condition: UnsafePointer<Float>, conditionStride: Int, _ left: UnsafePointer<Float>,
  leftStride: Int, _ right: UnsafePointer<Float>, rightStride: Int,
  into output: UnsafeMutablePointer<Float>, count: Int
) {
  for i in 0..<count {
    output[i] =
      condition[i &* conditionStride] != 0 ? left[i &* leftStride] : right[i &* rightStride]
  }
}
