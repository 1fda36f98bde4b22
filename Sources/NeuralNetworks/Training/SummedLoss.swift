/// The sum of losses, each of which reads other outputs of the network: a loss overwrites the gradients
/// of what it reads.
public struct SummedLoss: TrainingLoss {
  public let parts: [any TrainingLoss]
  public let inputs: LossInputs

  /// Adds losses; at most one may read the logits, and no two the same feature.
  public init(_ parts: [any TrainingLoss]) {
    let features = parts.flatMap(\.inputs.features)
    precondition(
      parts.count { $0.inputs.readsLogits } <= 1 && Set(features).count == features.count,
      "two losses read the same output")
    self.parts = parts
    inputs = LossInputs(
      readsLogits: parts.contains { $0.inputs.readsLogits }, features: features,
      teacherFeatures: parts.flatMap(\.inputs.teacherFeatures))
  }

  public var connectorFloats: Int { parts.reduce(0) { $0 + $1.connectorFloats } }

  public func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    var place = connectors
    for part in parts {
      part.initialize(place, seed: seed)
      place += part.connectorFloats
    }
  }

  public func scratchFloats(images: Int) -> Int {
    parts.map { $0.scratchFloats(images: images) }.max() ?? 0
  }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var (total, correct) = (0.0, 0)
    var rest = slice
    for part in parts {
      var own = rest
      let (features, teacherFeatures) = (part.inputs.features, part.inputs.teacherFeatures)
      own.features = Array(rest.features.prefix(features.count))
      own.teacherFeatures = Array(rest.teacherFeatures.prefix(teacherFeatures.count))
      let result = part.evaluate(own)
      total += result.loss
      correct += result.correct
      rest.features.removeFirst(features.count)
      rest.teacherFeatures.removeFirst(teacherFeatures.count)
      rest.connectors += part.connectorFloats
      rest.connectorGradients += part.connectorFloats
    }
    return (total, correct)
  }
}
