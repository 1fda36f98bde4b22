import TensorKernels

/// Builds the units of a training plan on the buffers that a `MemoryPlan` placed.
struct UnitBuilder {
  let network: Network
  let layout: ParameterLayout
  let lifetimes: TensorLifetimes
  let images: [Int]
  let memory: MemoryPlan
  let seed: UInt64

  /// Returns the unit at `index` with its head and tail.
  func unit(_ index: Int) -> PlannedUnit {
    let unit = lifetimes.units[index]
    let group = unit.group
    let node = network.nodes[group.head]
    let inputNode = unit.inputs[0]
    let input = memory.slices(memory.activations[inputNode]!)
    let output = memory.slices(memory.activations[group.output]!)
    let outputGradient = memory.slices(memory.nodeGradients[group.output]!)
    let values =
      node.layer.readsInputDirectly ? input : memory.raw[index].map(memory.slices) ?? output
    let valuesGradient = memory.rawGradients[index].map(memory.slices) ?? outputGradient
    let delivery = lifetimes.headDelivery(to: inputNode, from: index)
    let buffers = LayerBuffers(
      input: input, output: values, outputGradient: valuesGradient,
      inputGradient: delivery == .none
        ? valuesGradient : memory.slices(memory.nodeGradients[inputNode]!),
      delivery: delivery, detour: memory.detours[index].map(memory.slices) ?? valuesGradient,
      scratch: memory.slices(memory.scratch), images: images)
    return PlannedUnit(
      head: chain(index, unit, buffers: buffers)
        ?? head(index, node: group.head, buffers: buffers),
      tail: tail(
        index, group, values: values, output: output, outputGradient: outputGradient,
        valuesGradient: valuesGradient))
  }

  func tensor(_ role: ParameterLayout.Role, _ node: Int) -> TrainedTensor {
    TrainedTensor(
      layout.tensor(role, of: node), parameters: memory.pointer(memory.parameters),
      gradients: memory.slices(memory.gradients))
  }

  /// What the head of the unit at `index` keeps for itself.
  func state(_ index: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer(memory.states[index]!)
  }

  func normTensors(_ node: Int) -> NormTensors {
    let statistics = memory.pointer(memory.statistics)
    return NormTensors(
      gamma: tensor(.scale, node), beta: tensor(.shift, node),
      runningMean: statistics + layout.tensor(.runningMean, of: node).offset,
      runningVariance: statistics + layout.tensor(.runningVariance, of: node).offset)
  }

  func excitationTensors(_ node: Int) -> ExcitationGate.Tensors {
    ExcitationGate.Tensors(
      squeezeWeight: tensor(.squeezeWeight, node), squeezeBias: tensor(.squeezeBias, node),
      exciteWeight: tensor(.exciteWeight, node), exciteBias: tensor(.exciteBias, node))
  }

  private func head(_ index: Int, node: Int, buffers: LayerBuffers) -> any TrainingLayer {
    let input = network.inputShape(of: node)
    let output = network.nodes[node].shape
    switch network.nodes[node].layer {
    case .convolution(let kernel, let stride, _, let bias):
      return ConvolutionLayer(
        shape: ConvolutionShape(input: input, output: output, kernel: kernel, stride: stride),
        buffers: buffers, weight: tensor(.weight, node), bias: bias ? tensor(.bias, node) : nil,
        rearranged: state(index))
    case .groupedConvolution(let kernel, let stride, _, let groups, let bias):
      return GroupedConvolutionLayer(
        shape: GroupedConvolutionShape(
          input: input, output: output, kernel: kernel, stride: stride, groups: groups),
        buffers: buffers, weight: tensor(.weight, node), bias: bias ? tensor(.bias, node) : nil,
        rearranged: state(index))
    case .depthwiseConvolution(let kernel, let stride):
      return DepthwiseLayer(
        shape: DepthwiseShape(input: input, kernel: kernel, stride: stride), buffers: buffers,
        filters: tensor(.weight, node))
    case .dense(let channels):
      return DenseLayer(
        inputs: input.elementCount, outputs: channels, buffers: buffers,
        weight: tensor(.weight, node), bias: tensor(.bias, node), rearranged: state(index))
    case .squeezeExcitation(let hidden):
      var cursor = MemoryCursor(state(index))
      return SqueezeExcitationLayer(
        input: input, buffers: buffers,
        gate: ExcitationGate(
          channels: input.channels, hidden: hidden, tensors: excitationTensors(node),
          memory: ExcitationGate.Memory(
            channels: input.channels, hidden: hidden, images: images, cursor: &cursor)))
    case .channelShuffle(let groups):
      return ChannelShuffleLayer(input: input, groups: groups, buffers: buffers)
    case .pooling(let kind, let kernel, let stride, let padding):
      return PoolingLayer(
        pooling: kind,
        shape: PoolingShape(
          height: input.height, width: input.width, channels: input.channels, kernel: kernel,
          stride: stride, padding: padding), buffers: buffers)
    case .globalAveragePool:
      return GlobalPoolingLayer(input: input, buffers: buffers)
    case .dropout(let rate):
      return DropoutLayer(
        rate: rate, seed: seed, node: node, elements: input.elementCount, buffers: buffers)
    case .batchNorm, .activation, .add:
      return PassThroughLayer(elements: input.elementCount, buffers: buffers)
    case .zero:
      return ZeroLayer(elements: input.elementCount, buffers: buffers)
    case .input:
      preconditionFailure("the input leads no group")
    }
  }

  private func tail(
    _ index: Int, _ group: FusedGroup, values: SliceBuffer, output: SliceBuffer,
    outputGradient: SliceBuffer, valuesGradient: SliceBuffer
  ) -> PlannedUnit.Tail {
    let addend = group.addend.map { memory.slices(memory.activations[$0]!) }
    let addendDelivery = group.addend.map { lifetimes.delivery(to: $0, from: index) } ?? .none
    let addendGradient =
      addendDelivery == .none || lifetimes.handsOn(group)
      ? nil : group.addend.map { memory.slices(memory.nodeGradients[$0]!) }
    let activation = activation(of: group)
    let shape = network.nodes[group.output].shape
    guard let normNode = group.norm else {
      guard group.hasTail || network.nodes[group.head].layer.readsInputDirectly else {
        return .none
      }
      return .activation(
        ActivationTail(
          activation: activation, elements: shape.elementCount, images: images, values: values,
          addend: addend, output: output, outputGradient: outputGradient,
          addendGradient: addendGradient, addendDelivery: addendDelivery))
    }
    let channels = shape.channels
    let period = ChannelPeriod(channels: channels)
    let base = memory.pointer(memory.norms[index]!)
    let inverse = base + NormBuffers.floats(period)
    let sums = UnsafeMutableRawPointer(inverse + (channels + 15) / 16 * 16)
      .bindMemory(to: Double.self, capacity: 2 * channels * images.count)
    return .norm(
      NormLayer(
        shape: shape, activation: activation, values: values, addend: addend, output: output,
        outputGradient: outputGradient, valuesGradient: valuesGradient,
        addendGradient: addendGradient, addendDelivery: addendDelivery, images: images,
        tensors: normTensors(normNode),
        buffers: NormBuffers(memory: base, period: period), inverseDeviation: inverse, sums: sums))
  }

  private func activation(of group: FusedGroup) -> Activation {
    if case .activation(let kind) = network.nodes[group.head].layer { return kind }
    return network.activation(of: group)
  }
}
