import NeuralNetworks
import TensorKernels

/// A loss that compares a feature of the student with one of the teacher behind a connector: what the kinds of it have in
/// common.
protocol ConnectedLoss: TrainingLoss {
  associatedtype Memory: ConnectedMemory where Memory.Loss == Self

  /// Keys what the connector starts with.
  static var connectorPurpose: String { get }
  var connector: FeatureConnector { get }

  /// Returns the loss summed over the slice's images, and writes `compared.gradient`.
  func compare(
    _ compared: FeatureConnector.Compared, _ slice: LossSlice, _ memory: Memory
  ) -> Double
}

/// What a loss computes with on one slice, besides its connector.
protocol ConnectedMemory {
  associatedtype Loss

  init(_ loss: Loss, images: Int, cursor: inout MemoryCursor)
}

extension ConnectedLoss {
  var inputs: LossInputs { connector.pair.inputs }
  var connectorFloats: Int { connector.parameterFloats }

  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    connector.initialize(connectors, seed: seed, purpose: Self.connectorPurpose)
  }

  func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = FeatureConnector.Memory(connector, images: images, cursor: &cursor)
    _ = Memory(self, images: images, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let connected = FeatureConnector.Memory(connector, images: slice.count, cursor: &cursor)
    let memory = Memory(self, images: slice.count, cursor: &cursor)
    let compared = connector.forward(slice, parameters: slice.connectors, memory: connected)
    let loss = compare(compared, slice, memory)
    connector.backward(
      compared, slice, parameters: slice.connectors,
      parameterGradients: slice.connectorGradients, memory: connected)
    return (loss, 0)
  }
}
