import Foundation

// The Gaussian error linear unit, exact: x·Φ(x) with the normal distribution Φ(x) = erfc(−x/√2)/2.
//
// Source: Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415. The derivative is
// Φ(x) + x·φ(x) with the density φ. These are plain loops.

/// output = x·Φ(x).
public func geluForward(
  _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
) {
  for i in 0..<count { output[i] = input[i] * normalDistribution(input[i]) }
}

/// inputGradient = gradient·(Φ(x) + x·φ(x)); overwritten.
public func geluBackward(
  _ input: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
  into inputGradient: UnsafeMutablePointer<Float>, count: Int
) {
  let factor: Float = 0.398_942_28  // 1/√(2π)
  for i in 0..<count {
    let x = input[i]
    let density = factor * expf(-0.5 * x * x)
    inputGradient[i] = gradient[i] * (normalDistribution(x) + x * density)
  }
}

private func normalDistribution(_ x: Float) -> Float { 0.5 * erfcf(-x * 0.707_106_78) }
