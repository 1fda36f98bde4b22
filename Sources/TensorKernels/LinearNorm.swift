// Batch normalisation of a linear map's output, without that output.
//
// A bottleneck's widest tensor is y = x·W, a pointwise convolution of a narrow one. Its batch statistics
// follow from x alone:
//
//     mean(y) = Wᵀ·mean(x),   var(y_e) = w_eᵀ·Cov(x)·w_e,
//
// and so do all terms of its gradient that need the whole batch. With x̃ = x − mean(x), a = γ/σ, and dz
// the gradient behind the norm (b as in BatchNormalization.swift, n positions):
//
//     P = Σ x̃ᵀ·dz,   Σ dz·(y − μ) = Σ_k W[k,·]·P[k,·],   dW = a·P + n·b·Cov(x)·W,
//     dx = dz·(a·W)ᵀ + x̃·W·diag(b)·Wᵀ − mean(a·dz)·Wᵀ.
//
// So y need not be stored: image by image, it is computed, used and forgotten, forward and backward, and
// the result is that of the plain batch norm up to rounding. Derived from Ioffe and Szegedy,
// arXiv:1502.03167, section 3.

/// What a linear map's norm keeps from its forward to its backward pass.
public struct LinearNormBuffers: @unchecked Sendable {
  public let inputs: Int
  public let outputs: Int
  /// The planes that hold the outputs.
  public var planes: Int { planeCount(channels: outputs) }

  /// mean(x), `[inputs]`.
  let inputMean: UnsafeMutablePointer<Double>
  /// Two sums per output, `[2, outputs]`.
  let sums: UnsafeMutablePointer<Double>
  /// Cov(x), `[inputs, inputs]`.
  let covariance: UnsafeMutablePointer<Float>
  /// Cov(x)·W, `[inputs, outputs]`.
  let spread: UnsafeMutablePointer<Float>
  /// 1/σ, `[outputs]`.
  let inverseDeviation: UnsafeMutablePointer<Float>
  /// a = γ/σ, `[16 · planes]`.
  let scale: UnsafeMutablePointer<Float>
  /// W·diag(b), `[inputs, outputs]`, and Wᵀ, while the input's gradient is prepared.
  let work: UnsafeMutablePointer<Float>
  let transposedWeights: UnsafeMutablePointer<Float>
  /// β − a·mean(y), `[16 · planes]`: where the products start.
  public let shift: UnsafeMutablePointer<Float>
  /// a·W as panels, `[planes, inputs, 16]`.
  public let panels: UnsafeMutablePointer<Float>
  /// (a·W)ᵀ, `[16 · planes, inputs]`.
  public let rows: UnsafeMutablePointer<Float>
  /// W·diag(b)·Wᵀ, `[inputs, inputs]`.
  let mixing: UnsafeMutablePointer<Float>
  /// The part of the input's gradient that is the same at every position, `[inputs]`.
  let constant: UnsafeMutablePointer<Float>

  public init(inputs: Int, outputs: Int, cursor: inout MemoryCursor) {
    (self.inputs, self.outputs) = (inputs, outputs)
    let wide = planeCount(channels: outputs) * planeChannels
    inputMean = cursor.takeDoubles(inputs)
    sums = cursor.takeDoubles(2 * outputs)
    covariance = cursor.take(inputs * inputs)
    spread = cursor.take(inputs * outputs)
    inverseDeviation = cursor.take(outputs)
    scale = cursor.take(wide)
    work = cursor.take(inputs * outputs)
    transposedWeights = cursor.take(inputs * outputs)
    shift = cursor.take(wide)
    panels = cursor.take(wide * inputs)
    rows = cursor.take(wide * inputs)
    mixing = cursor.take(inputs * inputs)
    constant = cursor.take(inputs)
  }

  /// Returns the panel of a plane, `[inputs, 16]`.
  public func panel(_ plane: Int) -> UnsafePointer<Float> {
    UnsafePointer(panels + plane * inputs * planeChannels)
  }

  /// Returns where a plane's product starts, `[16]`.
  public func start(_ plane: Int) -> UnsafePointer<Float> {
    UnsafePointer(shift + plane * planeChannels)
  }
}

/// One slice's sums of x and of its products, in double precision.
public struct LinearMoments: @unchecked Sendable {
  /// `[2, inputs]`; the second row is not used.
  let sums: UnsafeMutablePointer<Double>
  /// Σ xᵀx, `[inputs, inputs]`.
  let products: UnsafeMutablePointer<Double>
  /// Σ dz, `[16 · planes]`.
  public let gradientSums: UnsafeMutablePointer<Double>
  private let block: UnsafeMutablePointer<Float>
  private let inputs: Int
  private let wide: Int

  public init(inputs: Int, outputs: Int, cursor: inout MemoryCursor) {
    self.inputs = inputs
    wide = planeCount(channels: outputs) * planeChannels
    sums = cursor.takeDoubles(2 * inputs)
    products = cursor.takeDoubles(inputs * inputs)
    gradientSums = cursor.takeDoubles(wide)
    block = cursor.take(inputs * inputs)
  }

  /// Replaces the sums by those over `values`, `[positions, inputs]`.
  public func gather(_ values: UnsafePointer<Float>, positions: Int) {
    sums.update(repeating: 0, count: 2 * inputs)
    products.update(repeating: 0, count: inputs * inputs)
    // Single precision for some hundred positions at a time: what is added up stays comparable in size.
    let blockPositions = 448
    for first in stride(from: 0, to: positions, by: blockPositions) {
      let count = min(blockPositions, positions - first)
      block.update(repeating: 0, count: inputs * inputs)
      let part = values + first * inputs
      transposedProduct(part, part, addingTo: block, positions: count, m: inputs, n: inputs)
      for i in 0..<inputs * inputs { products[i] += Double(block[i]) }
      reduceChannels(
        positions: count, period: ChannelPeriod(channels: inputs), into: sums,
        ValueTerms(values: part))
    }
  }

  /// Sets Σ dz to zero.
  public func clearGradientSums() { gradientSums.update(repeating: 0, count: wide) }
}

/// The values, and nothing.
private struct ValueTerms: ChannelTerms {
  let values: UnsafePointer<Float>

  @inline(__always)
  func terms(_ offset: Int, _ index: Int) -> (Vector, Vector) { (values.vector(offset), .zero) }
}

/// Turns the input's moments into the output's norm: statistics, and weights with the norm's factor.
///
/// - Parameters:
///   - moments: Of every slice.
///   - positions: Of all slices together.
///   - weights: W, `[inputs, outputs]`.
///   - gamma, beta, runningMean, runningVariance: `[outputs]`.
///   - momentum: The weight of this batch in the running statistics.
public func prepareLinearNorm(
  _ buffers: LinearNormBuffers, moments: [LinearMoments], positions: Int,
  weights: UnsafePointer<Float>, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
  runningMean: UnsafeMutablePointer<Float>, runningVariance: UnsafeMutablePointer<Float>,
  momentum: Float
) {
  let (inputs, outputs) = (buffers.inputs, buffers.outputs)
  let count = Double(positions)
  let mean = buffers.inputMean
  for i in 0..<inputs {
    mean[i] = moments.reduce(0) { $0 + $1.sums[i] } / count
  }
  for i in 0..<inputs {
    for j in 0..<inputs {
      let place = i * inputs + j
      let product = moments.reduce(0) { $0 + $1.products[place] }
      buffers.covariance[place] = Float(product / count - mean[i] * mean[j])
    }
  }
  matrixProduct(
    buffers.covariance, weights, into: buffers.spread, m: inputs, n: outputs, k: inputs)
  let (means, variances) = (buffers.sums, buffers.sums + outputs)
  buffers.sums.update(repeating: 0, count: 2 * outputs)
  for k in 0..<inputs {
    let (row, spread) = (weights + k * outputs, buffers.spread + k * outputs)
    for e in 0..<outputs {
      let weight = Double(row[e])
      means[e] += mean[k] * weight
      variances[e] += weight * Double(spread[e])
    }
  }
  for e in 0..<outputs {
    let variance = max(0, variances[e])
    let inverse = Float(1 / (variance + Double(normEpsilon)).squareRoot())
    buffers.inverseDeviation[e] = inverse
    let unbiased = Float(variance * count / max(1, count - 1))
    runningMean[e] += momentum * (Float(means[e]) - runningMean[e])
    runningVariance[e] += momentum * (unbiased - runningVariance[e])
    buffers.scale[e] = gamma[e] * inverse
    buffers.shift[e] = Float(Double(beta[e]) - means[e] * Double(gamma[e] * inverse))
  }
  packLinearWeights(buffers, weights: weights)
}

/// Writes a·W as panels and as rows; what belongs to no output stays zero.
private func packLinearWeights(_ buffers: LinearNormBuffers, weights: UnsafePointer<Float>) {
  let (inputs, outputs) = (buffers.inputs, buffers.outputs)
  for k in 0..<inputs {
    for plane in 0..<buffers.planes {
      let first = plane * planeChannels
      let panel = buffers.panels + (plane * inputs + k) * planeChannels
      for lane in 0..<min(planeChannels, outputs - first) {
        let value = weights[k * outputs + first + lane] * buffers.scale[first + lane]
        panel[lane] = value
        buffers.rows[(first + lane) * inputs + k] = value
      }
    }
  }
}

/// Turns P, the sums Σ xᵀ·dz, into the gradients of W, γ and β, and prepares the input's.
///
/// - Parameters:
///   - moments: Of every slice, with Σ dz.
///   - weights: W, `[inputs, outputs]`.
///   - gradient: Σ xᵀ·dz of all slices, `[inputs, outputs]`; becomes dW.
///   - gammaGradient, betaGradient: `[outputs]`; overwritten.
public func prepareLinearNormBackward(
  _ buffers: LinearNormBuffers, moments: [LinearMoments], positions: Int,
  weights: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
  gammaGradient: UnsafeMutablePointer<Float>, betaGradient: UnsafeMutablePointer<Float>
) {
  let (inputs, outputs) = (buffers.inputs, buffers.outputs)
  let count = Double(positions)
  let (mean, scale) = (buffers.inputMean, buffers.scale)
  let (sumDz, sumDzY) = (buffers.sums, buffers.sums + outputs)
  for e in 0..<outputs {
    sumDz[e] = moments.reduce(0) { $0 + $1.gradientSums[e] }
    sumDzY[e] = 0
  }
  for k in 0..<inputs {
    let row = gradient + k * outputs
    for e in 0..<outputs {
      let centred = Double(row[e]) - mean[k] * sumDz[e]
      row[e] = Float(centred)
      sumDzY[e] += Double(weights[k * outputs + e]) * centred
    }
  }
  // From here on the second sums hold b, of which the gradient's terms are multiples.
  for e in 0..<outputs {
    let inverse = Double(buffers.inverseDeviation[e])
    gammaGradient[e] = Float(sumDzY[e] * inverse)
    betaGradient[e] = Float(sumDz[e])
    sumDzY[e] *= -Double(scale[e]) * inverse * inverse / count
  }
  for k in 0..<inputs {
    let (row, spread) = (gradient + k * outputs, buffers.spread + k * outputs)
    for e in 0..<outputs {
      row[e] = scale[e] * row[e] + Float(count * sumDzY[e]) * spread[e]
      buffers.work[k * outputs + e] = weights[k * outputs + e] * Float(sumDzY[e])
    }
  }
  transpose(weights, into: buffers.transposedWeights, rows: inputs, columns: outputs)
  matrixProduct(
    buffers.work, buffers.transposedWeights, into: buffers.mixing, m: inputs, n: inputs,
    k: outputs)
  for j in 0..<inputs {
    var constant = 0.0
    for k in 0..<inputs { constant -= mean[k] * Double(buffers.mixing[k * inputs + j]) }
    for e in 0..<outputs {
      constant -= Double(scale[e] * weights[j * outputs + e]) * (sumDz[e] / count)
    }
    buffers.constant[j] = Float(constant)
  }
}

/// Adds to the input's gradient what depends on the whole batch.
///
/// - Parameters:
///   - values: x, `[positions, inputs]`.
///   - gradient: As `values`; holds dz·(a·W)ᵀ, is added to.
public func addLinearNormGradient(
  _ buffers: LinearNormBuffers, values: UnsafePointer<Float>,
  to gradient: UnsafeMutablePointer<Float>, positions: Int
) {
  let inputs = buffers.inputs
  let blockRows = 112
  for first in stride(from: 0, to: positions, by: blockRows) {
    let count = min(blockRows, positions - first)
    let block = gradient + first * inputs
    for row in 0..<count {
      for j in 0..<inputs { block[row * inputs + j] += buffers.constant[j] }
    }
    matrixProduct(
      values + first * inputs, buffers.mixing, accumulate: true, into: block, m: count, n: inputs,
      k: inputs)
  }
}
