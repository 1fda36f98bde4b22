import TensorKernels

/// The memory that training a unit takes beside its input, its output and their gradients, in floats.
struct UnitDemand {
  /// Kept for the whole of training: rearranged weights, sums.
  var state = 0
  /// Of one slice, within one call.
  var scratch = 0
  /// Of one slice, from its forward to its backward pass.
  var stored = 0
  /// Of one slice, within its backward pass.
  var gradients = 0

  init(_ unit: TrainingUnit, network: Network, images: [Int]) {
    let largest = images.max()!
    switch unit.chain {
    case .bottleneck(let expansion, let depthwise):
      let shape = network.bottleneckShape(unit, depthwise)
      var cursor = MemoryCursor()
      _ = BottleneckState(
        shape, inputs: expansion.map { network.inputShape(of: $0.convolution).channels },
        hidden: network.hiddenChannels(depthwise.squeeze), images: images, cursor: &cursor)
      state = cursor.floats
      scratch = BottleneckScratch.floats(shape)
      stored = largest * shape.plane.outputPixels * shape.planes * planeChannels
      gradients = stored
    case .pooledExpansion(let expansion):
      let input = network.inputShape(of: expansion.convolution)
      let outputs = network.nodes[expansion.convolution].shape.channels
      var cursor = MemoryCursor()
      _ = StreamedExpansion.place(
        inputs: input.channels, outputs: outputs, slices: images.count, cursor: &cursor)
      state = cursor.floats
      scratch = PooledExpansionLayer.scratchFloats(
        positions: input.positionCount, planes: planeCount(channels: outputs))
    case nil:
      self = UnitDemand(
        network.nodes[unit.group.head].layer, input: network.nodes[unit.inputs[0]].shape,
        output: network.nodes[unit.group.head].shape, images: images)
    }
  }

  init(_ layer: Layer, input: TensorShape, output: TensorShape, images: [Int]) {
    switch layer {
    case .convolution(let kernel, let stride, _, _):
      let shape = ConvolutionShape(input: input, output: output, kernel: kernel, stride: stride)
      (state, scratch) = (shape.weightFloats, shape.scratchFloats)
    case .groupedConvolution(let kernel, let stride, _, let groups, _):
      let shape = GroupedConvolutionShape(
        input: input, output: output, kernel: kernel, stride: stride, groups: groups)
      (state, scratch) = (shape.weightFloats, shape.scratchFloats)
    case .depthwiseConvolution(let kernel, let stride):
      scratch = DepthwiseShape(input: input, kernel: kernel, stride: stride).scratchFloats
    case .dense(let channels):
      state = input.elementCount * channels
    case .squeezeExcitation(let hidden):
      var cursor = MemoryCursor()
      _ = ExcitationGate.Memory(
        channels: input.channels, hidden: hidden, images: images, cursor: &cursor)
      state = cursor.floats
    default:
      break
    }
  }
}

extension Network {
  func bottleneckShape(
    _ unit: TrainingUnit, _ depthwise: TrainingUnit.Depthwise
  ) -> BottleneckShape {
    guard case .depthwiseConvolution(let kernel, let stride) = nodes[depthwise.convolution].layer
    else { preconditionFailure("node \(depthwise.convolution) is no depthwise convolution") }
    let input = inputShape(of: depthwise.convolution)
    return BottleneckShape(
      plane: PlaneShape(
        height: input.height, width: input.width, kernel: kernel, stride: stride),
      kernel: kernel, channels: input.channels, outputs: nodes[unit.group.head].shape.channels)
  }

  func hiddenChannels(_ squeeze: Int?) -> Int? {
    guard let squeeze, case .squeezeExcitation(let hidden) = nodes[squeeze].layer else {
      return nil
    }
    return hidden
  }
}

extension ConvolutionShape {
  init(input: TensorShape, output: TensorShape, kernel: Int, stride: Int) {
    self.init(
      height: input.height, width: input.width, inputChannels: input.channels,
      outputChannels: output.channels, kernel: kernel, stride: stride)
  }
}

extension GroupedConvolutionShape {
  init(input: TensorShape, output: TensorShape, kernel: Int, stride: Int, groups: Int) {
    self.init(
      height: input.height, width: input.width, inputChannels: input.channels,
      outputChannels: output.channels, kernel: kernel, stride: stride, groups: groups)
  }
}

extension DepthwiseShape {
  init(input: TensorShape, kernel: Int, stride: Int) {
    self.init(
      height: input.height, width: input.width, channels: input.channels, kernel: kernel,
      stride: stride)
  }
}
