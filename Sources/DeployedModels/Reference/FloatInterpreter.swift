import Foundation

/// Runs an fp32 model by plain loops, one image at a time: slow, and what faster kernels are compared with.
///
/// After `run` every tensor can be read, which is how ranges of activations are observed.
public struct FloatInterpreter {
  public let model: DeployedModel
  /// The values of each tensor after `run`; empty for those that are no floats.
  public private(set) var values: [[Float]]

  /// Prepares a model whose tensors are all fp32, but for shapes and the like.
  public init(_ model: DeployedModel) {
    self.model = model
    values = model.tensors.map { tensor in
      switch tensor.values {
      case .float32(let constants): constants
      case .int8, .int32: []
      case nil: [Float](repeating: 0, count: tensor.elementCount)
      }
    }
  }

  /// The values of the output after `run`.
  public var output: [Float] { values[model.output] }

  /// Computes all tensors for one image, `[H, W, C]`.
  public mutating func run(_ image: [Float]) {
    precondition(image.count == values[model.input].count, "an image of another size")
    values[model.input] = image
    for step in model.operators { values[step.output] = result(of: step) }
  }

  private func result(of step: DeployedOperator) -> [Float] {
    let input = values[step.inputs[0]]
    switch step.kind {
    case .convolution(let window): return convolution(step, window)
    case .depthwiseConvolution(let window): return depthwise(step, window)
    case .fullyConnected: return dense(step)
    case .add: return pairwise(step) { $0 + $1 }
    case .multiply: return pairwise(step) { $0 * $1 }
    case .averagePool(let window):
      return pool(step, window) { $0.reduce(0, +) / Float($0.count) }
    case .maxPool(let window): return pool(step, window) { $0.max() ?? 0 }
    case .mean: return mean(step)
    case .reshape: return input
    case .pad: return padded(step)
    case .transpose: return transposed(step)
    case .softmax:
      let largest = input.max() ?? 0
      let powers = input.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    case .logistic: return input.map { 1 / (1 + exp(-$0)) }
    case .relu: return input.map { max(0, $0) }
    case .relu6: return input.map { min(6, max(0, $0)) }
    case .hardSwish: return input.map { $0 * min(6, max(0, $0 + 3)) / 6 }
    case .gelu: return input.map { 0.5 * $0 * (1 + erf($0 / Float(2).squareRoot())) }
    case .quantize, .dequantize: return input
    }
  }
}

extension FloatInterpreter {
  /// Returns the integers of a constant.
  func integers(_ tensor: Int) -> [Int] {
    guard case .int32(let values) = model.tensors[tensor].values else {
      preconditionFailure("tensor \(tensor) is no constant of integers")
    }
    return values.map(Int.init)
  }

  private func shape(_ tensor: Int) -> [Int] { model.tensors[tensor].shape }

  private func bias(_ step: DeployedOperator, _ channel: Int) -> Float {
    step.inputs.count > 2 && step.inputs[2] >= 0 ? values[step.inputs[2]][channel] : 0
  }

  private func convolution(_ step: DeployedOperator, _ window: Window) -> [Float] {
    let (image, weights) = (shape(step.inputs[0]), shape(step.inputs[1]))
    let extent = window.extent(height: image[1], width: image[2])
    let (channels, depth) = (weights[0], weights[3])
    let perGroup = channels / (image[3] / depth)
    let (input, filter) = (values[step.inputs[0]], values[step.inputs[1]])
    var output: [Float] = []
    output.reserveCapacity(extent.height * extent.width * channels)
    for y in 0..<extent.height {
      for x in 0..<extent.width {
        for channel in 0..<channels {
          let first = channel / perGroup * depth
          var sum = bias(step, channel)
          for ky in 0..<window.height {
            let row = y * window.strideY + ky - extent.top
            guard (0..<image[1]).contains(row) else { continue }
            for kx in 0..<window.width {
              let column = x * window.strideX + kx - extent.left
              guard (0..<image[2]).contains(column) else { continue }
              let source = (row * image[2] + column) * image[3] + first
              let tap = ((channel * window.height + ky) * window.width + kx) * depth
              for part in 0..<depth { sum += input[source + part] * filter[tap + part] }
            }
          }
          output.append(step.activation.apply(sum))
        }
      }
    }
    return output
  }

  private func depthwise(_ step: DeployedOperator, _ window: Window) -> [Float] {
    let image = shape(step.inputs[0])
    let extent = window.extent(height: image[1], width: image[2])
    let (input, filter, channels) = (values[step.inputs[0]], values[step.inputs[1]], image[3])
    var output: [Float] = []
    output.reserveCapacity(extent.height * extent.width * channels)
    for y in 0..<extent.height {
      for x in 0..<extent.width {
        for channel in 0..<channels {
          var sum = bias(step, channel)
          for ky in 0..<window.height {
            let row = y * window.strideY + ky - extent.top
            guard (0..<image[1]).contains(row) else { continue }
            for kx in 0..<window.width {
              let column = x * window.strideX + kx - extent.left
              guard (0..<image[2]).contains(column) else { continue }
              sum +=
                input[(row * image[2] + column) * channels + channel]
                * filter[(ky * window.width + kx) * channels + channel]
            }
          }
          output.append(step.activation.apply(sum))
        }
      }
    }
    return output
  }

  private func dense(_ step: DeployedOperator) -> [Float] {
    let weights = shape(step.inputs[1])
    let (input, matrix) = (values[step.inputs[0]], values[step.inputs[1]])
    return (0..<weights[0]).map { output in
      var sum = bias(step, output)
      for place in 0..<weights[1] { sum += input[place] * matrix[output * weights[1] + place] }
      return step.activation.apply(sum)
    }
  }

  /// A second operand of fewer values repeats: one value for all, or one a channel.
  private func pairwise(
    _ step: DeployedOperator, _ combine: (Float, Float) -> Float
  ) -> [Float] {
    let (first, second) = (values[step.inputs[0]], values[step.inputs[1]])
    return first.indices.map {
      step.activation.apply(combine(first[$0], second[$0 % second.count]))
    }
  }

  private func pool(
    _ step: DeployedOperator, _ window: Window, _ reduce: ([Float]) -> Float
  ) -> [Float] {
    let image = shape(step.inputs[0])
    let extent = window.extent(height: image[1], width: image[2])
    let (input, channels) = (values[step.inputs[0]], image[3])
    var output: [Float] = []
    for y in 0..<extent.height {
      let rows = (0..<window.height).map { y * window.strideY + $0 - extent.top }
        .filter { (0..<image[1]).contains($0) }
      for x in 0..<extent.width {
        let columns = (0..<window.width).map { x * window.strideX + $0 - extent.left }
          .filter { (0..<image[2]).contains($0) }
        for channel in 0..<channels {
          let seen = rows.flatMap { row in
            columns.map { input[(row * image[2] + $0) * channels + channel] }
          }
          output.append(step.activation.apply(reduce(seen)))
        }
      }
    }
    return output
  }

  private func mean(_ step: DeployedOperator) -> [Float] {
    let (image, input) = (shape(step.inputs[0]), values[step.inputs[0]])
    let (positions, channels) = (image[1] * image[2], image[3])
    return (0..<channels).map { channel in
      (0..<positions).reduce(Float(0)) { $0 + input[$1 * channels + channel] } / Float(positions)
    }
  }

  private func padded(_ step: DeployedOperator) -> [Float] {
    let (from, to) = (shape(step.inputs[0]), shape(step.output))
    let (input, pads) = (values[step.inputs[0]], integers(step.inputs[1]))
    var output = [Float](repeating: 0, count: to.reduce(1, *))
    for y in 0..<from[1] {
      for x in 0..<from[2] {
        let target = ((y + pads[2]) * to[2] + x + pads[4]) * to[3] + pads[6]
        let source = (y * from[2] + x) * from[3]
        output.replaceSubrange(
          target..<target + from[3], with: input[source..<source + from[3]])
      }
    }
    return output
  }

  private func transposed(_ step: DeployedOperator) -> [Float] {
    let (from, to) = (shape(step.inputs[0]), shape(step.output))
    let (input, order) = (values[step.inputs[0]], integers(step.inputs[1]))
    var strides = [Int](repeating: 1, count: from.count)
    for axis in from.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * from[axis + 1]
    }
    return (0..<input.count).map { place in
      var (rest, source) = (place, 0)
      for axis in to.indices.reversed() {
        source += rest % to[axis] * strides[order[axis]]
        rest /= to[axis]
      }
      return input[source]
    }
  }
}

extension FusedActivation {
  /// Returns the activation's value.
  func apply(_ value: Float) -> Float {
    switch self {
    case .none: value
    case .relu: max(0, value)
    case .relu6: min(6, max(0, value))
    }
  }
}
