import Distillation
import RandomStreams

/// The choices of a study, made once more on other results: which students get the full training, by the study's own
/// rule (`FinalistSelection`), and which of these each budget gets (`StudyResults`).
///
/// Students that get it here and did not in the study come to what flash predicts of them (`AccuracyLadder`), with its doubt.
/// The search has proposed the same students: a whole study with another seed is a study of its own.
struct RepeatedChoice {
  let definition: StudyDefinition
  let selection: FinalistSelection
  let resampling: StudyResampling

  /// What one repetition comes to.
  struct Outcome {
    /// For each budget the trial that is chosen; nil where none keeps it.
    var chosen: [Int?]
    /// For each budget the most accurate trial of those that the study has fully trained.
    var best: [Int?]
    /// How many fully trained students have not been trained.
    var imagined: Int
  }

  /// - Parameter selection: By the rule of the study; it may serve many repetitions, one at a time.
  init(_ selection: FinalistSelection, _ resampling: StudyResampling) {
    (definition, self.selection, self.resampling) = (selection.definition, selection, resampling)
  }

  /// Makes the choices.
  ///
  /// - Throws: Where a trial is no architecture of the space.
  func outcome(using random: inout RandomStream) throws -> Outcome {
    var state = resampling.resampled(using: &random)
    let best = chosen(state)
    (state.finalists, state.earlierFinalists) = (nil, [])
    var imagined = 0
    while true {
      let known = state.finalists ?? []
      let chosen = try selection.nextRound(state)
      if chosen.count == known.count { break }
      for trial in chosen.dropFirst(known.count)
      where state.distillation(of: trial, repetition: 0, isBaseline: false) == nil {
        if imagine(trial, &state, &random) { imagined += 1 }
      }
      state.finalists = chosen
    }
    return Outcome(chosen: chosen(state), best: best, imagined: imagined)
  }

  private func chosen(_ state: StudyState) -> [Int?] {
    StudyResults(definition, state).candidates(definition).map { $0.students.mostAccurate?.trial }
  }

  /// Gives a student full trainings; false where flash says nothing of it.
  private func imagine(
    _ trial: Int, _ state: inout StudyState, _ random: inout RandomStream
  ) -> Bool {
    guard
      let estimate = AccuracyLadder(definition, state).afterFullTraining(state.trials[trial])
    else { return false }
    let evaluations = resampling.imagined(estimate, using: &random)
    for (repetition, evaluation) in evaluations.enumerated() {
      state.distilled.append(
        JournalEvent.Distilled(
          trial: trial, repetition: repetition, isBaseline: false, outcome: .measured,
          validation: evaluation, test: nil, seconds: 0, steps: 0))
    }
    return true
  }
}
