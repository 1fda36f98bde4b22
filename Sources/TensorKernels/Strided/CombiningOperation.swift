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

/// output[i] = operation(left[i·leftStride], right[i·rightStride])
///
/// - Parameter output: May be one of the operands, if that has stride 1.
package func combine(
  _ operation: CombiningOperation, _ left: UnsafePointer<Float>, leftStride: Int,
  _ right: UnsafePointer<Float>, rightStride: Int, into output: UnsafeMutablePointer<Float>,
  count: Int
) {
  @inline(__always)
  func vectors(_ function: (Vector, Vector) -> Vector) {
    @inline(__always)
    func loop(_ a: (Int) -> Vector, _ b: (Int) -> Vector) {
      var i = 0
      while i &+ vectorWidth <= count {
        output.store(function(a(i), b(i)), i)
        i &+= vectorWidth
      }
      if i < count { output.store(function(a(i), b(i)), i, count: count &- i) }
    }
    switch (leftStride, rightStride) {
    case (1, 1): loop({ left.vector($0) }, { right.vector($0) })
    case (1, 0):
      let value = Vector(repeating: right[0])
      loop({ left.vector($0) }, { _ in value })
    case (0, 1):
      let value = Vector(repeating: left[0])
      loop({ _ in value }, { right.vector($0) })
    default:
      for i in 0..<count {
        let pair = (
          Vector(repeating: left[i &* leftStride]), Vector(repeating: right[i &* rightStride])
        )
        output[i] = function(pair.0, pair.1)[0]
      }
    }
  }
  @inline(__always)
  func scalars(_ function: (Float, Float) -> Float) {
    for i in 0..<count { output[i] = function(left[i &* leftStride], right[i &* rightStride]) }
  }
  switch operation {
  case .add: vectors { $0 + $1 }
  case .subtract: vectors { $0 - $1 }
  case .multiply: vectors { $0 * $1 }
  case .divide: vectors { $0 / $1 }
  case .minimum: scalars { $0 < $1 || $0.isNaN ? $0 : $1 }
  case .maximum: scalars { $0 > $1 || $0.isNaN ? $0 : $1 }
  case .power: scalars { $1 == 2 ? $0 * $0 : powf($0, $1) }
  case .parametricReLU: vectors { $0.replacing(with: $0 * $1, where: $0 .< Vector.zero) }
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
