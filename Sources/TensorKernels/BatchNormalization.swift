// Batch normalisation of NHWC activations, with the residual add and the activation that follow it.
//
//     z = γ·(x − μ)/σ + β (+ addend),   output = activation(z)
//
// Source: Ioffe and Szegedy, "Batch normalization", arXiv:1502.03167, with σ² = variance + ε. The
// statistics are over all slices of a batch: each slice gives its sums, they are added in the order of
// the slices, and the result does not depend on how many threads worked.
//
// Per-channel parameters are given over a `ChannelPeriod`, so that all passes run at full width. They
// write up to 15 floats of padding after the last value.

/// ε in σ² = variance + ε.
public let normEpsilon: Float = 1e-5

/// One channel-wise affine map z = scale·x + shift over a period, and what its gradient needs.
public struct NormBuffers: @unchecked Sendable {
  public let period: ChannelPeriod
  /// Each `[period.floats]`.
  public let scale: UnsafeMutablePointer<Float>
  public let shift: UnsafeMutablePointer<Float>
  public let mean: UnsafeMutablePointer<Float>
  /// The input's gradient is a·dz + b·x + c.
  public let a: UnsafeMutablePointer<Float>
  public let b: UnsafeMutablePointer<Float>
  public let c: UnsafeMutablePointer<Float>

  /// Floats that `init(memory:period:)` takes.
  public static func floats(_ period: ChannelPeriod) -> Int { 6 * period.floats }

  public init(memory: UnsafeMutablePointer<Float>, period: ChannelPeriod) {
    self.period = period
    let floats = period.floats
    (scale, shift, mean) = (memory, memory + floats, memory + 2 * floats)
    (a, b, c) = (memory + 3 * floats, memory + 4 * floats, memory + 5 * floats)
  }
}

/// Adds each channel's Σ(x − pivot) and Σ(x − pivot)² to `sums`.
///
/// - Parameters:
///   - values: `[positions, channels]`.
///   - pivot: A rough mean over a period; it keeps the difference of large sums exact.
///   - sums: `[2, channels]`; accumulated into.
public func accumulateMoments(
  _ values: UnsafePointer<Float>, pivot: UnsafePointer<Float>, positions: Int,
  period: ChannelPeriod, into sums: UnsafeMutablePointer<Double>
) {
  reduceChannels(
    positions: positions, period: period, into: sums, MomentTerms(values: values, pivot: pivot))
}

/// Deviations from a pivot, and their squares.
private struct MomentTerms: ChannelTerms {
  let values: UnsafePointer<Float>
  let pivot: UnsafePointer<Float>

  @inline(__always)
  func terms(_ offset: Int, _ index: Int) -> (Vector, Vector) {
    let x = values.vector(offset) - pivot.vector(index &* vectorWidth)
    return (x, x * x)
  }
}

/// Turns the batch's moments into the affine map, and keeps running statistics.
///
/// - Parameters:
///   - sums: `[slices, 2, channels]` as `accumulateMoments` gave them about `buffers.mean`.
///   - positions: Of all slices together.
///   - gamma, beta: `[channels]`.
///   - momentum: The weight of this batch in the running statistics.
///   - inverseDeviation: `[channels]`; receives 1/σ.
///   - buffers: Scale, shift and mean are overwritten.
public func prepareNorm(
  sums: UnsafePointer<Double>, slices: Int, positions: Int, gamma: UnsafePointer<Float>,
  beta: UnsafePointer<Float>, runningMean: UnsafeMutablePointer<Float>,
  runningVariance: UnsafeMutablePointer<Float>, momentum: Float,
  inverseDeviation: UnsafeMutablePointer<Float>, buffers: NormBuffers
) {
  let channels = buffers.period.channels
  let count = Double(positions)
  for c in 0..<channels {
    var first = 0.0
    var second = 0.0
    for slice in 0..<slices {
      first += sums[slice * 2 * channels + c]
      second += sums[slice * 2 * channels + channels + c]
    }
    let pivot = Double(buffers.mean[c])
    let offset = first / count
    let variance = max(0, second / count - offset * offset)
    let mean = Float(pivot + offset)
    let inverse = Float(1 / (variance + Double(normEpsilon)).squareRoot())
    inverseDeviation[c] = inverse
    // PyTorch's convention: the running variance is the unbiased one.
    let unbiased = Float(variance * count / max(1, count - 1))
    runningMean[c] += momentum * (mean - runningMean[c])
    runningVariance[c] += momentum * (unbiased - runningVariance[c])
    buffers.scale[c] = gamma[c] * inverse
    buffers.shift[c] = beta[c] - mean * gamma[c] * inverse
    buffers.mean[c] = mean
  }
  buffers.period.expand(buffers.scale, into: buffers.scale)
  buffers.period.expand(buffers.shift, into: buffers.shift)
  buffers.period.expand(buffers.mean, into: buffers.mean)
}

/// Turns running statistics into the affine map, for a norm that nothing took in.
///
/// - Parameters:
///   - gamma, beta, mean, variance: `[channels]`.
///   - buffers: Scale and shift are overwritten.
public func prepareInferenceNorm(
  gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  variance: UnsafePointer<Float>, buffers: NormBuffers
) {
  for c in 0..<buffers.period.channels {
    let factor = gamma[c] / (variance[c] + normEpsilon).squareRoot()
    buffers.scale[c] = factor
    buffers.shift[c] = beta[c] - mean[c] * factor
  }
  buffers.period.expand(buffers.scale, into: buffers.scale)
  buffers.period.expand(buffers.shift, into: buffers.shift)
}

/// Sets the pivot of the next `accumulateMoments` to the running mean.
public func preparePivot(runningMean: UnsafePointer<Float>, buffers: NormBuffers) {
  buffers.period.expand(runningMean, into: buffers.mean)
}

/// output = activation(scale·x + shift (+ addend)).
///
/// - Parameters:
///   - values: x, `[positions, channels]`.
///   - addend: As `values`, or nil.
///   - output: As `values`; may be `values` itself.
public func normForward(
  _ values: UnsafePointer<Float>, addend: UnsafePointer<Float>?, activation: Activation,
  buffers: NormBuffers, into output: UnsafeMutablePointer<Float>, positions: Int
) {
  func run<F: PointwiseFunction>(_: F.Type) {
    let period = buffers.period
    if let addend {
      forEachVector(positions: positions, period: period) { offset, j in
        let z = (buffers.shift.vector(j) + addend.vector(offset))
          .addingProduct(buffers.scale.vector(j), values.vector(offset))
        output.store(F.value(z), offset)
      }
    } else {
      forEachVector(positions: positions, period: period) { offset, j in
        let z = buffers.shift.vector(j).addingProduct(
          buffers.scale.vector(j), values.vector(offset))
        output.store(F.value(z), offset)
      }
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}
