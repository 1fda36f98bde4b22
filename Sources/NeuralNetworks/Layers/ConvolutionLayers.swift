import TensorKernels

/// A dense convolution or, with kernel and stride 1, a product over all positions at once.
///
/// It runs for a few images at a time, so that the norm behind it finds their values in cache.
struct ConvolutionLayer: OnePassLayer, @unchecked Sendable {
  let shape: ConvolutionShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let rearranged: UnsafeMutablePointer<Float>

  private var isPointwise: Bool { shape.kernel == 1 && shape.stride == 1 }
  private var inputFloats: Int { shape.height * shape.width * shape.inputChannels }
  private var outputPositions: Int { shape.outputHeight * shape.outputWidth }
  private var outputFloats: Int { outputPositions * shape.outputChannels }

  var kind: KernelKind { isPointwise ? .pointwise : .convolution }
  var bringsNorm: Bool { isWholeVectors(groupImages * outputFloats) }

  /// Images that are worked on together: enough for products over some hundred positions.
  private var groupImages: Int { max(1, 196 / outputPositions) }

  func rearrange() {
    guard buffers.delivery != .none else { return }
    rearrangeForBackwardInput(weight.value, into: rearranged, shape: shape)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    for images in imageGroups(buffers.images[slice], of: groupImages) {
      let input = buffers.input(slice) + images.lowerBound * inputFloats
      let output = buffers.output(slice) + images.lowerBound * outputFloats
      if isPointwise {
        matrixProduct(
          input, weight.value, bias: bias?.value, into: output,
          m: images.count * outputPositions, n: shape.outputChannels, k: shape.inputChannels)
      } else {
        convolutionForward(
          input, weight.value, bias: bias?.value, into: output, scratch: buffers.scratch(slice),
          images: images.count, shape: shape)
      }
      turn.lap(kind)
      turn.norm?.accumulateMoments(slice: slice, images: images)
      turn.lap(.norm)
    }
  }

  func backward(_ turn: TrainingTurn) {
    for images in imageGroups(buffers.images[turn.slice], of: groupImages) {
      turn.norm?.applyBackward(slice: turn.slice, images: images)
      turn.lap(.norm)
      backward(slice: turn.slice, images: images)
      turn.lap(kind)
    }
  }

  private func backward(slice: Int, images: Range<Int>) {
    let input = buffers.input(slice) + images.lowerBound * inputFloats
    let gradient = buffers.outputGradient(slice) + images.lowerBound * outputFloats
    let inputGradient = buffers.inputGradient(slice) + images.lowerBound * inputFloats
    let positions = images.count * outputPositions
    if let bias {
      addColumnSums(
        gradient, to: bias.gradient(slice), rows: positions, columns: shape.outputChannels)
    }
    let accumulate = buffers.delivery == .accumulate
    if isPointwise {
      transposedProduct(
        input, gradient, addingTo: weight.gradient(slice), positions: positions,
        m: shape.inputChannels, n: shape.outputChannels)
      guard buffers.delivery != .none else { return }
      matrixProduct(
        gradient, rearranged, accumulate: accumulate, into: inputGradient, m: positions,
        n: shape.inputChannels, k: shape.outputChannels)
    } else {
      convolutionBackwardWeights(
        input, gradient, addingTo: weight.gradient(slice), scratch: buffers.scratch(slice),
        images: images.count, shape: shape)
      guard buffers.delivery != .none else { return }
      convolutionBackwardInput(
        gradient, rearranged: rearranged, accumulate: accumulate, into: inputGradient,
        scratch: buffers.scratch(slice), images: images.count, shape: shape)
    }
  }
}

/// One filter per channel.
struct DepthwiseLayer: OnePassLayer, @unchecked Sendable {
  let shape: DepthwiseShape
  let buffers: LayerBuffers
  let filters: TrainedTensor

  var kind: KernelKind { .depthwise }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    depthwiseForward(
      buffers.input(slice), filters.value, bias: nil, into: buffers.output(slice),
      scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    depthwiseBackwardFilters(
      buffers.input(slice), buffers.outputGradient(slice),
      addingTo: filters.gradient(slice),
      scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
    let elements = shape.plane.inputPixels * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      depthwiseBackwardInput(
        buffers.outputGradient(slice), filters.value, into: output,
        scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
    }
  }
}
