import Distillation
import Foundation

/// Full trainings of the search's students: their tasks, their order, and what becomes of them in the journal.
struct FullTrainings {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// What is done to a student of the search.
  enum Purpose: Hashable {
    case training(trial: Int, repetition: Int, isBaseline: Bool)
    /// The test split, for one whose training left it alone.
    case test(trial: Int)
  }

  /// Returns the task for a purpose.
  ///
  /// - Parameter usesTest: Whether a training looks at the test split.
  func task(
    for purpose: Purpose, usesTest: Bool = true
  ) -> (purpose: Purpose, task: StudentTask) {
    func key(_ trial: Int) -> String { journal.state.trials[trial].key }
    switch purpose {
    case .training(let trial, let repetition, let isBaseline):
      let work = StudentTask.FullWork(
        repetition: repetition, isBaseline: isBaseline, usesTest: usesTest)
      return (purpose, StudentTask(.full(work), key: key(trial), trial: trial))
    case .test(let trial):
      return (purpose, StudentTask(.test, key: key(trial), trial: trial))
    }
  }

  /// Returns trials with the costliest first, so that no worker is left alone with a long one at the end.
  func ordered(_ trials: [Int]) -> [Int] {
    let state = journal.state
    return trials.sorted {
      (-state.trials[$0].costs.macs, $0) < (-state.trials[$1].costs.macs, $1)
    }
  }

  /// Whether a full training is still to be done, or its weights have been deleted since. Those of a student
  /// that was trained elsewhere are not here.
  func isOpen(_ trial: Int, repetition: Int, isBaseline: Bool) -> Bool {
    journal.state.distillation(of: trial, repetition: repetition, isBaseline: isBaseline) == nil
      || repetition == 0 && !isBaseline && lacksWeights(trial)
  }

  /// Whether the weights that a student's first full training left have been deleted since.
  func lacksWeights(_ trial: Int) -> Bool {
    let key = journal.state.trials[trial].key
    let known = journal.state.distillation(of: trial, repetition: 0, isBaseline: false)
    return known?.outcome == .measured && !journal.state.isTold(key)
      && !inputs.folder.keeps(key, in: inputs.definition.precision)
  }

  /// Records what a full training or a look at the test split came to.
  func record(_ purpose: Purpose, _ outcome: TaskOutcome) throws {
    switch purpose {
    case .test(let trial):
      try journal.append(
        .tested(
          JournalEvent.Tested(
            trial: trial, test: outcome.result?.test, testOutcome: outcome.result?.testOutcome)))
      if case .lost(let loss, let note) = outcome {
        context.report(
          .note("trial \(trial), test split: \(loss.words(note: note)); left without a test result")
        )
      }
    case .training(let trial, let repetition, let isBaseline):
      var result = JournalEvent.Distilled(
        trial: trial, repetition: repetition, isBaseline: isBaseline,
        outcome: JournalEvent.Distilled.Outcome(outcome),
        validation: outcome.result?.validation, test: outcome.result?.test,
        validationOutcome: outcome.result?.validationOutcome,
        testOutcome: outcome.result?.testOutcome, curve: outcome.result?.curve,
        quantization: outcome.result?.quantization,
        seconds: outcome.result?.seconds ?? 0, steps: outcome.result?.steps ?? 0,
        source: outcome.result?.source, note: outcome.note)
      (result.machine, result.chain) = (outcome.result?.machine, outcome.result?.chain)
      try record(result)
    }
  }

  private func record(_ result: JournalEvent.Distilled) throws {
    let isFirst = !result.isBaseline && result.repetition == 0
    let known = journal.state.distillation(
      of: result.trial, repetition: result.repetition, isBaseline: result.isBaseline)
    if isFirst && result.outcome == .measured {
      let key = journal.state.trials[result.trial].key
      try journal.keep(inputs.folder.studentFiles(of: key), in: inputs.folder)
    }
    if known == nil {
      try journal.append(.distilled(result))
    } else if isFirst, journal.state.untestedTrials.contains(result.trial) {
      // Done once more for its weights, and this time with the test split.
      try journal.append(
        .tested(
          JournalEvent.Tested(
            trial: result.trial, test: result.test, testOutcome: result.testOutcome)))
    }
    inputs.folder.removeCheckpoint(
      of: journal.state.trials[result.trial].key, repetition: result.repetition,
      isBaseline: result.isBaseline)
    context.report(
      .trainingEnded(EndedTraining(result, key: journal.state.trials[result.trial].key)))
    let name = result.isBaseline ? "without teacher" : "distilled"
    context.report(
      .note(
        "trial \(result.trial), \(name), seed \(result.repetition): "
          + FullTrainings.ending(
            result.outcome, result.validation, result.source, note: result.note)))
  }

  /// Returns how a full training ended, in words for the user.
  static func ending(
    _ outcome: JournalEvent.Distilled.Outcome, _ validation: Evaluation?, _ source: String?,
    note: String?
  ) -> String {
    (validation.map { String(format: "validation accuracy %.2f %%", 100 * $0.accuracy) }
      ?? outcome.loss.map { "\($0.words(note: note)); recorded as \($0.rawValue)" }
      ?? outcome.rawValue) + (source.map { ", as \($0) has trained it" } ?? "")
  }
}
