// The gradient of batch normalisation with a residual add and an activation, in two passes.

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
    if let addend {
      let (scale, shift) = (buffers.scale, buffers.shift)
      if F.self != IdentityFunction.self {
        forEachVector(positions: positions, period: buffers.period) { offset, j in
          let z = (shift.vector(j) + addend.vector(offset))
            .addingProduct(scale.vector(j), values.vector(offset))
          gradient.store(gradient.vector(offset) * F.slope(z), offset)
        }
      }
      reduceChannels(
        positions: positions, period: buffers.period, into: sums,
        SlopedTerms<IdentityFunction>(gradient: gradient, values: values, buffers: buffers))
    } else {
      reduceChannels(
        positions: positions, period: buffers.period, into: sums,
        SlopedTerms<F>(gradient: gradient, values: values, buffers: buffers))
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// dz = gradient · F′(scale·x + shift), and dz·(x − μ).
private struct SlopedTerms<F: PointwiseFunction>: ChannelTerms {
  let gradient: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let scale: UnsafePointer<Float>
  let shift: UnsafePointer<Float>
  let mean: UnsafePointer<Float>

  init(gradient: UnsafePointer<Float>, values: UnsafePointer<Float>, buffers: NormBuffers) {
    (self.gradient, self.values) = (gradient, values)
    scale = UnsafePointer(buffers.scale)
    shift = UnsafePointer(buffers.shift)
    mean = UnsafePointer(buffers.mean)
  }

  @inline(__always)
  func terms(_ offset: Int, _ index: Int) -> (Vector, Vector) {
    let place = index &* vectorWidth
    let x = values.vector(offset)
    let z = shift.vector(place).addingProduct(scale.vector(place), x)
    let dz = gradient.vector(offset) * F.slope(z)
    return (dz, dz * (x - mean.vector(place)))
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
