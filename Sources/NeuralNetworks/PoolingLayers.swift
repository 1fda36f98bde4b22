import TensorKernels

/// Average or max pooling.
struct PoolingLayer: TrainingLayer {
  let kind: PoolingKind
  let shape: PoolingShape
  let buffers: LayerBuffers

  func forward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    switch kind {
    case .average:
      averagePoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    case .max:
      maxPoolForward(
        buffers.input(slice), into: buffers.output(slice), images: images, shape: shape)
    }
  }

  func backward(slice: Int, step: Int) {
    let images = buffers.images[slice]
    let elements = shape.height * shape.width * shape.channels
    buffers.deliver(slice: slice, elements: elements) { output in
      switch kind {
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
struct GlobalPoolingLayer: TrainingLayer {
  let input: TensorShape
  let buffers: LayerBuffers

  func forward(slice: Int, step: Int) {
    globalAveragePool(
      buffers.input(slice), into: buffers.output(slice), images: buffers.images[slice],
      positions: input.positionCount, channels: input.channels)
  }

  func backward(slice: Int, step: Int) {
    buffers.deliver(slice: slice, elements: input.elementCount) { output in
      globalAveragePoolBackward(
        buffers.outputGradient(slice), into: output, images: buffers.images[slice],
        positions: input.positionCount, channels: input.channels)
    }
  }
}
