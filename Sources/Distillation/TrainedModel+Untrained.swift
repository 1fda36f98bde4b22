import NeuralNetworks
import TensorKernels

extension TrainedModel {
  /// Gives a network the values that it would start a training with, where only its shape matters.
  public init(untrained network: Network, seed: UInt64 = 1) {
    let layout = ParameterLayout(network)
    let memory = FloatArena(count: layout.parameterFloats)
    layout.initialize(memory.base, seed: seed)
    self.init(
      network: network,
      parameters: Array(UnsafeBufferPointer(start: memory.base, count: layout.parameterFloats)),
      statistics: [Float](repeating: 1, count: layout.statisticFloats))
  }
}
