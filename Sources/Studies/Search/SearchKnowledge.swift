import BayesianOptimization
import Distillation
import HardwareProfiles
import SearchSpaces

/// What a trial of the search may know: the results of trials up to n − q (q is the study's
/// look-ahead), whatever else has finished, all that was carried over from earlier studies, and after
/// the audit everything before it.
///
/// Proposals and the decisions at rungs are made from this alone, so they depend on the journal and not
/// on the number of workers.
struct SearchKnowledge {
  let definition: StudyDefinition
  let space: SearchSpace
  let state: StudyState

  private var settings: SearchSettings { definition.search }

  /// The trials that trial `number` may know, in the order of their numbers.
  private func known(to number: Int) -> ArraySlice<StudyState.Trial> {
    state.trials.prefix(
      max(state.carriedCount, state.auditedCount, number - settings.lookAhead + 1))
  }

  /// Whether every result that trial `number` may know is there.
  func isDue(_ number: Int) -> Bool { known(to: number).allSatisfy { $0.result != nil } }

  /// Returns what the sampler is told when it proposes trial `number`.
  func observations(for number: Int) throws -> [Observation] {
    let known = known(to: number)
    let infeasible = (state.imported?.carriedResults ?? []).filter { !$0.result.isFeasible }
    let ladder = AccuracyLadder(definition, state.asSearched, known: known)
    let elsewhere = try infeasible.map {
      try observation($0.result.key, .measured(ladder.afterFullTraining($0.result)))
    }
    return try elsewhere
      + state.trials.prefix(number).map { trial in
        let isKnown = known.indices.contains(trial.number)
        let outcome: Observation.Outcome? =
          isKnown && trial.result != nil
          ? ladder.afterFullTraining(trial).map { .measured($0) } ?? .failed : nil
        return try observation(trial.key, outcome ?? .pending)
      }
  }

  /// Returns what the sampler is told of the students of other studies whose results do not hold here.
  func relatedObservations() throws -> [Observation] {
    try (state.imported?.sources ?? []).flatMap(\.related).map {
      try observation(
        $0.key,
        .measured(value: $0.validation.accuracy, standardError: $0.validation.standardError))
    }
  }

  private func observation(
    _ key: String, _ outcome: Observation.Outcome
  ) throws -> Observation {
    Observation(architecture: try space.architecture(key: key), outcome: outcome)
  }

  /// Returns where trial `number` is examined and with which accuracies it continues; empty without rungs.
  ///
  /// Results at another flash fraction are no measure for it.
  ///
  /// - Parameter steps: The steps of a whole flash training.
  func rungs(for number: Int, steps: Int) -> [StudentTask.Rung] {
    guard let settings = settings.rungs else { return [] }
    let rule = RungRule(keep: settings.keep)
    let fraction = state.fraction(of: number)
    let known = known(to: number).filter { $0.result?.fraction == fraction }
    let costs = costVector(state.trials[number].costs)
    return settings.steps(of: steps).map { step in
      let results = known.compactMap { trial in
        trial.result?.rungs?.first { $0.step == step }.map {
          RungRule.Result(value: $0.validation.accuracy, costs: costVector(trial.costs))
        }
      }
      return StudentTask.Rung(step: step, stopBelow: rule.threshold(costs: costs, among: results))
    }
  }

  private func costVector(_ costs: Costs) -> [Double] {
    definition.objectives.map { definition.cost($0, costs) }
  }
}

extension Observation.Outcome {
  package static func measured(_ estimate: FlashEstimate) -> Self {
    .measured(value: estimate.accuracy, standardError: estimate.standardError)
  }
}
