/// A pointwise non-linearity.
public enum Activation: String, Hashable, Sendable, Codable, CaseIterable {
  case identity
  /// max(x, 0)
  case relu
  /// min(max(x, 0), 6)
  case relu6
  /// x · relu6(x + 3) / 6. Source: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.
  case hardSwish = "hard_swish"
}

/// An activation as the compiler sees it: static, so that a kernel is compiled once for each.
protocol PointwiseFunction {
  static func value(_ z: Vector) -> Vector
  /// The derivative at `z`; at a kink, the left or right one that PyTorch takes.
  static func slope(_ z: Vector) -> Vector
}

enum IdentityFunction: PointwiseFunction {
  @inline(__always) static func value(_ z: Vector) -> Vector { z }
  @inline(__always) static func slope(_ z: Vector) -> Vector { Vector(repeating: 1) }
}

enum ReLUFunction: PointwiseFunction {
  @inline(__always) static func value(_ z: Vector) -> Vector { pointwiseMax(z, .zero) }
  @inline(__always) static func slope(_ z: Vector) -> Vector {
    Vector.zero.replacing(with: 1, where: z .> .zero)
  }
}

enum ReLU6Function: PointwiseFunction {
  @inline(__always) static func value(_ z: Vector) -> Vector {
    pointwiseMin(pointwiseMax(z, .zero), Vector(repeating: 6))
  }
  @inline(__always) static func slope(_ z: Vector) -> Vector {
    Vector.zero.replacing(with: 1, where: (z .> .zero) .& (z .< 6))
  }
}

enum HardSwishFunction: PointwiseFunction {
  @inline(__always) static func value(_ z: Vector) -> Vector {
    z * HardSwishFunction.gate(z)
  }
  @inline(__always) static func slope(_ z: Vector) -> Vector {
    // Inside (−3, 3) the derivative of z·(z + 3)/6 is (2z + 3)/6; outside it is 0 or 1.
    let inside = (z .> -3) .& (z .< 3)
    let outside = Vector.zero.replacing(with: 1, where: z .>= 3)
    return outside.replacing(with: (z + z + 3) * Vector(repeating: 1 / 6), where: inside)
  }
  /// relu6(z + 3) / 6, the hard sigmoid.
  @inline(__always) static func gate(_ z: Vector) -> Vector {
    ReLU6Function.value(z + 3) * Vector(repeating: 1 / 6)
  }
}
