import Testing

@testable import NeuralNetworks

/// A loss on one feature and one of the teacher's, whose parts a test can tell apart: the first value of each times
/// the first connector.
private struct ProductLoss: TrainingLoss {
  let node: Int
  let connectorFloats: Int
  let start: Float

  var inputs: LossInputs {
    LossInputs(
      features: [LossInputs.Feature(node: node, elementCount: 1)],
      teacherFeatures: [LossInputs.Feature(node: 10 * node, elementCount: 2)])
  }

  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    for i in 0..<connectorFloats { connectors[i] = start + Float(i) }
  }

  func scratchFloats(images: Int, classes: Int) -> Int { connectorFloats * images }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    let (value, target) = (slice.features[0].values[0], slice.teacherFeatures[0][0])
    slice.features[0].gradient[0] = slice.connectors[0]
    slice.connectorGradients[connectorFloats - 1] += value
    return (Double(value * target * slice.connectors[0]), connectorFloats)
  }
}

@Suite("a sum of losses")
struct SummedLossTests {
  private let parts = [
    ProductLoss(node: 3, connectorFloats: 2, start: 5),
    ProductLoss(node: 4, connectorFloats: 3, start: 7),
  ]

  @Test("reads what its parts read, in their order, without logits where no part has them")
  func inputs() {
    let sum = SummedLoss(parts)
    #expect(!sum.inputs.readsLogits && sum.inputs.features.map(\.node) == [3, 4])
    #expect(sum.inputs.teacherFeatures.map(\.node) == [30, 40])
    #expect(sum.connectorFloats == 5 && sum.scratchFloats(images: 2, classes: 1) >= 6)
  }

  @Test("gives each part its own features and connectors")
  func offsets() {
    let sum = SummedLoss(parts)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 512)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    defer {
      memory.deallocate()
      labels.deallocate()
    }
    memory.update(repeating: 0, count: 512)
    let (connectors, connectorGradients) = (memory, memory + 5)
    let (values, gradients, targets) = (memory + 10, memory + 12, memory + 14)
    (values[0], values[1], targets[0], targets[1]) = (2, 3, 11, 13)
    labels[0] = 0
    func feature(_ index: Int) -> LossSlice.Feature {
      LossSlice.Feature(values: values + index, gradient: gradients + index)
    }
    sum.initialize(connectors, seed: 1)
    let result = sum.evaluate(
      LossSlice(
        count: 1, batch: 1, classes: 1, labels: labels, logits: feature(0),
        teacherLogits: targets, features: [feature(0), feature(1)],
        teacherFeatures: [UnsafePointer(targets), UnsafePointer(targets + 1)],
        connectors: connectors, connectorGradients: connectorGradients, scratch: memory + 20))
    func read(_ place: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: place, count: count))
    }
    #expect(read(connectors, 5) == [5, 6, 7, 8, 9])
    #expect(read(gradients, 2) == [5, 7])
    #expect(read(connectorGradients, 5) == [0, 2, 0, 0, 3])
    let loss: Double = 2 * 11 * 5 + 3 * 13 * 7
    #expect(result.loss == loss)
    #expect(result.correct == 3)
  }

  @Test("adds the gradients of an output that several of them read, logits too")
  func shared() {
    let sum = SummedLoss([
      ConstantLoss(logit: 2, feature: 3), ConstantLoss(logit: 5, feature: nil),
      ConstantLoss(logit: 7, feature: 11),
    ])
    #expect(sum.inputs.features.count == 1 && sum.inputs.readsLogits)
    let scratchFloats = sum.scratchFloats(images: 2, classes: 2)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: scratchFloats + 64)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
    defer {
      memory.deallocate()
      labels.deallocate()
    }
    // What was there before must not matter.
    memory.update(repeating: .nan, count: scratchFloats + 64)
    labels.update(repeating: 0, count: 2)
    let (logits, feature) = (memory, memory + 8)
    let result = sum.evaluate(
      LossSlice(
        count: 2, batch: 2, classes: 2, labels: labels,
        logits: LossSlice.Feature(values: memory + 32, gradient: logits),
        teacherLogits: memory + 32,
        features: [LossSlice.Feature(values: memory + 32, gradient: feature)], teacherFeatures: [],
        connectors: memory + 32, connectorGradients: memory + 32, scratch: memory + 48))
    #expect((0..<4).map { logits[$0] } == [14, 14, 14, 14])
    #expect((0..<6).map { feature[$0] } == [14, 14, 14, 14, 14, 14])
    #expect(result.loss == 3 && result.correct == 1)
  }
}

/// A loss whose gradients are the same everywhere: of two logits an image, and of three values of a feature.
private struct ConstantLoss: TrainingLoss {
  let logit: Float
  let feature: Float?

  var inputs: LossInputs {
    LossInputs(
      readsLogits: true,
      features: feature == nil ? [] : [LossInputs.Feature(node: 1, elementCount: 3)])
  }
  var connectorFloats: Int { 0 }
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {}
  func scratchFloats(images: Int, classes: Int) -> Int { 0 }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    slice.logits.gradient.update(repeating: logit, count: slice.count * slice.classes)
    if let feature { slice.features[0].gradient.update(repeating: feature, count: slice.count * 3) }
    return (1, 1)
  }
}
