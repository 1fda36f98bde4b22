import NeuralNetworks

/// The stages of a training of a known number of steps; a recipe without stages has one.
struct TrainingStages: Sendable {
  /// One of them.
  struct Stage: Sendable {
    let steps: Range<Int>
    /// What is done in it.
    let recipe: Recipe
    let continues: Bool
    let frozen: [String]
  }

  /// In their order; their steps follow each other, and some may have none.
  let stages: [Stage]
  /// Of the whole training.
  let steps: Int

  init(_ recipe: Recipe, steps: Int) {
    self.steps = steps
    guard !recipe.stages.isEmpty else {
      stages = [Stage(steps: 0..<steps, recipe: recipe, continues: true, frozen: [])]
      return
    }
    var stages: [Stage] = []
    var share = 0.0
    for (index, stage) in recipe.stages.enumerated() {
      share += stage.share
      let start = stages.last?.steps.upperBound ?? 0
      let end =
        index + 1 == recipe.stages.count ? steps : Int((share * Double(steps)).rounded())
      stages.append(
        Stage(
          steps: start..<min(steps, max(start, end)), recipe: recipe.recipe(of: stage),
          continues: stage.continues, frozen: stage.frozen))
    }
    self.stages = stages
  }

  /// Returns the stage that a step belongs to.
  func index(ofStep step: Int) -> Int {
    stages.firstIndex { step < $0.steps.upperBound } ?? stages.count - 1
  }

  /// Returns the learning rate of a step.
  func rate(step: Int) -> Double {
    let stage = stages[index(ofStep: step)]
    return stage.continues
      ? stage.recipe.schedule.rate(step: step, of: steps)
      : stage.recipe.schedule.rate(step: step - stage.steps.lowerBound, of: stage.steps.count)
  }

  /// Returns the stage at a share of all steps, 0…1, and how much of what runs over it is done.
  func position(at progress: Double) -> (stage: Int, progress: Double) {
    let step = Int((progress * Double(steps)).rounded())
    let index = index(ofStep: step)
    let stage = stages[index]
    guard !stage.continues, !stage.steps.isEmpty else { return (index, progress) }
    return (index, Double(step - stage.steps.lowerBound) / Double(stage.steps.count))
  }
}
