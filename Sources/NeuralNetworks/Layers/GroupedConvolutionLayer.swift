import TensorKernels

/// A convolution whose channels form groups.
struct GroupedConvolutionLayer: OnePassLayer, @unchecked Sendable {
  let shape: GroupedConvolutionShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let rearranged: UnsafeMutablePointer<Float>

  var kind: KernelKind { shape.kernel == 1 ? .pointwise : .convolution }

  func rearrange() {
    guard buffers.delivery != .none else { return }
    rearrangeForGroupedBackwardInput(weight.value, into: rearranged, shape: shape)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    groupedConvolutionForward(
      buffers.input(slice), weight.value, bias: bias?.value, into: buffers.output(slice),
      scratch: buffers.scratch(slice), images: buffers.images[slice], shape: shape)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let gradient = buffers.outputGradient(slice)
    let images = buffers.images[slice]
    if let bias {
      addColumnSums(
        gradient, to: bias.gradient(slice), rows: images * shape.outputPositions,
        columns: shape.outputChannels)
    }
    groupedConvolutionBackwardWeights(
      buffers.input(slice), gradient, addingTo: weight.gradient(slice),
      scratch: buffers.scratch(slice), images: images, shape: shape)
    guard buffers.delivery != .none else { return }
    groupedConvolutionBackwardInput(
      gradient, rearranged: rearranged, accumulate: buffers.delivery == .accumulate,
      into: buffers.inputGradient(slice), scratch: buffers.scratch(slice), images: images,
      shape: shape)
  }
}
