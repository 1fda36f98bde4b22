import TensorKernels

/// The sum of losses. Where several read the same output of the network, their gradients of it are added, in the
/// order of the losses.
public struct SummedLoss: TrainingLoss {
  public let parts: [any TrainingLoss]
  public let inputs: LossInputs

  /// Where a part finds what it reads in what the sum reads.
  private let places: [(features: [Int], teacherFeatures: [Int])]

  public init(_ parts: [any TrainingLoss]) {
    let features = SummedLoss.distinct(parts.flatMap(\.inputs.features))
    let teacherFeatures = SummedLoss.distinct(parts.flatMap(\.inputs.teacherFeatures))
    self.parts = parts
    inputs = LossInputs(
      readsLogits: parts.contains { $0.inputs.readsLogits }, features: features,
      teacherFeatures: teacherFeatures)
    places = parts.map { part in
      (
        part.inputs.features.compactMap { features.firstIndex(of: $0) },
        part.inputs.teacherFeatures.compactMap { teacherFeatures.firstIndex(of: $0) }
      )
    }
  }

  private static func distinct(_ features: [LossInputs.Feature]) -> [LossInputs.Feature] {
    var seen: Set<LossInputs.Feature> = []
    return features.filter { seen.insert($0).inserted }
  }

  public var connectorFloats: Int { parts.reduce(0) { $0 + $1.connectorFloats } }

  public func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    var place = connectors
    for part in parts {
      part.initialize(place, seed: seed)
      place += part.connectorFloats
    }
  }

  public func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(self, images: images, classes: classes, cursor: &cursor)
    return cursor.floats
  }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let scratch = Scratch(
      self, images: slice.count, classes: slice.classes, cursor: &cursor)
    var (total, correct) = (0.0, 0)
    var (connectors, connectorGradients) = (slice.connectors, slice.connectorGradients)
    var hasLogits = false
    var written = [Bool](repeating: false, count: inputs.features.count)
    for (part, places) in zip(parts, places) {
      var own = slice
      var additions: [Addition] = []
      // What no loss has written yet takes the gradient itself.
      func output(_ feature: LossSlice.Feature, _ place: Int, isNew: Bool, count: Int)
        -> LossSlice.Feature
      {
        if isNew { return feature }
        let sum = Addition(gradient: scratch.gradients[place], to: feature.gradient, count: count)
        additions.append(sum)
        return LossSlice.Feature(values: feature.values, gradient: sum.gradient)
      }
      if part.inputs.readsLogits {
        own.logits = output(
          slice.logits, inputs.features.count, isNew: !hasLogits, count: slice.count * slice.classes
        )
        hasLogits = true
      }
      own.features = places.features.map { place in
        defer { written[place] = true }
        return output(
          slice.features[place], place, isNew: !written[place],
          count: slice.count * inputs.features[place].elementCount)
      }
      own.teacherFeatures = places.teacherFeatures.map { slice.teacherFeatures[$0] }
      (own.connectors, own.connectorGradients) = (connectors, connectorGradients)
      own.scratch = scratch.rest
      let result = part.evaluate(own)
      for sum in additions { add(sum.gradient, to: sum.to, count: sum.count) }
      total += result.loss
      correct = max(correct, result.correct)
      connectors += part.connectorFloats
      connectorGradients += part.connectorFloats
    }
    return (total, correct)
  }

  /// A gradient to be added to what another loss wrote.
  private struct Addition {
    let gradient: UnsafeMutablePointer<Float>
    let to: UnsafeMutablePointer<Float>
    let count: Int
  }

  private struct Scratch {
    /// One a feature, then the logits', where more than one loss reads them; else empty.
    let gradients: [UnsafeMutablePointer<Float>]
    /// What each loss computes with, in its turn.
    let rest: UnsafeMutablePointer<Float>

    init(_ loss: SummedLoss, images: Int, classes: Int, cursor: inout MemoryCursor) {
      let features = loss.inputs.features.map { feature in
        (feature.elementCount, loss.parts.count { $0.inputs.features.contains(feature) })
      }
      let logits = (classes, loss.parts.count { $0.inputs.readsLogits })
      var gradients: [UnsafeMutablePointer<Float>] = []
      for (elementCount, readers) in features + [logits] {
        gradients.append(cursor.take(readers > 1 ? images * elementCount : 0))
      }
      self.gradients = gradients
      rest = cursor.take(
        loss.parts.map { $0.scratchFloats(images: images, classes: classes) }.max() ?? 0)
    }
  }
}
