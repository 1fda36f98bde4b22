import TensorKernels

/// A dense convolution.
struct ConvolutionFamily: LinearFamily, WindowedFamily {
  let window: WindowSize
  let stride: Int
  let channels: Int
  let hasBias: Bool
  let padding: Padding

  var name: String { "convolution" }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(kernel: window.height, padding: padding)
    try check(kernel: window.width, padding: padding)
    try check(stride: stride, channels: channels)
    return try windowShape(on: input, channels: channels)
  }

  func axes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis) {
    (
      WindowAxis(length: input.height, kernel: window.height, stride: stride, padding: padding),
      WindowAxis(length: input.width, kernel: window.width, stride: stride, padding: padding)
    )
  }

  func weightShape(_ place: LayerPlace) -> [Int] {
    [window.height, window.width, place.input.channels, channels]
  }

  private func shape(_ place: LayerPlace) -> ConvolutionShape {
    let (rows, columns) = axes(on: place.input)
    return ConvolutionShape(
      rows: rows, columns: columns, inputChannels: place.input.channels, outputChannels: channels)
  }
}

extension ConvolutionFamily {
  var accumulatesInputGradient: Bool { true }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory {
    let shape = shape(place)
    if let winograd = shape.winograd?.limited(toImages: images.max()!) {
      return WinogradMemory.layerMemory(winograd)
    }
    return LayerMemory(state: shape.weightFloats, scratch: shape.scratchFloats)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    let shape = shape(site.place)
    let (weight, bias) = (site.tensor(.weight), hasBias ? site.tensor(.bias) : nil)
    if let winograd = shape.winograd?.limited(toImages: site.buffers.images.max()!) {
      return WinogradConvolutionLayer(
        shape: winograd, buffers: site.buffers, weight: weight, bias: bias, state: site.state)
    }
    return ConvolutionLayer(
      shape: shape, buffers: site.buffers, weight: weight, bias: bias, rearranged: site.state)
  }
}

extension ConvolutionFamily: ArrangingFamily {
  /// Minimal filtering reads transformed weights, and nothing reads the plain ones.
  func weightArrangement(_ place: GroupPlace) -> WeightArrangement? {
    shape(place.layer).winograd.map { winograd in
      WeightArrangement(floats: winograd.weightFloats) { plain, arranged in
        transformWinogradWeights(plain, into: arranged, shape: winograd)
      }
    }
  }
}

extension ConvolutionFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    place.convolutionKernel(window: window, stride: stride, hasBias: hasBias)
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int {
    let shape = shape(place.layer)
    return shape.winograd?.limited(toImages: capacity).forwardScratchFloats ?? shape.scratchFloats
  }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (weight, bias) = (site.weights[.weight], site.weights.values[.bias])
    let shape = shape(site.place.layer)
    if shape.isPointwise {
      let positions = site.place.input.positionCount
      return { images in
        matrixProduct(
          site.input, weight, bias: bias, into: site.output, m: images * positions,
          n: shape.outputChannels, k: shape.inputChannels)
        site.finish(images: images)
      }
    }
    if let winograd = shape.winograd?.limited(toImages: site.capacity) {
      return { images in
        winogradForward(
          site.input, transformed: weight, bias: bias, into: site.output, scratch: site.scratch,
          images: images, shape: winograd)
        site.finish(images: images)
      }
    }
    return { images in
      convolutionForward(
        site.input, weight, bias: bias, into: site.output, scratch: site.scratch, images: images,
        shape: shape)
      site.finish(images: images)
    }
  }
}

/// A dense convolution or, with kernel and stride 1, a product over all positions at once.
///
/// It runs for a few images at a time, so that the norm behind it finds their values in cache.
struct ConvolutionLayer: OnePassLayer, @unchecked Sendable {
  let shape: ConvolutionShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let rearranged: UnsafeMutablePointer<Float>

  private var isPointwise: Bool { shape.isPointwise }

  var kind: KernelKind { isPointwise ? .pointwise : .convolution }
  var bringsNorm: Bool { isWholeVectors(groupImages * shape.outputFloats) }
  var bringsInputNorm: Bool { isWholeVectors(groupImages * shape.inputFloats) }

  /// Images that are worked on together: enough for products over some hundred positions.
  private var groupImages: Int { max(1, 196 / shape.outputPositions) }

  func rearrange() {
    guard buffers.delivery != .none else { return }
    rearrangeForBackwardInput(weight.value, into: rearranged, shape: shape)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    for images in imageGroups(buffers.images[slice], of: groupImages) {
      turn.receive(images)
      let input = buffers.input(slice) + images.lowerBound * shape.inputFloats
      let output = buffers.output(slice) + images.lowerBound * shape.outputFloats
      if isPointwise {
        matrixProduct(
          input, weight.value, bias: bias?.value, into: output,
          m: images.count * shape.outputPositions, n: shape.outputChannels, k: shape.inputChannels)
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
      turn.handBack(images)
    }
  }

  private func backward(slice: Int, images: Range<Int>) {
    let input = buffers.input(slice) + images.lowerBound * shape.inputFloats
    let gradient = buffers.outputGradient(slice) + images.lowerBound * shape.outputFloats
    let inputGradient = buffers.inputGradient(slice) + images.lowerBound * shape.inputFloats
    let positions = images.count * shape.outputPositions
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
