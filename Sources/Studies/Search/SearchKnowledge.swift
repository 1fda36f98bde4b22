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
  /// What is remembered of earlier trials.
  var memory = SearchMemory()

  private var settings: SearchSettings { definition.search }

  /// The trials that trial `number` may know, in the order of their numbers.
  private func known(to number: Int) -> ArraySlice<StudyState.Trial> {
    state.trials.prefix(
      max(state.carriedCount, state.auditedCount, number - settings.lookAhead + 1))
  }

  /// Whether every result that trial `number` may know is there.
  func isDue(_ number: Int) -> Bool {
    memory.haveEnded(first: known(to: number).count, of: state.trials)
  }

  /// Returns what the sampler is told when it proposes trial `number`.
  ///
  /// It holds the state for as long as it lives: let go of it before the next event, which otherwise would
  /// have to copy all trials.
  func history(for number: Int) throws -> SearchHistory {
    try memory.take(state, in: space)
    let known = known(to: number)
    let elsewhere = (state.imported?.carriedResults ?? []).map(\.result).filter { !$0.isFeasible }
    let ladder = Deferred {
      AccuracyLadder(
        definition, state.asSearched, known: known, memory.record(of: known, in: state.trials))
    }
    let (architectures, tried) = memory.students(first: elsewhere.count + number)
    return SearchHistory(architectures: architectures, tried: tried) { index in
      if index < elsewhere.count {
        return .measured(ladder.value.afterFullTraining(elsewhere[index]))
      }
      let number = index - elsewhere.count
      guard number < known.count, state.trials[number].result != nil else { return .pending }
      return ladder.value.afterFullTraining(state.trials[number]).map { .measured($0) } ?? .failed
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
    let known = known(to: number)
    let costs = costVector(state.trials[number].costs)
    return settings.steps(of: steps).map { step in
      let results = latestResults(at: step, fraction: fraction, known)
      return StudentTask.Rung(step: step, stopBelow: rule.threshold(costs: costs, among: results))
    }
  }

  /// Returns the latest results at a rung, oldest first: as many as a rule looks at.
  private func latestResults(
    at step: Int, fraction: Double?, _ known: ArraySlice<StudyState.Trial>
  ) -> [RungRule.Result] {
    var latest: [RungRule.Result] = []
    for index in known.indices.reversed() {
      if latest.count == RungRule.mostKnown { break }
      guard let result = known[index].result, result.fraction == fraction,
        let rung = result.rungs?.first(where: { $0.step == step })
      else { continue }
      latest.append(
        RungRule.Result(
          value: rung.validation.accuracy, costs: costVector(known[index].costs)))
    }
    return latest.reversed()
  }

  private func costVector(_ costs: Costs) -> [Double] {
    definition.objectives.map { definition.cost($0, costs) }
  }
}

/// A value that is worked out when it is asked for, once.
private final class Deferred<Value> {
  private let make: () -> Value
  private(set) lazy var value = make()

  init(_ make: @escaping () -> Value) { self.make = make }
}

extension Observation.Outcome {
  package static func measured(_ estimate: FlashEstimate) -> Self {
    .measured(value: estimate.accuracy, standardError: estimate.standardError)
  }
}
