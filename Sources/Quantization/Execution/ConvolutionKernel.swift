import DeployedModels
import TensorKernels

/// A convolution in one or more groups, or a dense layer as one over a single position: products of gathered
/// windows and weights.
struct ConvolutionKernel: OperatorKernel {
  let input: Int
  let weight: Int
  let bias: Int?
  let output: Int
  let height: Int
  let width: Int
  let channels: Int
  let window: Window
  let extent: WindowExtent
  let outputs: Int
  let groups: Int

  init(_ step: DeployedOperator, _ window: Window, in model: DeployedModel) {
    let (image, shape) = (model.tensors[step.inputs[0]], model.tensors[step.inputs[1]].shape)
    (input, weight, output) = (step.inputs[0], step.inputs[1], step.output)
    bias = step.bias
    let isImage = shape.count == 4
    (height, width) = isImage ? (image.shape[1], image.shape[2]) : (1, 1)
    channels = isImage ? image.channels : shape[1]
    self.window = window
    extent = window.extent(height: height, width: width)
    outputs = shape[0]
    groups = isImage ? channels / shape[3] : 1
  }

  private var depth: Int { channels / groups }
  private var perGroup: Int { outputs / groups }
  private var windowFloats: Int { window.height * window.width * depth }
  private var positions: Int { extent.height * extent.width }
  private var inputFloats: Int { height * width * channels }
  private var outputFloats: Int { positions * outputs }
  private var isPointwise: Bool {
    window.height * window.width == 1 && window.strideY * window.strideX == 1 && groups == 1
  }
  /// Images whose windows are gathered together: enough for products over some hundred positions.
  private func together(_ images: Int) -> Int { min(images, max(1, 196 / positions)) }

  func scratchFloats(capacity: Int) -> Int {
    guard !isPointwise else { return 0 }
    let rows = together(capacity) * positions
    return 2 * (rows * windowFloats + 16) + (groups > 1 ? rows * perGroup + 16 : 0) + readMargin
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (source, target) = (slice.values[input], slice.raw[output])
    let (columns, bias) = (slice.columns[weight]!, bias.map { slice.values[$0] })
    if isPointwise {
      matrixProduct(
        source, columns, bias: bias.map { UnsafePointer($0) }, into: target, m: images * positions,
        n: outputs, k: channels)
      return
    }
    let step = together(images)
    for first in Swift.stride(from: 0, to: images, by: step) {
      let count = min(step, images - first)
      let rows = count * positions
      let windows = slice.scratch
      let part = windows + 2 * (together(images) * positions * windowFloats + 16)
      let (image, result) = (source + first * inputFloats, target + first * outputFloats)
      for group in 0..<groups {
        gather(image, group: group, images: count, into: windows)
        matrixProduct(
          windows, columns + group * windowFloats * perGroup,
          bias: bias.map { UnsafePointer($0 + group * perGroup) },
          into: groups == 1 ? result : part, m: rows, n: perGroup, k: windowFloats)
        guard groups > 1 else { continue }
        for row in 0..<rows {
          (result + row * outputs + group * perGroup)
            .update(from: part + row * perGroup, count: perGroup)
        }
      }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    let gradient = slice.gradients[output]!
    let (source, inputGradient) = (slice.values[input], slice.gradients[input])
    let rowsOfWeight = slice.values[weight]
    if let bias, let target = slice.weightGradients[bias] {
      addColumnSums(gradient, to: target, rows: images * positions, columns: outputs)
    }
    if isPointwise {
      if let target = slice.weightGradients[weight] {
        transposedProduct(
          source, gradient, addingTo: target, positions: images * positions, m: channels,
          n: outputs)
      }
      if let inputGradient {
        matrixProduct(
          gradient, rowsOfWeight, accumulate: true, into: inputGradient, m: images * positions,
          n: channels, k: outputs)
      }
      return
    }
    let step = together(images)
    for first in Swift.stride(from: 0, to: images, by: step) {
      let count = min(step, images - first)
      let rows = count * positions
      let windows = slice.scratch
      let windowGradients = windows + together(images) * positions * windowFloats + 16
      let part = windows + 2 * (together(images) * positions * windowFloats + 16)
      for group in 0..<groups {
        var own = gradient + first * outputFloats
        if groups > 1 {
          for row in 0..<rows {
            (part + row * perGroup)
              .update(from: own + row * outputs + group * perGroup, count: perGroup)
          }
          own = part
        }
        if let target = slice.weightGradients[weight] {
          gather(source + first * inputFloats, group: group, images: count, into: windows)
          transposedProduct(
            windows, own, addingTo: target + group * windowFloats * perGroup, positions: rows,
            m: windowFloats, n: perGroup)
        }
        guard let inputGradient else { continue }
        matrixProduct(
          own, rowsOfWeight + group * windowFloats * perGroup, into: windowGradients, m: rows,
          n: windowFloats, k: perGroup)
        scatter(
          windowGradients, group: group, images: count,
          addingTo: inputGradient + first * inputFloats)
      }
    }
  }

  /// Copies what each window of a group sees, zeros outside of the image.
  private func gather(
    _ source: UnsafePointer<Float>, group: Int, images: Int,
    into windows: UnsafeMutablePointer<Float>
  ) {
    let depth = depth
    forEachTap(images: images) { place, tap in
      let target = windows + place
      if let tap {
        target.update(from: source + tap + group * depth, count: depth)
      } else {
        target.update(repeating: 0, count: depth)
      }
    }
  }

  /// Adds what each window of a group holds to where it came from.
  private func scatter(
    _ windows: UnsafePointer<Float>, group: Int, images: Int,
    addingTo target: UnsafeMutablePointer<Float>
  ) {
    let depth = depth
    forEachTap(images: images) { place, tap in
      guard let tap else { return }
      let (to, from) = (target + tap + group * depth, windows + place)
      for channel in 0..<depth { to[channel] += from[channel] }
    }
  }

  /// Calls `body` for each tap of each window with its place among the windows and where its first channel is in
  /// the images; nil outside.
  @inline(__always)
  private func forEachTap(images: Int, _ body: (_ place: Int, _ tap: Int?) -> Void) {
    var place = 0
    for image in 0..<images {
      for y in 0..<extent.height {
        for x in 0..<extent.width {
          for ky in 0..<window.height {
            let row = y * window.strideY + ky - extent.top
            for kx in 0..<window.width {
              let column = x * window.strideX + kx - extent.left
              let isInside = row >= 0 && row < height && column >= 0 && column < width
              body(
                place, isInside ? ((image * height + row) * width + column) * channels : nil)
              place += depth
            }
          }
        }
      }
    }
  }
}

extension DeployedOperator {
  /// The bias of a convolution or dense layer.
  var bias: Int? {
    guard kind.hasWeights, inputs.count > 2, inputs[2] >= 0 else { return nil }
    return inputs[2]
  }
}
