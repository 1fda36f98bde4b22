import Distillation
import HardwareProfiles
import SearchSpaces
import Studies

/// What a report is made from, and the facts that several of its parts need.
struct ReportInputs: Sendable {
  let definition: StudyDefinition
  let state: StudyState
  let results: StudyResults
  let trials: TrialTable
  let space: SearchSpace
  /// In the order of the study's `hardware`.
  let profiles: [HardwareProfile]
  /// How sure the choice of each budget's student is; empty in a status, which does not show it.
  let choices: [StudentChoice]
  /// What students give away about their training images, as far as that was looked at.
  var leakage: [LeakageResult] = []
  /// How often the study would choose as it does; nil where its choices were not repeated.
  var stability: ChoiceStability?
  /// What repetitions with other seeds have chosen; nil where there are none.
  var retrained: RetrainedChoices?
  /// The version of the program that writes the report.
  let version: String

  /// Returns a student's architecture in words; says so if the key is not one of the space.
  func words(_ key: String) -> String {
    guard let architecture = try? space.architecture(key: key) else {
      return "unknown: no architecture of \(space.name)"
    }
    return space.description(of: architecture)
  }

  /// The student with the highest validation accuracy, the cheapest of several, among those that keep the
  /// budget on the device as far as it is measured; the test split plays no part in the choice.
  var best: StudyResults.Student? { results.withinBudget.mostAccurate }

  /// Who sets a constraint.
  enum ConstraintOrigin: String, Sendable {
    case study, device, budget
  }

  /// The study's constraints, then what the devices' memory demands, then those of budgets, each once.
  var constraints: [(constraint: Constraint, origin: ConstraintOrigin)] {
    func all(
      _ constraints: [Constraint], _ origin: ConstraintOrigin
    ) -> [(constraint: Constraint, origin: ConstraintOrigin)] {
      constraints.map { ($0, origin) }
    }
    var seen: Set<String> = []
    return
      (all(definition.constraints, .study) + all(profiles.memoryConstraints, .device)
      + all(definition.budgets.flatMap(\.constraints), .budget))
      .filter { seen.insert($0.constraint.description).inserted }
  }

  /// Whether any bound is on a cost that is predicted with an error.
  var hasPredictedBounds: Bool { constraints.contains { $0.constraint.metric.isPredicted } }

  /// What a page says where it shows a selection of the trials; nil where it shows all.
  var selectionSentence: String? {
    guard trials.isSelection else { return nil }
    return
      "Of \(counted(trials.rows.count, "flash trial")) this page shows \(trials.shown.count) one by one, in "
      + "charts and in tables: those that were fully trained, the \(TrialTable.mostShown / 4) most promising ones, "
      + "and of the others evenly many. front.json has all of them."
  }

  /// Flash trials that ended well.
  var measuredTrials: [StudyState.Trial] { state.trials.filter { $0.flashAccuracy != nil } }

  /// Flash trials that ended without a result: those stopped at a rung have one.
  var failedTrials: [StudyState.Trial] {
    state.trials.filter { $0.result?.outcome.isFailure ?? false }
  }

  /// Full trainings that ended otherwise, in an order that does not depend on the journal's.
  var failedTrainings: [JournalEvent.Distilled] {
    state.distilled.filter { $0.outcome != .measured }.sorted {
      ($0.trial, $0.repetition, $0.isBaseline ? 1 : 0)
        < ($1.trial, $1.repetition, $1.isBaseline ? 1 : 0)
    }
  }

  /// What an unfinished study still lacks, in the order in which it will come; empty when it is done.
  var missing: [String] {
    guard state.began != nil else { return ["everything: the study has not been started"] }
    var missing: [String] = []
    // There is nothing to continue with.
    if state.nothingFeasible != nil { return [] }
    if state.teacher == nil { missing.append("the teacher: it is not trained yet") }
    if state.searchEnded == nil {
      let ended = state.ownTrials.count { $0.result != nil }
      missing.append("the search: \(ended) of \(definition.search.trials) flash trials have ended")
    }
    guard let finalists = state.finalists else {
      return missing + ["the full trainings: the students for them are not chosen yet"]
        + (missingReferences.map { [$0] } ?? [])
    }
    if state.teacher != nil, state.teacher?.test == nil, unknownTest == nil {
      missing.append("the teacher's accuracy on the test split")
    }
    let untested = state.untestedTrials.count
    if untested > 0 {
      missing.append("the audited students on the test split: \(untested) are still to come")
    }
    let kinds = definition.finalists.baseline ? [false, true] : [false]
    // They are chosen in rounds: as many as asked for, if enough flash trials gave a result.
    let measured = state.trials.count { $0.flashAccuracy != nil && $0.broken == nil }
    let wanted = max(
      finalists.count,
      min(definition.finalists.count + state.uncountedFinalists.count, measured))
    let expected = wanted * definition.finalists.seeds * kinds.count
    let ended = finalists.reduce(0) { sum, trial in
      sum
        + (0..<definition.finalists.seeds).reduce(0) { sum, repetition in
          sum
            + kinds.count { kind in
              state.distillation(of: trial, repetition: repetition, isBaseline: kind) != nil
            }
        }
    }
    if ended < expected {
      missing.append("the full trainings: \(ended) of \(expected) have ended")
    }
    if let missingReferences { missing.append(missingReferences) }
    if let settings = definition.robustness {
      let open = state.openRobustness(images: settings.images).count
      if open > 0 { missing.append("\(counted(open, "student")) on corrupted images") }
    }
    return missing
  }
}
