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

/// Rows of a buffer whose sums are taken in single precision before they go to double.
private let chunkVectors = 256

/// Adds, per channel, `first` and `second` of every value to `sums`.
///
/// - Parameters:
///   - positions: H·W·images.
///   - sums: `[2, channels]`, in double precision.
///   - terms: The two terms for the vector at an offset and its index within the period.
@inline(__always)
private func reduceChannels(
  positions: Int, period: ChannelPeriod, into sums: UnsafeMutablePointer<Double>,
  _ terms: (_ offset: Int, _ inPeriod: Int) -> (Vector, Vector)
) {
  let channels = period.channels
  let total = positions * channels
  let groups = total / period.floats
  let groupsPerChunk = max(1, chunkVectors / period.vectors)
  var group = 0
  while group < groups {
    let end = min(groups, group + groupsPerChunk)
    for j in 0..<period.vectors {
      var first = (Vector.zero, Vector.zero)
      var second = (Vector.zero, Vector.zero)
      var offset = (group &* period.vectors &+ j) &* vectorWidth
      var count = end &- group
      while count >= 2 {
        let even = terms(offset, j)
        let odd = terms(offset &+ period.floats, j)
        first.0 += even.0
        second.0 += even.1
        first.1 += odd.0
        second.1 += odd.1
        offset &+= 2 &* period.floats
        count &-= 2
      }
      if count == 1 {
        let last = terms(offset, j)
        first.0 += last.0
        second.0 += last.1
      }
      let (firstSum, secondSum) = (first.0 + first.1, second.0 + second.1)
      var channel = j &* vectorWidth % channels
      for lane in 0..<vectorWidth {
        sums[channel] += Double(firstSum[lane])
        sums[channels &+ channel] += Double(secondSum[lane])
        channel = channel &+ 1 == channels ? 0 : channel &+ 1
      }
    }
    group = end
  }
  // What is left is less than a period; its last vector may reach past the end.
  var offset = groups * period.floats
  var j = 0
  while offset < total {
    let (first, second) = terms(offset, j)
    for lane in 0..<min(vectorWidth, total - offset) {
      let channel = (offset + lane) % channels
      sums[channel] += Double(first[lane])
      sums[channels + channel] += Double(second[lane])
    }
    offset += vectorWidth
    j += 1
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
  reduceChannels(positions: positions, period: period, into: sums) { offset, j in
    let x = values.vector(offset) - pivot.vector(j &* vectorWidth)
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

/// Calls `body` with every vector's offset and its offset within the period.
@inline(__always)
private func forEachVector(
  positions: Int, period: ChannelPeriod, _ body: (_ offset: Int, _ inPeriod: Int) -> Void
) {
  let total = positions &* period.channels
  var offset = 0
  while offset < total {
    var j = 0
    while j < period.floats && offset < total {
      body(offset, j)
      j &+= vectorWidth
      offset &+= vectorWidth
    }
  }
}

/// First pass of the gradient: adds each channel's Σdz and Σdz·(x − μ) to `sums`.
///
/// - Parameters:
///   - gradient: With respect to the output. With an addend it is replaced by dz, which is also the
///     addend's gradient.
///   - values: x.
///   - sums: `[2, channels]`; accumulated into.
public func normBackwardSums(
  gradient: UnsafeMutablePointer<Float>, values: UnsafePointer<Float>,
  addend: UnsafePointer<Float>?, activation: Activation, buffers: NormBuffers, positions: Int,
  into sums: UnsafeMutablePointer<Double>
) {
  func run<F: PointwiseFunction>(_: F.Type) {
    let (scale, shift, mean) = (buffers.scale, buffers.shift, buffers.mean)
    if let addend {
      if F.self != IdentityFunction.self {
        forEachVector(positions: positions, period: buffers.period) { offset, j in
          let z = (shift.vector(j) + addend.vector(offset))
            .addingProduct(scale.vector(j), values.vector(offset))
          gradient.store(gradient.vector(offset) * F.slope(z), offset)
        }
      }
      reduceChannels(positions: positions, period: buffers.period, into: sums) { offset, j in
        let dz = gradient.vector(offset)
        return (dz, dz * (values.vector(offset) - mean.vector(j &* vectorWidth)))
      }
    } else {
      reduceChannels(positions: positions, period: buffers.period, into: sums) { offset, j in
        let place = j &* vectorWidth
        let x = values.vector(offset)
        let z = shift.vector(place).addingProduct(scale.vector(place), x)
        let dz = gradient.vector(offset) * F.slope(z)
        return (dz, dz * (x - mean.vector(place)))
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

/// Turns the sums into the coefficients of the input's gradient, and gives γ's and β's gradients.
///
/// - Parameters:
///   - sums: `[slices, 2, channels]` as `normBackwardSums` gave them.
///   - gammaGradient, betaGradient: `[channels]`; overwritten.
public func prepareNormBackward(
  sums: UnsafePointer<Double>, slices: Int, positions: Int, gamma: UnsafePointer<Float>,
  inverseDeviation: UnsafePointer<Float>, gammaGradient: UnsafeMutablePointer<Float>,
  betaGradient: UnsafeMutablePointer<Float>, buffers: NormBuffers
) {
  let channels = buffers.period.channels
  let count = Double(positions)
  for c in 0..<channels {
    var sumDz = 0.0
    var sumDzX = 0.0
    for slice in 0..<slices {
      sumDz += sums[slice * 2 * channels + c]
      sumDzX += sums[slice * 2 * channels + channels + c]
    }
    let inverse = Double(inverseDeviation[c])
    gammaGradient[c] = Float(sumDzX * inverse)
    betaGradient[c] = Float(sumDz)
    // dx = γ/σ · (dz − mean(dz) − x̂·mean(dz·x̂)), ordered by dz, x and 1.
    let a = Double(gamma[c]) * inverse
    let b = -a * inverse * inverse * sumDzX / count
    buffers.a[c] = Float(a)
    buffers.b[c] = Float(b)
    buffers.c[c] = Float(-a * sumDz / count - b * Double(buffers.mean[c]))
  }
  buffers.period.expand(buffers.a, into: buffers.a)
  buffers.period.expand(buffers.b, into: buffers.b)
  buffers.period.expand(buffers.c, into: buffers.c)
}

/// Second pass: output = a·dz + b·x + c.
///
/// - Parameters:
///   - gradient: With respect to the output, or already dz where there is an addend.
///   - isPreactivation: Whether `gradient` is dz.
///   - output: May be `gradient` itself.
public func normBackwardInput(
  gradient: UnsafePointer<Float>, isPreactivation: Bool, values: UnsafePointer<Float>,
  activation: Activation, buffers: NormBuffers, into output: UnsafeMutablePointer<Float>,
  positions: Int
) {
  func run<F: PointwiseFunction>(_: F.Type) {
    let (scale, shift) = (buffers.scale, buffers.shift)
    forEachVector(positions: positions, period: buffers.period) { offset, j in
      let x = values.vector(offset)
      let z = shift.vector(j).addingProduct(scale.vector(j), x)
      let dz = gradient.vector(offset) * F.slope(z)
      let rest = buffers.c.vector(j).addingProduct(buffers.b.vector(j), x)
      output.store(rest.addingProduct(buffers.a.vector(j), dz), offset)
    }
  }
  let applied: Activation = isPreactivation ? .identity : activation
  switch applied {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}
