import TensorKernels

/// Where a layer stands in a training plan: its buffers, its tensors and the memory that it asked for.
struct TrainingSite {
  let place: LayerPlace
  let buffers: LayerBuffers
  /// The index of the unit that the layer leads.
  let unit: Int
  let builder: UnitBuilder

  /// Keys what is drawn at random.
  var seed: UInt64 { builder.seed }
  /// The state that the layer's `trainingMemory` asked for.
  var state: UnsafeMutablePointer<Float> { builder.state(unit) }

  func tensor(_ role: ParameterLayout.Role) -> TrainedTensor { builder.tensor(role, place.node) }
}
