import RandomStreams
import Testing

@testable import TensorKernels

/// One 3×3 convolution's operands, and what the kernels of minimal filtering and the plain ones make of them.
struct WinogradTrial {
  let reference: ReferenceConvolution
  let input: [Float]
  let weights: [Float]
  let bias: [Float]
  let gradient: [Float]

  /// - Parameter isTrainedLike: Whether inputs are positive with many zeros, gradients small and weights of the size
  ///   that training gives, instead of all between −1 and 1.
  init(_ reference: ReferenceConvolution, seed: UInt64, isTrainedLike: Bool = false) {
    self.reference = reference
    var random = RandomStream(seed: seed, purpose: "winograd", reference.hashableSizes)
    let range: (Float) -> ClosedRange<Float> = { -$0...$0 }
    let drawn = random.floats(reference.inputCount)
    input = isTrainedLike ? drawn.map { max(0, 2 * $0) } : drawn
    let scale = 1 / Float(9 * reference.inputChannels).squareRoot()
    weights = random.floats(
      9 * reference.inputChannels * reference.outputChannels,
      in: range(isTrainedLike ? scale : 1))
    bias = random.floats(reference.outputChannels)
    gradient = random.floats(reference.outputCount, in: range(isTrainedLike ? 1e-3 : 1))
  }

  var sizes: ConvolutionShape {
    ConvolutionShape(
      height: reference.height, width: reference.width, inputChannels: reference.inputChannels,
      outputChannels: reference.outputChannels, window: WindowSize(side: 3), stride: 1,
      padding: reference.kernelPadding)
  }

  func shape(_ tile: WinogradTile, isLimited: Bool) -> WinogradShape {
    WinogradShape(sizes, tile: tile, mostImages: isLimited ? reference.images : nil)
  }

  /// Scratch that no kernel may write behind; it holds NaN at first.
  private func checked(
    _ floats: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let buffer = GuardedBuffer(count: floats)
    body(buffer.pointer)
    buffer.expectGuards("the scratch")
  }

  private func result(
    _ count: Int, addingTo before: [Float]?, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    let output = before.map { GuardedBuffer(updating: $0) } ?? GuardedBuffer(count: count)
    body(output.pointer)
    output.expectGuards()
    return output.values
  }

  /// Weights transformed by one of the two functions.
  private func transformed(
    _ floats: Int, _ transform: (UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    let buffer = GuardedBuffer(count: floats)
    transform(buffer.pointer)
    buffer.expectGuards("the transformed weights")
    return padded(buffer.values)
  }

  /// - Parameters:
  ///   - images: Images that go into one call; all if nil.
  ///   - isLimited: Whether the sizes know how many images there are.
  func forward(
    _ tile: WinogradTile, bias: [Float]? = nil, images: Int? = nil, isLimited: Bool = false
  ) -> [Float] {
    let shape = shape(tile, isLimited: isLimited)
    let weights = transformed(shape.weightFloats) {
      transformWinogradWeights(padded(self.weights), into: $0, shape: shape)
    }
    let step = images ?? reference.images
    let (input, bias) = (padded(input), bias.map(padded))
    return result(reference.outputCount, addingTo: nil) { output in
      checked(shape.forwardScratchFloats) { scratch in
        for first in stride(from: 0, to: reference.images, by: step) {
          let count = min(step, reference.images - first)
          input.withUnsafeBufferPointer { values in
            winogradForward(
              values.baseAddress! + first * sizes.inputFloats, transformed: weights, bias: bias,
              into: output + first * sizes.outputFloats, scratch: scratch, images: count,
              shape: shape)
          }
        }
      }
    }
  }

  func inputGradient(
    _ tile: WinogradTile, addingTo before: [Float]? = nil, isLimited: Bool = false
  ) -> [Float] {
    let shape = shape(tile, isLimited: isLimited)
    let weights = transformed(shape.flippedWeightFloats) {
      transformFlippedWinogradWeights(padded(self.weights), into: $0, shape: shape)
    }
    return result(reference.inputCount, addingTo: before) { output in
      checked(shape.scratchFloats) { scratch in
        winogradBackwardInput(
          padded(gradient), transformed: weights, accumulate: before != nil, into: output,
          scratch: scratch, images: reference.images, shape: shape)
      }
    }
  }

  /// - Parameter images: Images that go into one call that adds to the sums; all if nil.
  func filterGradient(
    _ tile: WinogradTile, addingTo before: [Float]? = nil, images: Int? = nil
  ) -> [Float] {
    let shape = WinogradShape(sizes, tile: tile)
    let sums = GuardedBuffer(updating: [Float](repeating: 0, count: shape.sumFloats))
    let step = images ?? reference.images
    let (input, gradient) = (padded(input), padded(gradient))
    checked(shape.scratchFloats) { scratch in
      for first in stride(from: 0, to: reference.images, by: step) {
        let count = min(step, reference.images - first)
        input.withUnsafeBufferPointer { input in
          gradient.withUnsafeBufferPointer { gradient in
            winogradAddProducts(
              input.baseAddress! + first * sizes.inputFloats,
              gradient.baseAddress! + first * sizes.outputFloats, to: sums.pointer,
              scratch: scratch, images: count, shape: shape)
          }
        }
      }
    }
    sums.expectGuards("the sums")
    let start = before ?? [Float](repeating: 0, count: weights.count)
    return result(weights.count, addingTo: start) {
      winogradAddFilterGradient(sums.pointer, to: $0, shape: shape)
    }
  }
}

extension WinogradTrial {
  /// The filter's gradient of all images as one group.
  func groupFilterGradient(_ tile: WinogradTile, addingTo before: [Float]? = nil) -> [Float] {
    let shape = shape(tile, isLimited: true)
    let sums = GuardedBuffer(count: shape.sumFloats)
    let start = before ?? [Float](repeating: 0, count: weights.count)
    let gradients = result(weights.count, addingTo: start) { output in
      checked(shape.scratchFloats) { scratch in
        winogradAddFilterGradient(
          padded(input), padded(gradient), to: output, sums: sums.pointer, scratch: scratch,
          images: reference.images, shape: shape)
      }
    }
    sums.expectGuards("the sums")
    return gradients
  }
}

/// The same by the plain kernels.
extension WinogradTrial {
  func plainForward() -> [Float] {
    result(reference.outputCount, addingTo: nil) { output in
      checked(sizes.scratchFloats) { scratch in
        convolutionForward(
          padded(input), padded(weights), bias: nil, into: output, scratch: scratch,
          images: reference.images, shape: sizes)
      }
    }
  }

  func plainInputGradient() -> [Float] {
    let rearranged = transformed(weights.count) {
      rearrangeForBackwardInput(padded(weights), into: $0, shape: sizes)
    }
    return result(reference.inputCount, addingTo: nil) { output in
      checked(sizes.scratchFloats) { scratch in
        convolutionBackwardInput(
          padded(gradient), rearranged: rearranged, accumulate: false, into: output,
          scratch: scratch, images: reference.images, shape: sizes)
      }
    }
  }

  func plainFilterGradient() -> [Float] {
    result(weights.count, addingTo: [Float](repeating: 0, count: weights.count)) { output in
      checked(sizes.scratchFloats) { scratch in
        convolutionBackwardWeights(
          padded(input), padded(gradient), addingTo: output, scratch: scratch,
          images: reference.images, shape: sizes)
      }
    }
  }
}

/// Plain loops in double precision for the gradients, which finite differences of `ReferenceConvolution.dense` check.
extension WinogradTrial {
  /// The input's gradient: a convolution of the output's gradient with the flipped window. At 3×3 and stride 1 both
  /// paddings are one pixel on every side.
  func referenceInputGradient() -> [Double] {
    var flipped = reference
    (flipped.inputChannels, flipped.outputChannels) = (
      reference.outputChannels, reference.inputChannels
    )
    let (inputs, outputs) = (reference.inputChannels, reference.outputChannels)
    var window = [Double](repeating: 0, count: weights.count)
    for tap in 0..<9 {
      for i in 0..<inputs {
        for o in 0..<outputs {
          window[((8 - tap) * outputs + o) * inputs + i] = Double(
            weights[(tap * inputs + i) * outputs + o])
        }
      }
    }
    return flipped.dense(gradient.doubles, window)
  }

  func referenceFilterGradient() -> [Double] {
    let (height, width) = (reference.height, reference.width)
    let (inputs, outputs) = (reference.inputChannels, reference.outputChannels)
    var sums = [Double](repeating: 0, count: weights.count)
    for place in 0..<reference.images * height * width {
      let (row, x) = place.quotientAndRemainder(dividingBy: width)
      let (image, y) = row.quotientAndRemainder(dividingBy: height)
      for tap in 0..<9 {
        let (iy, ix) = (y + tap / 3 - 1, x + tap % 3 - 1)
        guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
        let pixel = (image * height + iy) * width + ix
        for i in 0..<inputs {
          let value = Double(input[pixel * inputs + i])
          for o in 0..<outputs {
            sums[(tap * inputs + i) * outputs + o] +=
              value * Double(gradient[place * outputs + o])
          }
        }
      }
    }
    return sums
  }
}
