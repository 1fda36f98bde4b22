import TensorKernels

/// The mean over all positions.
struct GlobalPoolingFamily: WeightlessFamily {
  var name: String { "global_average_pool" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { false }

  func outputShape(for input: TensorShape) -> TensorShape {
    TensorShape(channels: input.channels)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    GlobalPoolingLayer(input: site.place.input, buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.globalPooling) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let shape = site.place.input
    return { images in
      globalAveragePool(
        site.input, into: site.output, images: images, positions: shape.positionCount,
        channels: shape.channels)
    }
  }
}

/// The mean over all positions.
struct GlobalPoolingLayer: OnePassLayer {
  let input: TensorShape
  let buffers: LayerBuffers

  var kind: KernelKind { .pooling }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    globalAveragePool(
      buffers.input(slice), into: buffers.output(slice), images: buffers.images[slice],
      positions: input.positionCount, channels: input.channels)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      globalAveragePoolBackward(
        buffers.outputGradient(slice), into: output, images: buffers.images[slice],
        positions: input.positionCount, channels: input.channels)
    }
  }
}
