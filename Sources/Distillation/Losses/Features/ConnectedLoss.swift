import NeuralNetworks
import TensorKernels

/// A loss that compares a feature of the student with one of the teacher behind a connector: what the kinds of it have in
/// common.
protocol ConnectedLoss: TrainingLoss {
  associatedtype Memory: ConnectedMemory where Memory.Loss == Self

  /// Keys what the connector starts with.
  static var connectorPurpose: String { get }
  /// Whether a slice's loss is the sum of those of its images, so that few at a time can be compared, in cache.
  static var comparesEachImage: Bool { get }
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
    let images = blockImages(of: images)
    _ = FeatureConnector.Memory(connector, images: images, cursor: &cursor)
    _ = Memory(self, images: images, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let images = blockImages(of: slice.count)
    let connected = FeatureConnector.Memory(connector, images: images, cursor: &cursor)
    let memory = Memory(self, images: images, cursor: &cursor)
    connector.prepare(slice.connectors, memory: connected)
    var loss = 0.0
    for first in stride(from: 0, to: slice.count, by: images) {
      let block = slice.images(first..<min(first + images, slice.count), of: inputs)
      let compared = connector.forward(block, parameters: block.connectors, memory: connected)
      loss += compare(compared, block, memory)
      connector.backward(
        compared, block, parameterGradients: block.connectorGradients, memory: connected)
    }
    return (loss, 0)
  }

  /// How many of a slice's images are compared at once: as many as stay in the second-level cache with what is
  /// computed of them, if each is compared alone.
  private func blockImages(of count: Int) -> Int {
    guard Self.comparesEachImage else { return count }
    let cacheFloats = 65_536
    let floats =
      connector.pair.studentShape.elementCount + connector.pair.teacherShape.elementCount
      + connector.shape.elementCount
    return max(1, min(count, cacheFloats / floats))
  }
}
