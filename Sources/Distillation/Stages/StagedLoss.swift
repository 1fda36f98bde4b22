import NeuralNetworks

/// A loss that is another one in each stage: other weights of the same inputs and connectors.
struct StagedLoss: TrainingLoss {
  let stages: TrainingStages
  /// One a stage.
  let losses: [any TrainingLoss]

  init(_ losses: [any TrainingLoss], _ stages: TrainingStages) {
    precondition(losses.count == stages.stages.count, "one loss for each stage")
    precondition(
      losses.allSatisfy {
        $0.inputs == losses[0].inputs && $0.connectorFloats == losses[0].connectorFloats
      }, "the losses of all stages read the same")
    (self.losses, self.stages) = (losses, stages)
  }

  var inputs: LossInputs { losses[0].inputs }
  var connectorFloats: Int { losses[0].connectorFloats }

  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    losses[0].initialize(connectors, seed: seed)
  }

  func scratchFloats(images: Int, classes: Int) -> Int {
    losses.map { $0.scratchFloats(images: images, classes: classes) }.max() ?? 0
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    let position = stages.position(at: slice.progress)
    var own = slice
    own.progress = position.progress
    return losses[position.stage].evaluate(own)
  }
}
