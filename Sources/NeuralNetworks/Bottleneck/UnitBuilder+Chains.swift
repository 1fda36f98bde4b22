import TensorKernels

extension UnitBuilder {
  /// Returns the layer that runs a unit's chain and its head, if it has a chain.
  func chain(
    _ index: Int, _ unit: TrainingUnit, buffers: LayerBuffers
  ) -> (any TrainingLayer)? {
    var cursor = unit.chain == nil ? MemoryCursor() : MemoryCursor(state(index))
    switch unit.chain {
    case .bottleneck(let expansion, let depthwise):
      return bottleneck(index, unit, expansion, depthwise, buffers: buffers, cursor: &cursor)
    case .pooledExpansion(let expansion):
      let memory = StreamedExpansion.place(
        inputs: network.inputShape(of: expansion.convolution).channels,
        outputs: network.nodes[expansion.convolution].shape.channels, slices: images.count,
        cursor: &cursor)
      return PooledExpansionLayer(
        expansion: streamed(expansion, memory, buffers: buffers), output: buffers.output,
        outputGradient: buffers.outputGradient, scratch: buffers.scratch)
    case nil:
      return nil
    }
  }

  private func bottleneck(
    _ index: Int, _ unit: TrainingUnit, _ expansion: TrainingUnit.Expansion?,
    _ depthwise: TrainingUnit.Depthwise, buffers: LayerBuffers, cursor: inout MemoryCursor
  ) -> BottleneckLayer {
    let shape = network.bottleneckShape(unit, depthwise)
    let hidden = network.hiddenChannels(depthwise.squeeze)
    let state = BottleneckState(
      shape, inputs: expansion.map { network.inputShape(of: $0.convolution).channels },
      hidden: hidden, images: images, cursor: &cursor)
    let norm = BottleneckNorm(
      statistics: ChannelNorm(
        channels: shape.channels, positions: images.reduce(0, +) * shape.plane.outputPixels,
        slices: images.count, tensors: normTensors(depthwise.norm), memory: state.norm),
      activation: depthwise.activation)
    let squeeze = depthwise.squeeze.map { node in
      ExcitationGate(
        channels: shape.channels, hidden: hidden!,
        tensors: ExcitationGate.Tensors { tensor($0, node) }, memory: state.excitation!)
    }
    return BottleneckLayer(
      shape: shape, images: images,
      expansion: expansion.map { streamed($0, state.linear!, buffers: buffers) },
      input: buffers.input, inputGradient: buffers.inputGradient, delivery: buffers.delivery,
      norm: norm, filters: tensor(.weight, depthwise.convolution), squeeze: squeeze,
      projection: tensor(.weight, unit.group.head), output: buffers.output,
      outputGradient: buffers.outputGradient, stored: memory.slices(memory.stored[index]!),
      gradients: memory.slices(memory.gradientPlanes[index]!), scratch: buffers.scratch,
      weights: state.weights, filterGradients: state.filterGradients)
  }

  private func streamed(
    _ expansion: TrainingUnit.Expansion, _ memory: (LinearNormBuffers, [LinearMoments]),
    buffers: LayerBuffers
  ) -> StreamedExpansion {
    let input = network.inputShape(of: expansion.convolution)
    return StreamedExpansion(
      inputs: input.channels, outputs: network.nodes[expansion.convolution].shape.channels,
      activation: expansion.activation, positions: input.positionCount,
      weight: tensor(.weight, expansion.convolution), tensors: normTensors(expansion.norm),
      input: buffers.input,
      inputGradient: buffers.inputGradient, delivery: buffers.delivery, images: images,
      norm: memory.0, moments: memory.1)
  }
}
