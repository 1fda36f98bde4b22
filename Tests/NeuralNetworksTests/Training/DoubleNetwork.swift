import Foundation
import RandomStreams
import TensorKernels

@testable import NeuralNetworks

/// A network's forward pass in double precision, straight from the layers' definitions.
///
/// It shares no code with the plans, fuses nothing, and tells which piece of its piecewise smooth
/// function it computed, so that a finite difference never crosses a kink unseen.
struct DoubleNetwork {
  let network: Network
  let layout: ParameterLayout
  let images: [Double]
  let sliceRanges: [Range<Int>]
  let dropoutSeed: UInt64
  let step: Int

  private var batch: Int { sliceRanges.last?.upperBound ?? 0 }

  /// One run: the parameters it uses and a number that tells the branches taken.
  private struct Run {
    let parameters: [Double]
    var branches = 0

    mutating func note(_ branch: Int) { branches = branches &* 1_000_003 &+ branch &+ 1 }
  }

  /// Returns every node's output, the logits last.
  func outputs(parameters: [Double]) -> (values: [[Double]], branches: Int) {
    var run = Run(parameters: parameters)
    var outputs: [[Double]] = []
    for (index, node) in network.nodes.enumerated() {
      let inputs = node.inputs.map { outputs[$0] }
      outputs.append(inputs.isEmpty ? images : output(of: index, inputs, &run))
    }
    return (outputs, run.branches)
  }

  private func tensor(_ role: ParameterLayout.Role, _ node: Int, _ run: Run) -> [Double] {
    let tensor = layout.tensor(role, of: node)
    return Array(run.parameters[tensor.offset..<tensor.offset + tensor.count])
  }

  private func output(of index: Int, _ inputs: [[Double]], _ run: inout Run) -> [Double] {
    let node = network.nodes[index]
    let shape = network.inputShape(of: index)
    let x = inputs[0]
    switch node.layer {
    case .input: return x
    case .convolution(let window, let stride, let channels, let bias, let padding):
      let start = bias ? tensor(.bias, index, run) : [Double](repeating: 0, count: channels)
      return convolution(
        x, tensor(.weight, index, run), start, from: shape, to: node.shape,
        Window(window.height, window.width, stride, zeros(padding, window.height)))
    case .groupedConvolution(
      let kernel, let stride, let channels, let groups, let bias, let padding):
      let start = bias ? tensor(.bias, index, run) : [Double](repeating: 0, count: channels)
      return convolution(
        x, tensor(.weight, index, run), start, from: shape, to: node.shape,
        Window(kernel, kernel, stride, zeros(padding, kernel)), groups: groups)
    case .channelShuffle(let groups):
      return x.indices.map { i in
        let c = i % shape.channels
        return x[i - c + c % groups * (shape.channels / groups) + c / groups]
      }
    case .depthwiseConvolution(let kernel, let stride, let padding):
      let filters = tensor(.weight, index, run)
      let window = Window(kernel, kernel, stride, zeros(padding, kernel))
      return windows(from: shape, to: node.shape, window) { c, window in
        window.reduce(0) {
          $0 + x[$1.position * shape.channels + c] * filters[$1.tap * shape.channels + c]
        }
      }
    case .pooling(let kind, let kernel, let stride, let padding):
      let zeros: Int? = if case .positions(let count) = padding { count } else { nil }
      let window = Window(kernel, kernel, stride, zeros)
      return windows(from: shape, to: node.shape, window) { c, window in
        let values = window.map { x[$0.position * shape.channels + c] }
        guard kind == .max else { return values.reduce(0, +) / Double(values.count) }
        let best = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        run.note(best)
        return values[best]
      }
    case .batchNorm:
      return norm(
        x, tensor(.scale, index, run), tensor(.shift, index, run), channels: shape.channels)
    case .layerNorm:
      let (scale, shift) = (tensor(.scale, index, run), tensor(.shift, index, run))
      return stride(from: 0, to: x.count, by: shape.channels).flatMap { first in
        norm(
          Array(x[first..<first + shape.channels]), [1], [0], channels: 1
        ).enumerated().map { scale[$0.offset] * $0.element + shift[$0.offset] }
      }
    case .gelu: return x.map { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }
    case .activation(let kind): return x.map { activate($0, kind, &run) }
    case .add: return zip(x, inputs[1]).map { $0 + $1 }
    case .zero: return x.map { _ in 0 }
    case .globalAveragePool: return means(x, shape)
    case .dense:
      return dense(x, tensor(.weight, index, run), tensor(.bias, index, run))
    case .squeezeExcitation: return squeezed(x, index, shape, &run)
    case .dropout(let rate): return dropped(x, index, rate)
    }
  }

  private func activate(_ z: Double, _ kind: Activation, _ run: inout Run) -> Double {
    func clipped(_ z: Double, to top: Double) -> Double {
      run.note(z <= 0 ? 0 : z < top ? 1 : 2)
      return min(max(z, 0), top)
    }
    switch kind {
    case .identity: return z
    case .relu: return clipped(z, to: .infinity)
    case .relu6: return clipped(z, to: 6)
    case .hardSwish: return z * clipped(z + 3, to: 6) / 6
    }
  }

  /// A window with this many zeros before the image; nil for TensorFlow's SAME.
  private struct Window {
    let height: Int
    let width: Int
    let stride: Int
    let zeros: Int?

    init(_ height: Int, _ width: Int, _ stride: Int, _ zeros: Int?) {
      (self.height, self.width, self.stride, self.zeros) = (height, width, stride, zeros)
    }

    func top(_ length: Int) -> Int { zeros ?? same(length, height) }
    func left(_ length: Int) -> Int { zeros ?? same(length, width) }

    private func same(_ length: Int, _ kernel: Int) -> Int {
      max(kernel - (length % stride == 0 ? stride : length % stride), 0) / 2
    }
  }

  private func zeros(_ padding: Padding, _ kernel: Int) -> Int? {
    padding == .half ? kernel / 2 : nil
  }

  /// Calls `value` for every channel of every output position, with the positions that its window sees
  /// (counted over the batch) and their places in the window.
  private func windows(
    from shape: TensorShape, to output: TensorShape, _ moving: Window,
    _ value: (_ channel: Int, _ window: [(position: Int, tap: Int)]) -> Double
  ) -> [Double] {
    var result: [Double] = []
    for n in 0..<batch {
      for y in 0..<output.height {
        for x in 0..<output.width {
          var window: [(position: Int, tap: Int)] = []
          for tap in 0..<moving.height * moving.width {
            let row = y * moving.stride - moving.top(shape.height) + tap / moving.width
            let column = x * moving.stride - moving.left(shape.width) + tap % moving.width
            guard 0..<shape.height ~= row, 0..<shape.width ~= column else { continue }
            window.append(((n * shape.height + row) * shape.width + column, tap))
          }
          for c in 0..<output.channels { result.append(value(c, window)) }
        }
      }
    }
    return result
  }

  private func convolution(
    _ x: [Double], _ weight: [Double], _ bias: [Double], from shape: TensorShape,
    to output: TensorShape, _ moving: Window, groups: Int = 1
  ) -> [Double] {
    let inputs = shape.channels / groups
    return windows(from: shape, to: output, moving) { o, window in
      var sum = bias[o]
      let group = o / (output.channels / groups)
      for (position, tap) in window {
        for c in 0..<inputs {
          sum +=
            x[position * shape.channels + group * inputs + c]
            * weight[(tap * inputs + c) * output.channels + o]
        }
      }
      return sum
    }
  }

  private func norm(
    _ x: [Double], _ scale: [Double], _ shift: [Double], channels: Int
  ) -> [Double] {
    let count = Double(x.count / channels)
    var result = x
    for c in 0..<channels {
      let places = stride(from: c, to: x.count, by: channels)
      let mean = places.reduce(0) { $0 + x[$1] } / count
      let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / count
      let factor = scale[c] / (variance + Double(normEpsilon)).squareRoot()
      for i in places { result[i] = factor * (x[i] - mean) + shift[c] }
    }
    return result
  }

  private func means(_ x: [Double], _ shape: TensorShape) -> [Double] {
    (0..<batch * shape.channels).map { i in
      let (n, c) = i.quotientAndRemainder(dividingBy: shape.channels)
      return (0..<shape.positionCount).reduce(0) {
        $0 + x[(n * shape.positionCount + $1) * shape.channels + c]
      } / Double(shape.positionCount)
    }
  }

  private func dense(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let (width, inputs) = (bias.count, weight.count / bias.count)
    return (0..<batch * width).map { i in
      let (n, o) = i.quotientAndRemainder(dividingBy: width)
      return (0..<inputs).reduce(bias[o]) { $0 + x[n * inputs + $1] * weight[$1 * width + o] }
    }
  }

  private func squeezed(
    _ x: [Double], _ index: Int, _ shape: TensorShape, _ run: inout Run
  ) -> [Double] {
    let hidden = dense(
      means(x, shape), tensor(.squeezeWeight, index, run), tensor(.squeezeBias, index, run)
    ).map { activate($0, .relu, &run) }
    let gates = dense(
      hidden, tensor(.exciteWeight, index, run), tensor(.exciteBias, index, run)
    ).map { activate($0 + 3, .relu6, &run) / 6 }
    return x.indices.map { i in
      x[i] * gates[i / shape.elementCount * shape.channels + i % shape.channels]
    }
  }

  private func dropped(_ x: [Double], _ index: Int, _ rate: Double) -> [Double] {
    let elements = x.count / batch
    return sliceRanges.enumerated().flatMap { slice, range in
      var stream = RandomStream(seed: dropoutSeed, purpose: "dropout", index, step, slice)
      return x[range.lowerBound * elements..<range.upperBound * elements].map {
        stream.uniform() < rate ? 0 : $0 / (1 - rate)
      }
    }
  }
}
