// Layer normalisation of NHWC activations over the channels of each position.
//
//     y = γ·x̂ + β,   x̂ = (x − μ)/σ,   μ and σ² = variance + ε of the position's own channels
//
// Source: Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450. With g = γ·dy the input's gradient
// is (g − mean(g) − x̂·mean(g·x̂))/σ. Nothing is kept from forward to backward: a position's moments
// cost little compared with reading it. Sums are in double precision; these are plain loops.

/// output = γ·x̂ + β.
///
/// - Parameters:
///   - input: `[positions, channels]`.
///   - gamma, beta: `[channels]`.
///   - output: As `input`; overwritten.
public func layerNormForward(
  _ input: UnsafePointer<Float>, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, positions: Int, channels: Int
) {
  for position in 0..<positions {
    let x = input + position * channels
    let y = output + position * channels
    let (mean, inverse) = moments(x, channels: channels)
    for c in 0..<channels { y[c] = gamma[c] * ((x[c] - mean) * inverse) + beta[c] }
  }
}

/// Turns the output's gradient into the input's, and adds to those of γ and β.
///
/// - Parameters:
///   - input: `[positions, channels]`.
///   - gradient: dy, as `input`.
///   - gamma: `[channels]`.
///   - gammaGradient, betaGradient: `[channels]`; accumulated into.
///   - inputGradient: As `input`; overwritten. Nil if nobody needs it.
public func layerNormBackward(
  _ input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, gamma: UnsafePointer<Float>,
  gammaGradient: UnsafeMutablePointer<Float>, betaGradient: UnsafeMutablePointer<Float>,
  into inputGradient: UnsafeMutablePointer<Float>?, positions: Int, channels: Int
) {
  for position in 0..<positions {
    let x = input + position * channels
    let dy = gradient + position * channels
    let (mean, inverse) = moments(x, channels: channels)
    var (sum, product) = (0.0, 0.0)
    for c in 0..<channels {
      let normalized = (x[c] - mean) * inverse
      gammaGradient[c] += dy[c] * normalized
      betaGradient[c] += dy[c]
      sum += Double(gamma[c] * dy[c])
      product += Double(gamma[c] * dy[c] * normalized)
    }
    guard let dx = inputGradient.map({ $0 + position * channels }) else { continue }
    let (a, b) = (Float(sum / Double(channels)), Float(product / Double(channels)))
    for c in 0..<channels {
      let normalized = (x[c] - mean) * inverse
      dx[c] = (gamma[c] * dy[c] - a - normalized * b) * inverse
    }
  }
}

/// μ and 1/σ of one position.
private func moments(_ x: UnsafePointer<Float>, channels: Int) -> (mean: Float, inverse: Float) {
  var sum = 0.0
  for c in 0..<channels { sum += Double(x[c]) }
  let mean = sum / Double(channels)
  var squares = 0.0
  for c in 0..<channels { squares += (Double(x[c]) - mean) * (Double(x[c]) - mean) }
  let variance = squares / Double(channels) + Double(normEpsilon)
  return (Float(mean), Float(1 / variance.squareRoot()))
}
