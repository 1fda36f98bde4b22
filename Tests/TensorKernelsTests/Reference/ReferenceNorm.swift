import TensorKernels

// Plain double-precision versions of the pointwise kernels and of batch normalisation.

/// activation(z).
func referenceActivation(_ activation: Activation, _ z: Double) -> Double {
  switch activation {
  case .identity: z
  case .relu: max(z, 0)
  case .relu6: min(max(z, 0), 6)
  case .hardSwish: z * min(max(z + 3, 0), 6) / 6
  }
}

/// relu6(z + 3) / 6.
func referenceHardSigmoid(_ z: Double) -> Double { min(max(z + 3, 0), 6) / 6 }

/// Whether every value is at least `margin` from −3, 0, 3 and 6, where some activation has a kink.
func isSmooth(_ values: [Double], margin: Double = 1e-3) -> Bool {
  values.allSatisfy { value in
    [-3.0, 0, 3, 6].allSatisfy { abs(value - $0) >= margin }
  }
}

/// A batch norm in training: statistics of the batch itself.
struct ReferenceNorm {
  let channels: Int

  /// Each channel's mean and (biased) variance over all positions of `values`, `[positions, C]`.
  func moments(_ values: [Double]) -> (mean: [Double], variance: [Double]) {
    let positions = values.count / channels
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for c in 0..<channels {
      for p in 0..<positions { mean[c] += values[p * channels + c] / Double(positions) }
      for p in 0..<positions {
        let deviation = values[p * channels + c] - mean[c]
        variance[c] += deviation * deviation / Double(positions)
      }
    }
    return (mean, variance)
  }

  /// γ·(x − μ)/√(variance + 1e-5) + β (+ addend), before the activation.
  func preactivation(
    _ values: [Double], gamma: [Double], beta: [Double], addend: [Double]?
  ) -> [Double] {
    let (mean, variance) = moments(values)
    return values.indices.map { i in
      let c = i % channels
      return gamma[c] * (values[i] - mean[c]) / (variance[c] + 1e-5).squareRoot() + beta[c]
        + (addend?[i] ?? 0)
    }
  }

  /// The whole layer.
  func output(
    _ values: [Double], gamma: [Double], beta: [Double], addend: [Double]?, activation: Activation
  ) -> [Double] {
    preactivation(values, gamma: gamma, beta: beta, addend: addend)
      .map { referenceActivation(activation, $0) }
  }
}
