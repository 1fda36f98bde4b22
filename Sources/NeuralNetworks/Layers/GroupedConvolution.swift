import TensorKernels

/// A convolution whose channels form two or more groups of equal size.
struct GroupedConvolutionFamily: LinearFamily, WindowedFamily {
  let kernel: Int
  let stride: Int
  let channels: Int
  let groups: Int
  let hasBias: Bool
  let padding: Padding

  var name: String { "grouped_convolution" }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try checkGroups(groups, divide: input.channels, "input")
    try checkGroups(groups, divide: channels, "output")
    try check(kernel: kernel, padding: padding)
    try check(stride: stride, channels: channels)
    return try windowShape(on: input, channels: channels)
  }

  func axes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis) {
    (
      WindowAxis(length: input.height, kernel: kernel, stride: stride, padding: padding),
      WindowAxis(length: input.width, kernel: kernel, stride: stride, padding: padding)
    )
  }

  func weightShape(_ place: LayerPlace) -> [Int] {
    [kernel, kernel, place.input.channels / groups, channels]
  }

  private func shape(_ place: LayerPlace) -> GroupedConvolutionShape {
    GroupedConvolutionShape(
      height: place.input.height, width: place.input.width, inputChannels: place.input.channels,
      outputChannels: channels, kernel: kernel, stride: stride, padding: padding, groups: groups)
  }
}

extension GroupedConvolutionFamily {
  var accumulatesInputGradient: Bool { true }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory {
    LayerMemory(state: shape(place).weightFloats, scratch: shape(place).scratchFloats)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    GroupedConvolutionLayer(
      shape: shape(site.place), buffers: site.buffers, weight: site.tensor(.weight),
      bias: hasBias ? site.tensor(.bias) : nil, rearranged: site.state)
  }
}

extension GroupedConvolutionFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    place.convolutionKernel(
      window: WindowSize(side: kernel), stride: stride, groups: groups, hasBias: hasBias)
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int {
    shape(place.layer).scratchFloats
  }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (weight, bias) = (site.weights[.weight], site.weights.values[.bias])
    let shape = shape(site.place.layer)
    return { images in
      groupedConvolutionForward(
        site.input, weight, bias: bias, into: site.output, scratch: site.scratch, images: images,
        shape: shape)
      site.finish(images: images)
    }
  }
}

/// A convolution whose channels form groups.
struct GroupedConvolutionLayer: OnePassLayer, @unchecked Sendable {
  let shape: GroupedConvolutionShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let rearranged: UnsafeMutablePointer<Float>

  var kind: KernelKind { shape.taps == 1 ? .pointwise : .convolution }

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
