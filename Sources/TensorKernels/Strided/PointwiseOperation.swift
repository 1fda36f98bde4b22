import Foundation

/// A function of one number, as foreign networks use them.
package enum PointwiseOperation: Hashable, Sendable {
  case relu
  /// min(max(x, lowest), highest)
  case clip(lowest: Float, highest: Float)
  /// x, or slope·x where x is negative.
  case leakyReLU(slope: Float)
  case sigmoid
  /// min(max(alpha·x + beta, 0), 1)
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · min(max(x/6 + 1/2, 0), 1)
  case hardSwish
  /// x · sigmoid(x)
  case swish
  /// x·Φ(x)
  case gelu
  /// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))
  case tanhGELU
  case tanh, exp, erf
  case log, sqrt, reciprocal, negate, absolute, floor, ceiling, round, sign, softplus, softsign,
    mish
  /// x, or alpha·(eˣ − 1) where x is negative.
  case elu(alpha: Float)
  /// gamma · elu(x)
  case selu(alpha: Float, gamma: Float)
  /// x, or alpha·(e^(x/alpha) − 1) where x is negative.
  case celu(alpha: Float)
  /// x where it is above alpha, else 0.
  case thresholdedReLU(alpha: Float)
  /// scale·x + shift
  case affine(scale: Float, shift: Float)
  /// 1 for 0, else 0.
  case not
  case sine, cosine
}

/// output = operation(input (+ addend)) over `count` values; all may be the same memory.
package func apply(
  _ operation: PointwiseOperation?, _ input: UnsafePointer<Float>,
  addend: UnsafePointer<Float>? = nil, into output: UnsafeMutablePointer<Float>, count: Int
) {
  @inline(__always)
  func vectors(_ function: (Vector) -> Vector) {
    var i = 0
    if let addend {
      while i &+ vectorWidth <= count {
        output.store(function(input.vector(i) + addend.vector(i)), i)
        i &+= vectorWidth
      }
      if i < count {
        output.store(function(input.vector(i) + addend.vector(i)), i, count: count &- i)
      }
      return
    }
    while i &+ vectorWidth <= count {
      output.store(function(input.vector(i)), i)
      i &+= vectorWidth
    }
    if i < count { output.store(function(input.vector(i)), i, count: count &- i) }
  }
  @inline(__always)
  func scalars(_ function: (Float) -> Float) {
    for i in 0..<count { output[i] = function(input[i] + (addend.map { $0[i] } ?? 0)) }
  }
  let one = Vector(repeating: 1)
  switch operation {
  case nil: if addend != nil || input != UnsafePointer(output) { vectors { $0 } }
  case .relu: vectors { raised($0, to: .zero) }
  case .clip(let lowest, let highest):
    let (low, high) = (Vector(repeating: lowest), Vector(repeating: highest))
    vectors { lowered(raised($0, to: low), to: high) }
  case .leakyReLU(let slope):
    let slope = Vector(repeating: slope)
    vectors { $0.replacing(with: $0 * slope, where: $0 .< Vector.zero) }
  case .sigmoid: vectors(logistic)
  case .hardSigmoid(let alpha, let beta):
    let (alpha, beta) = (Vector(repeating: alpha), Vector(repeating: beta))
    vectors { lowered(raised(alpha * $0 + beta, to: .zero), to: one) }
  case .hardSwish:
    let (half, sixth) = (Vector(repeating: 0.5), Vector(repeating: 1 / 6))
    vectors { $0 * lowered(raised(sixth * $0 + half, to: .zero), to: one) }
  case .swish: vectors { $0 * logistic($0) }
  case .gelu: vectors(gaussianLinearUnit)
  case .tanhGELU:
    let (a, b) = (Vector(repeating: 0.797_884_56), Vector(repeating: 0.044_715))
    vectors {
      // x/2·(1 + tanh z) = x·sigmoid(2z)
      let z = a * ($0 + b * $0 * $0 * $0)
      return $0 * logistic(z + z)
    }
  case .tanh: vectors(hyperbolicTangent)
  case .exp: scalars { expf($0) }
  case .erf: scalars { erff($0) }
  case .log: scalars { logf($0) }
  case .sqrt: vectors { $0.squareRoot() }
  case .reciprocal: vectors { one / $0 }
  case .negate: vectors { -$0 }
  case .absolute: scalars { abs($0) }
  case .floor: scalars { $0.rounded(.down) }
  case .ceiling: scalars { $0.rounded(.up) }
  case .round: scalars { $0.rounded(.toNearestOrEven) }
  case .sign: scalars { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
  case .softplus: scalars { softplus($0) }
  case .softsign: vectors { $0 / (one + magnitude($0)) }
  case .mish: scalars { $0 * tanhf(softplus($0)) }
  case .elu(let alpha): scalars { $0 < 0 ? alpha * expm1f($0) : $0 }
  case .selu(let alpha, let gamma):
    scalars { gamma * ($0 < 0 ? alpha * expm1f($0) : $0) }
  case .celu(let alpha): scalars { $0 < 0 ? alpha * expm1f($0 / alpha) : $0 }
  case .thresholdedReLU(let alpha): scalars { $0 > alpha ? $0 : 0 }
  case .affine(let scale, let shift):
    let (scale, shift) = (Vector(repeating: scale), Vector(repeating: shift))
    vectors { scale * $0 + shift }
  case .not: scalars { $0 == 0 ? 1 : 0 }
  case .sine: scalars { sinf($0) }
  case .cosine: scalars { cosf($0) }
  }
}

/// log(1 + eˣ) without overflow.
private func softplus(_ x: Float) -> Float { max(x, 0) + log1pf(expf(-abs(x))) }
