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

/// A function of sixteen numbers as the compiler sees it: a type of its own, so that a loop is compiled for each.
///
/// As a closure it would be called for every vector, which takes ten times as long as most of them.
private protocol VectorFunction {
  func value(_ x: Vector) -> Vector
}

private struct Unchanged: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { x }
}

private struct Clipped: VectorFunction {
  let lowest, highest: Vector
  @inline(__always) func value(_ x: Vector) -> Vector {
    lowered(raised(x, to: lowest), to: highest)
  }
}

private struct Rectified: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { raised(x, to: .zero) }
}

private struct Leaky: VectorFunction {
  let slope: Vector
  @inline(__always) func value(_ x: Vector) -> Vector {
    x.replacing(with: x * slope, where: x .< Vector.zero)
  }
}

private struct Logistic: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { logistic(x) }
}

private struct HardLogistic: VectorFunction {
  let alpha, beta: Vector
  @inline(__always) func value(_ x: Vector) -> Vector {
    lowered(raised(alpha * x + beta, to: .zero), to: Vector(repeating: 1))
  }
}

private struct HardGated: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let gate = Vector(repeating: 1 / 6) * x + Vector(repeating: 0.5)
    return x * lowered(raised(gate, to: .zero), to: Vector(repeating: 1))
  }
}

private struct Gated: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { x * logistic(x) }
}

private struct GaussianUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { gaussianLinearUnit(x) }
}

/// x/2·(1 + tanh z) = x·sigmoid(2z)
private struct TanhGaussianUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let z = Vector(repeating: 0.797_884_56) * (x + Vector(repeating: 0.044_715) * x * x * x)
    return x * logistic(z + z)
  }
}

private struct HyperbolicTangent: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { hyperbolicTangent(x) }
}

private struct Scaled: VectorFunction {
  let scale, shift: Vector
  @inline(__always) func value(_ x: Vector) -> Vector { scale * x + shift }
}

/// output = function(input (+ addend)) over `count` values.
@inline(__always)
private func run<F: VectorFunction>(
  _ function: F, _ input: UnsafePointer<Float>, _ addend: UnsafePointer<Float>?,
  _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  if let addend {
    while i &+ vectorWidth <= count {
      output.store(function.value(input.vector(i) + addend.vector(i)), i)
      i &+= vectorWidth
    }
    if i < count {
      output.store(function.value(input.vector(i) + addend.vector(i)), i, count: count &- i)
    }
    return
  }
  while i &+ vectorWidth <= count {
    output.store(function.value(input.vector(i)), i)
    i &+= vectorWidth
  }
  if i < count { output.store(function.value(input.vector(i)), i, count: count &- i) }
}

/// output = operation(input (+ addend)) over `count` values; all may be the same memory.
package func apply(
  _ operation: PointwiseOperation?, _ input: UnsafePointer<Float>,
  addend: UnsafePointer<Float>? = nil, into output: UnsafeMutablePointer<Float>, count: Int
) {
  @inline(__always)
  func vectors(_ function: some VectorFunction) { run(function, input, addend, output, count) }
  @inline(__always)
  func scalars(_ function: (Float) -> Float) {
    for i in 0..<count { output[i] = function(input[i] + (addend.map { $0[i] } ?? 0)) }
  }
  func all(_ value: Float) -> Vector { Vector(repeating: value) }
  switch operation {
  case nil: if addend != nil || input != UnsafePointer(output) { vectors(Unchanged()) }
  case .relu: vectors(Rectified())
  case .clip(let lowest, let highest):
    vectors(Clipped(lowest: all(lowest), highest: all(highest)))
  case .leakyReLU(let slope): vectors(Leaky(slope: all(slope)))
  case .sigmoid: vectors(Logistic())
  case .hardSigmoid(let alpha, let beta): vectors(HardLogistic(alpha: all(alpha), beta: all(beta)))
  case .hardSwish: vectors(HardGated())
  case .swish: vectors(Gated())
  case .gelu: vectors(GaussianUnit())
  case .tanhGELU: vectors(TanhGaussianUnit())
  case .tanh: vectors(HyperbolicTangent())
  case .affine(let scale, let shift): vectors(Scaled(scale: all(scale), shift: all(shift)))
  case .exp: scalars { expf($0) }
  case .erf: scalars { erff($0) }
  case .log: scalars { logf($0) }
  case .sqrt: scalars { $0.squareRoot() }
  case .reciprocal: scalars { 1 / $0 }
  case .negate: scalars { -$0 }
  case .absolute: scalars { abs($0) }
  case .floor: scalars { $0.rounded(.down) }
  case .ceiling: scalars { $0.rounded(.up) }
  case .round: scalars { $0.rounded(.toNearestOrEven) }
  case .sign: scalars { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
  case .softplus: scalars { softplus($0) }
  case .softsign: scalars { $0 / (1 + abs($0)) }
  case .mish: scalars { $0 * tanhf(softplus($0)) }
  case .elu(let alpha): scalars { $0 < 0 ? alpha * expm1f($0) : $0 }
  case .selu(let alpha, let gamma): scalars { gamma * ($0 < 0 ? alpha * expm1f($0) : $0) }
  case .celu(let alpha): scalars { $0 < 0 ? alpha * expm1f($0 / alpha) : $0 }
  case .thresholdedReLU(let alpha): scalars { $0 > alpha ? $0 : 0 }
  case .not: scalars { $0 == 0 ? 1 : 0 }
  case .sine: scalars { sinf($0) }
  case .cosine: scalars { cosf($0) }
  }
}

/// log(1 + eˣ) without overflow.
private func softplus(_ x: Float) -> Float { max(x, 0) + log1pf(expf(-abs(x))) }
