import DeployedModels

/// Runs an fp32 model of channels first by the plainest loops, as its comments say what steps compute.
struct ChannelsFirstInterpreter {
  let model: ChannelsFirstModel
  private var values: [[Float]]

  init(_ model: ChannelsFirstModel) {
    self.model = model
    values = model.tensors.map { tensor in
      if case .float32(let constants) = tensor.values { return constants }
      return []
    }
  }

  /// Returns the output for an image `[C, H, W]`.
  mutating func run(_ image: [Float]) -> [Float] {
    values[model.input] = image
    for step in model.steps {
      values[step.output] = result(of: step).map { step.activation.applied(to: $0) }
    }
    return values[model.output]
  }

  private func shape(_ tensor: Int) -> [Int] { model.tensors[tensor].shape }

  private func result(of step: ChannelsFirstModel.Step) -> [Float] {
    let input = values[step.inputs[0]]
    switch step.kind {
    case .convolution(let window, let groups): return convolution(step, window, groups)
    case .fullyConnected:
      let (weights, bias) = (values[step.inputs[1]], values[step.inputs[2]])
      return bias.indices.map { output in
        input.indices.reduce(bias[output]) { $0 + input[$1] * weights[output * input.count + $1] }
      }
    case .add: return pairs(step, +)
    case .multiply: return pairs(step, *)
    case .averagePool(let window):
      return pool(step, window) { $0.reduce(0, +) / Float($0.count) }
    case .maxPool(let window): return pool(step, window) { $0.max() ?? 0 }
    case .mean:
      let positions = shape(step.inputs[0])[2...].reduce(1, *)
      return (0..<input.count / positions).map { channel in
        input[channel * positions..<(channel + 1) * positions].reduce(0, +) / Float(positions)
      }
    case .reshape: return input
    case .transpose(let permutation):
      // Places of the output count the input's axes in the order of the permutation.
      return AxisCounter(shape(step.inputs[0]), permutation).map { input[$0] }
    case .pad(let sides):
      let (from, to) = (shape(step.inputs[0]), shape(step.output))
      return places(to).map { _, channel, y, x in
        let (row, column) = (y - sides.top, x - sides.left)
        guard (0..<from[2]).contains(row), (0..<from[3]).contains(column) else { return 0 }
        return input[(channel * from[2] + row) * from[3] + column]
      }
    case .relu: return input.map { max(0, $0) }
    case .relu6: return input.map { min(6, max(0, $0)) }
    case .hardSwish: return input.map { $0 * min(6, max(0, $0 + 3)) / 6 }
    case .softmax, .logistic, .gelu, .quantize, .dequantize:
      preconditionFailure("no student of these tests has one")
    }
  }

  private func places(_ shape: [Int]) -> [(Int, Int, Int, Int)] {
    (0..<shape[1]).flatMap { channel in
      (0..<shape[2]).flatMap { y in (0..<shape[3]).map { x in (0, channel, y, x) } }
    }
  }

  /// The places of a channel that a window sees, as rows and columns with their places in the window.
  private func seen(
    _ window: SidedWindow, _ image: [Int], _ y: Int, _ x: Int
  ) -> [(row: Int, column: Int, tap: Int)] {
    (0..<window.height).flatMap { ky in
      (0..<window.width).map { kx in
        (
          y * window.strideY + ky - window.padding.top,
          x * window.strideX + kx - window.padding.left, ky * window.width + kx
        )
      }
    }.filter { (0..<image[2]).contains($0.0) && (0..<image[3]).contains($0.1) }
  }

  private func convolution(
    _ step: ChannelsFirstModel.Step, _ window: SidedWindow, _ groups: Int
  ) -> [Float] {
    let (image, weights) = (shape(step.inputs[0]), shape(step.inputs[1]))
    let (input, filter) = (values[step.inputs[0]], values[step.inputs[1]])
    let taps = window.height * window.width
    return places(shape(step.output)).map { _, output, y, x in
      let first = output / (weights[0] / groups) * weights[1]
      return seen(window, image, y, x).reduce(values[step.inputs[2]][output]) { sum, place in
        (0..<weights[1]).reduce(sum) { sum, depth in
          sum + input[((first + depth) * image[2] + place.row) * image[3] + place.column]
            * filter[(output * weights[1] + depth) * taps + place.tap]
        }
      }
    }
  }

  private func pool(
    _ step: ChannelsFirstModel.Step, _ window: SidedWindow, _ reduce: ([Float]) -> Float
  ) -> [Float] {
    let (image, input) = (shape(step.inputs[0]), values[step.inputs[0]])
    return places(shape(step.output)).map { _, channel, y, x in
      reduce(
        seen(window, image, y, x).map {
          input[(channel * image[2] + $0.row) * image[3] + $0.column]
        })
    }
  }

  /// The second operand is as large, one value, or one a channel.
  private func pairs(
    _ step: ChannelsFirstModel.Step, _ combine: (Float, Float) -> Float
  ) -> [Float] {
    let (first, second) = (values[step.inputs[0]], values[step.inputs[1]])
    let perValue = first.count / second.count
    return first.indices.map { combine(first[$0], second[$0 / perValue]) }
  }
}

/// For each place of a transposed tensor the place in the tensor.
private struct AxisCounter: Sequence {
  private let places: [Int]

  init(_ shape: [Int], _ permutation: [Int]) {
    let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    places = permutation.reduce([0]) { places, axis in
      places.flatMap { place in (0..<shape[axis]).map { place + $0 * strides[axis] } }
    }
  }

  func makeIterator() -> IndexingIterator<[Int]> { places.makeIterator() }
}

extension FusedActivation {
  fileprivate func applied(to value: Float) -> Float {
    switch self {
    case .none: value
    case .relu: max(0, value)
    case .relu6: min(6, max(0, value))
    }
  }
}
