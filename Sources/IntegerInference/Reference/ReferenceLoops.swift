import DeployedModels

// Operators in int8 by plain loops over one image.

/// Weights `[Cout, kh, kw, Cin / groups]`.
func convolution(_ input: [Int8], _ place: WindowPlace, _ rule: ProductRule) -> [Int8] {
  let window = place.window
  let channels = rule.multipliers.count
  let depth = rule.weights.count / (channels * window.height * window.width)
  let perGroup = channels / (place.channels / depth)
  var output: [Int8] = []
  output.reserveCapacity(place.extent.height * place.extent.width * channels)
  for y in 0..<place.extent.height {
    for x in 0..<place.extent.width {
      for channel in 0..<channels {
        let first = channel / perGroup * depth
        var sum = rule.bias[channel]
        for ky in place.rows(at: y) {
          let row = y * window.strideY + ky - place.extent.top
          for kx in place.columns(at: x) {
            let column = x * window.strideX + kx - place.extent.left
            let source = (row * place.width + column) * place.channels + first
            let tap = ((channel * window.height + ky) * window.width + kx) * depth
            for part in 0..<depth {
              sum &+=
                Int32(rule.weights[tap + part])
                &* (Int32(input[source + part]) &- rule.inputZeroPoint)
            }
          }
        }
        output.append(rule.output(sum, channel: channel))
      }
    }
  }
  return output
}

/// Weights `[1, kh, kw, C]`.
func depthwise(_ input: [Int8], _ place: WindowPlace, _ rule: ProductRule) -> [Int8] {
  let (window, channels) = (place.window, place.channels)
  var output: [Int8] = []
  output.reserveCapacity(place.extent.height * place.extent.width * channels)
  for y in 0..<place.extent.height {
    for x in 0..<place.extent.width {
      for channel in 0..<channels {
        var sum = rule.bias[channel]
        for ky in place.rows(at: y) {
          let row = y * window.strideY + ky - place.extent.top
          for kx in place.columns(at: x) {
            let column = x * window.strideX + kx - place.extent.left
            sum &+=
              Int32(rule.weights[(ky * window.width + kx) * channels + channel])
              &* (Int32(input[(row * place.width + column) * channels + channel])
                &- rule.inputZeroPoint)
          }
        }
        output.append(rule.output(sum, channel: channel))
      }
    }
  }
  return output
}

/// Weights `[Cout, Cin]`.
func dense(_ input: [Int8], _ rule: ProductRule) -> [Int8] {
  rule.bias.indices.map { channel in
    var sum = rule.bias[channel]
    for place in input.indices {
      sum &+=
        Int32(rule.weights[channel * input.count + place])
        &* (Int32(input[place]) &- rule.inputZeroPoint)
    }
    return rule.output(sum, channel: channel)
  }
}

func averagePool(_ input: [Int8], _ place: WindowPlace, _ range: ClosedRange<Int32>) -> [Int8] {
  pool(input, place) { seen in
    let count = Int32(seen.count)
    let sum = seen.reduce(Int32(0)) { $0 &+ Int32($1) }
    return range.clamped(
      sum > 0 ? (sum &+ count / 2) / count : (sum &- count / 2) / count)
  }
}

func maxPool(_ input: [Int8], _ place: WindowPlace, _ range: ClosedRange<Int32>) -> [Int8] {
  pool(input, place) { range.clamped(Int32($0.max() ?? -128)) }
}

/// Reduces what each window sees of the image.
private func pool(
  _ input: [Int8], _ place: WindowPlace, _ reduce: ([Int8]) -> Int8
) -> [Int8] {
  var output: [Int8] = []
  output.reserveCapacity(place.extent.height * place.extent.width * place.channels)
  for y in 0..<place.extent.height {
    for x in 0..<place.extent.width {
      for channel in 0..<place.channels {
        var seen: [Int8] = []
        for ky in place.rows(at: y) {
          let row = y * place.window.strideY + ky - place.extent.top
          for kx in place.columns(at: x) {
            let column = x * place.window.strideX + kx - place.extent.left
            seen.append(input[(row * place.width + column) * place.channels + channel])
          }
        }
        output.append(reduce(seen))
      }
    }
  }
  return output
}

/// Returns a tensor of `shape` with values `value` around it, as many as `before` and `target` say.
func padded(
  _ input: [Int8], _ shape: [Int], _ before: [Int], _ target: [Int], _ value: Int8
) -> [Int8] {
  var output = [Int8](repeating: value, count: target.reduce(1, *))
  for place in input.indices {
    var (rest, position, step) = (place, 0, 1)
    for axis in shape.indices.reversed() {
      position += (rest % shape[axis] + before[axis]) * step
      rest /= shape[axis]
      step *= target[axis]
    }
    output[position] = input[place]
  }
  return output
}

/// Returns a tensor of `shape` whose axis i is the input's axis `order[i]`.
func transposed(_ input: [Int8], _ shape: [Int], _ order: [Int]) -> [Int8] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return input.indices.map { place in
    var (rest, source) = (place, 0)
    for axis in order.reversed() {
      source += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    return input[source]
  }
}
