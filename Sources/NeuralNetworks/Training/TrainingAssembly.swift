import TensorKernels

/// Decides which buffers a training plan needs and when, and builds its layers on them.
struct TrainingAssembly {
  let arena: FloatArena
  let parameters: UnsafeMutablePointer<Float>
  let statistics: UnsafeMutablePointer<Float>
  let gradients: SliceBuffer
  let units: [PlannedUnit]
  let input: SliceBuffer
  let output: SliceBuffer
  let outputGradient: SliceBuffer
  /// The outputs that a loss reads, by node, and their gradients.
  let features: [Int: (values: SliceBuffer, gradient: SliceBuffer)]

  init(
    network: Network, layout: ParameterLayout, ranges: [Range<Int>], features: [Int],
    seed: UInt64, streaming: Bool
  ) {
    network.checkFeatures(features)
    let kept = Set(features)
    let lifetimes = TensorLifetimes(
      network, units: network.trainingUnits(streaming: streaming, keeping: kept), features: kept)
    let images = ranges.map(\.count)
    let memory = MemoryPlan(
      network: network, layout: layout, lifetimes: lifetimes, images: images)
    arena = memory.arena
    parameters = memory.pointer(memory.parameters)
    statistics = memory.pointer(memory.statistics)
    layout.initializeStatistics(statistics)
    gradients = memory.slices(memory.gradients)
    let builder = UnitBuilder(
      network: network, layout: layout, lifetimes: lifetimes, images: images, memory: memory,
      seed: seed)
    var units = lifetimes.units.indices.map(builder.unit)
    PlannedUnit.lendNorms(of: &units, lifetimes: lifetimes)
    self.units = units
    let last = network.nodes.count - 1
    input = memory.slices(memory.activations[0]!)
    output = memory.slices(memory.activations[last]!)
    outputGradient = memory.slices(memory.nodeGradients[last]!)
    self.features = Dictionary(
      uniqueKeysWithValues: kept.map {
        ($0, (memory.slices(memory.activations[$0]!), memory.slices(memory.nodeGradients[$0]!)))
      })
  }
}
