import TensorKernels

/// Squeeze-and-excitation on a tensor of its own, where no bottleneck could take it in.
struct SqueezeExcitationLayer: OnePassLayer {
  let input: TensorShape
  let buffers: LayerBuffers
  let gate: ExcitationGate

  var kind: KernelKind { .squeezeExcitation }

  func rearrange() { gate.rearrange() }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    globalAveragePool(
      buffers.input(slice), into: gate.mean(slice), images: images,
      positions: input.positionCount, channels: input.channels)
    gate.forward(slice: slice, images: 0..<images)
    scaleChannels(
      buffers.input(slice), gate: gate.gate(slice), into: buffers.output(slice), images: images,
      positions: input.positionCount, channels: input.channels)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    gateGradient(
      buffers.input(slice), buffers.outputGradient(slice), into: gate.gateGradient(slice),
      images: images, positions: input.positionCount, channels: input.channels)
    gate.backward(slice: slice, images: 0..<images, positions: input.positionCount)
    gate.addWeightGradients(slice: slice, images: images)
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      gateBackwardInput(
        buffers.outputGradient(slice), gate: gate.gate(slice), offset: gate.meanGradient(slice),
        into: output, images: images, positions: input.positionCount, channels: input.channels)
    }
  }
}
