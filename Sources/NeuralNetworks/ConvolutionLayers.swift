import TensorKernels

/// A dense convolution or, with kernel and stride 1, a product over all positions at once.
struct ConvolutionLayer: OnePassLayer, @unchecked Sendable {
  let shape: ConvolutionShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let rearranged: UnsafeMutablePointer<Float>

  private var isPointwise: Bool { shape.kernel == 1 && shape.stride == 1 }

  var kind: KernelKind { isPointwise ? .pointwise : .convolution }

  func rearrange() {
    guard buffers.delivery != .none else { return }
    rearrangeForBackwardInput(weight.value, into: rearranged, shape: shape)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    if isPointwise {
      matrixProduct(
        buffers.input(slice), weight.value, bias: bias?.value, into: buffers.output(slice),
        m: images * shape.height * shape.width, n: shape.outputChannels, k: shape.inputChannels)
    } else {
      convolutionForward(
        buffers.input(slice), weight.value, bias: bias?.value, into: buffers.output(slice),
        scratch: buffers.scratch(slice), images: images, shape: shape)
    }
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    let gradient = buffers.outputGradient(slice)
    let weightGradient = weight.gradient(slice)
    let positions = images * shape.outputHeight * shape.outputWidth
    if let bias {
      addColumnSums(
        gradient, to: bias.gradient(slice), rows: positions, columns: shape.outputChannels)
    }
    let accumulate = buffers.delivery == .accumulate
    if isPointwise {
      transposedProduct(
        buffers.input(slice), gradient, addingTo: weightGradient, positions: positions,
        m: shape.inputChannels, n: shape.outputChannels)
      guard buffers.delivery != .none else { return }
      matrixProduct(
        gradient, rearranged, accumulate: accumulate, into: buffers.inputGradient(slice),
        m: positions, n: shape.inputChannels, k: shape.outputChannels)
    } else {
      convolutionBackwardWeights(
        buffers.input(slice), gradient, addingTo: weightGradient, scratch: buffers.scratch(slice),
        images: images, shape: shape)
      guard buffers.delivery != .none else { return }
      convolutionBackwardInput(
        gradient, rearranged: rearranged, accumulate: accumulate,
        into: buffers.inputGradient(slice), scratch: buffers.scratch(slice), images: images,
        shape: shape)
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
    let elements = shape.height * shape.width * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      depthwiseBackwardInput(
        buffers.outputGradient(slice), filters.value, into: output,
        scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
    }
  }
}
