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
    let inputNode = unit.inputs[0]
    let input = memory.slices(memory.activations[inputNode]!)
    let output = memory.slices(memory.activations[group.output]!)
    let outputGradient = memory.slices(memory.nodeGradients[group.output]!)
    let family = network.nodes[group.head].layer.family
    let values =
      family.fusionRole.readsInputDirectly
      ? input : memory.raw[index].map(memory.slices) ?? output
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
        ?? family.trainingLayer(
          TrainingSite(
            place: network.place(of: group.head), buffers: buffers, unit: index, builder: self)),
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

  private func tail(
    _ index: Int, _ group: FusedGroup, values: SliceBuffer, output: SliceBuffer,
    outputGradient: SliceBuffer, valuesGradient: SliceBuffer
  ) -> PlannedUnit.Tail {
    let addend = group.addend.map { memory.slices(memory.activations[$0]!) }
    let addendDelivery = group.addend.map { lifetimes.delivery(to: $0, from: index) } ?? .none
    let addendGradient =
      addendDelivery == .none || lifetimes.handsOn(group)
      ? nil : group.addend.map { memory.slices(memory.nodeGradients[$0]!) }
    let activation = network.activation(of: group)
    let shape = network.nodes[group.output].shape
    guard let normNode = group.norm else {
      let role = network.nodes[group.head].layer.family.fusionRole
      guard group.hasTail || role.readsInputDirectly else { return .none }
      return .activation(
        ActivationTail(
          activation: activation, elements: shape.elementCount, images: images, values: values,
          addend: addend, output: output, outputGradient: outputGradient,
          addendGradient: addendGradient, addendDelivery: addendDelivery))
    }
    var cursor = MemoryCursor(memory.pointer(memory.norms[index]!))
    let norm = ChannelNorm(
      channels: shape.channels, positions: images.reduce(0, +) * shape.positionCount,
      slices: images.count, tensors: normTensors(normNode),
      memory: ChannelNorm.Memory(
        channels: shape.channels, slices: images.count, cursor: &cursor))
    return .norm(
      NormLayer(
        statistics: norm, shape: shape, activation: activation, values: values, addend: addend,
        output: output, outputGradient: outputGradient, valuesGradient: valuesGradient,
        addendGradient: addendGradient, addendDelivery: addendDelivery, images: images))
  }
}
