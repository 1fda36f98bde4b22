// The gate of squeeze-and-excitation: each image's channels are scaled by a value in [0, 1].

/// gate = relu6(z + 3) / 6 over `count` values, in place.
public func hardSigmoid(_ values: UnsafeMutablePointer<Float>, count: Int) {
  for i in 0..<count { values[i] = min(max(values[i] + 3, 0), 6) / 6 }
}

/// gradient *= the hard sigmoid's derivative, given its output: 1/6 strictly inside (0, 1), else 0.
public func hardSigmoidBackward(
  _ gate: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, count: Int
) {
  for i in 0..<count { gradient[i] *= gate[i] > 0 && gate[i] < 1 ? 1 / 6 : 0 }
}

/// output[n, p, c] = input[n, p, c] · gate[n, c].
public func scaleChannels(
  _ input: UnsafePointer<Float>, gate: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, images: Int, positions: Int, channels: Int
) {
  for n in 0..<images {
    let factors = gate + n * channels
    for p in 0..<positions {
      let place = (n * positions + p) * channels
      for c in 0..<channels { output[place + c] = input[place + c] * factors[c] }
    }
  }
}

/// output[n, c] = Σ_p gradient[n, p, c] · input[n, p, c]: the gate's gradient. Overwrites `output`.
public func gateGradient(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, images: Int, positions: Int, channels: Int
) {
  output.update(repeating: 0, count: images * channels)
  for n in 0..<images {
    let sums = output + n * channels
    for p in 0..<positions {
      let place = (n * positions + p) * channels
      for c in 0..<channels { sums[c] += gradient[place + c] * input[place + c] }
    }
  }
}

/// output[n, p, c] = gradient[n, p, c] · gate[n, c] + offset[n, c].
///
/// - Parameter output: May be `gradient` itself.
public func gateBackwardInput(
  _ gradient: UnsafePointer<Float>, gate: UnsafePointer<Float>, offset: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, images: Int, positions: Int, channels: Int
) {
  for n in 0..<images {
    let factors = gate + n * channels
    let addends = offset + n * channels
    for p in 0..<positions {
      let place = (n * positions + p) * channels
      for c in 0..<channels {
        output[place + c] = gradient[place + c] * factors[c] + addends[c]
      }
    }
  }
}
