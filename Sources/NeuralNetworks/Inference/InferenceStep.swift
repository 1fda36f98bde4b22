import TensorKernels

/// One kernel of an inference plan, on its buffers.
struct InferenceStep {
  private let layer: Layer
  private let group: FusedGroup
  private let inputShape: TensorShape
  private let outputShape: TensorShape
  private let activation: Activation
  private let place: FoldedWeights.Place
  private let base: UnsafeMutablePointer<Float>
  private let input: UnsafeMutablePointer<Float>
  private let addend: UnsafeMutablePointer<Float>?
  private let output: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>

  init(
    network: Network, group: FusedGroup, weights: FoldedWeights.Place?,
    base: UnsafeMutablePointer<Float>, input: UnsafeMutablePointer<Float>,
    addend: UnsafeMutablePointer<Float>?, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    layer = network.nodes[group.head].layer
    self.group = group
    inputShape = network.inputShape(of: group.head)
    outputShape = network.nodes[group.output].shape
    if case .activation(let kind) = layer {
      activation = kind
    } else {
      activation = network.activation(of: group)
    }
    place = weights ?? FoldedWeights.Place()
    (self.base, self.input, self.addend) = (base, input, addend)
    (self.output, self.scratch) = (output, scratch)
  }

  private var weight: UnsafeMutablePointer<Float> { base + place.weight }
  private var bias: UnsafeMutablePointer<Float>? { place.bias.map { base + $0 } }

  func run(images: Int) {
    switch layer {
    case .convolution(let kernel, let stride, let channels, _):
      if kernel == 1 && stride == 1 {
        matrixProduct(
          input, weight, bias: bias, into: output, m: images * inputShape.positionCount,
          n: channels, k: inputShape.channels)
      } else {
        let shape = ConvolutionShape(
          input: inputShape, output: outputShape, kernel: kernel, stride: stride)
        convolutionForward(
          input, weight, bias: bias, into: output, scratch: scratch, images: images, shape: shape)
      }
    case .groupedConvolution(let kernel, let stride, _, let groups, _):
      groupedConvolutionForward(
        input, weight, bias: bias, into: output, scratch: scratch, images: images,
        shape: GroupedConvolutionShape(
          input: inputShape, output: outputShape, kernel: kernel, stride: stride, groups: groups))
    case .depthwiseConvolution(let kernel, let stride):
      depthwiseForward(
        input, weight, bias: bias, activation: addend == nil ? activation : .identity,
        into: output, scratch: scratch, images: images,
        shape: DepthwiseShape(input: inputShape, kernel: kernel, stride: stride))
      if addend == nil { return }
    case .dense(let channels):
      matrixProduct(
        input, weight, bias: bias, into: output, m: images, n: channels,
        k: inputShape.elementCount)
    case .squeezeExcitation(let hidden):
      squeezeAndExcite(images: images, hidden: hidden)
    case .channelShuffle(let groups):
      shuffleChannels(
        input, into: output, positions: images * inputShape.positionCount,
        channels: inputShape.channels, groups: groups)
    case .pooling(let kind, let kernel, let stride, let padding):
      let shape = PoolingShape(
        height: inputShape.height, width: inputShape.width, channels: inputShape.channels,
        kernel: kernel, stride: stride, padding: padding)
      if kind == .max {
        maxPoolForward(input, into: output, images: images, shape: shape)
      } else {
        averagePoolForward(input, into: output, images: images, shape: shape)
      }
    case .globalAveragePool:
      globalAveragePool(
        input, into: output, images: images, positions: inputShape.positionCount,
        channels: inputShape.channels)
    case .batchNorm:
      let period = ChannelPeriod(channels: inputShape.channels)
      normForward(
        input, addend: addend, activation: activation,
        buffers: NormBuffers(memory: weight, period: period), into: output,
        positions: images * inputShape.positionCount)
      return
    case .add, .activation:
      activate(
        input, addend: addend, activation: activation, into: output,
        count: images * outputShape.elementCount)
      return
    case .zero:
      output.update(repeating: 0, count: images * outputShape.elementCount)
      return
    case .input, .dropout:
      preconditionFailure("\(layer.name) runs no kernel")
    }
    if addend != nil || activation != .identity {
      activate(
        output, addend: addend, activation: activation, into: output,
        count: images * outputShape.elementCount)
    }
  }

  private func squeezeAndExcite(images: Int, hidden: Int) {
    let channels = inputShape.channels
    let positions = inputShape.positionCount
    let mean = scratch
    let middle = mean + images * channels + 32
    let gate = middle + images * hidden + 32
    globalAveragePool(
      input, into: mean, images: images, positions: positions, channels: channels)
    matrixProduct(mean, weight, bias: bias, into: middle, m: images, n: hidden, k: channels)
    for i in 0..<images * hidden { middle[i] = max(middle[i], 0) }
    matrixProduct(
      middle, base + place.secondWeight, bias: base + place.secondBias, into: gate, m: images,
      n: channels, k: hidden)
    hardSigmoid(gate, count: images * channels)
    scaleChannels(
      input, gate: gate, into: output, images: images, positions: positions, channels: channels)
  }
}
