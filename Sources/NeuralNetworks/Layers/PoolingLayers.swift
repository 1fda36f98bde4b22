import TensorKernels

/// Average or max pooling.
struct PoolingLayer: OnePassLayer {
  let pooling: PoolingKind
  let shape: PoolingShape
  let buffers: LayerBuffers

  var kind: KernelKind { .pooling }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    switch pooling {
    case .average:
      averagePoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    case .max:
      maxPoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    }
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    let elements = shape.height * shape.width * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      switch pooling {
      case .average:
        averagePoolBackward(
          buffers.outputGradient(slice), into: output, images: images, shape: shape)
      case .max:
        maxPoolBackward(
          buffers.input(slice), buffers.outputGradient(slice), into: output, images: images,
          shape: shape)
      }
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
