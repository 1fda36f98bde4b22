import TensorKernels

/// The memory that training a unit takes besides its input, its output and their gradients, in floats.
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
      let head = unit.group.head
      let memory = network.nodes[head].layer.family.trainingMemory(
        network.place(of: head), images: images)
      (state, scratch) = (memory.state, memory.scratch)
    }
  }
}
