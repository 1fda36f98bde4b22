import BayesianOptimization
import Distillation
import HardwareProfiles
import SearchSpaces

/// Chooses which students get the full training, in rounds: half of them, three at least, by what the
/// flash trials say; the others a few at a time, when those before are trained and show how far flash can be
/// believed and where. Short trainings do not tell the best apart, long ones do.
///
/// What they are chosen for is what the search is for (`SearchObjective`). Each budget's most promising student
/// goes first in every round, whatever it promises to the front.
///
/// What the audit has trained is known from the first round on. Such students stand next to the finalists
/// without being counted; they become finalists only where no other student is left.
///
/// What earlier studies have trained is known from the first round on, too. Of these students those that none of
/// them beats become finalists without being counted, as they cost nothing; the others only where no other
/// student is left.
///
/// The result depends on the journal alone.
package struct FinalistSelection {
  package var definition: StudyDefinition
  let space: SearchSpace
  /// What the students were proposed from; kept from round to round.
  let session: SearchSession

  private static let smallestFirstRound = 3

  package init(definition: StudyDefinition, space: SearchSpace, session: SearchSession) {
    (self.definition, self.space, self.session) = (definition, space, session)
  }

  /// Returns the numbers of all trials chosen so far and of those of the next round; the same as before
  /// if no student is left to choose.
  ///
  /// What earlier choices have trained, before the study grew, plays no part: the study goes the way of one
  /// that asked for all from the start.
  package func nextRound(_ state: StudyState) throws -> [Int] {
    let state = state.asChosen
    let chosen = state.finalists ?? []
    let count = definition.finalists.count
    let ladder = AccuracyLadder(definition, state)
    let flash = try state.trials.compactMap { trial -> Observation? in
      guard trial.flashAccuracy != nil, let estimate = ladder.afterFullTraining(trial) else {
        return nil
      }
      return Observation(
        architecture: try space.architecture(key: trial.key), outcome: .measured(estimate))
    }
    let numbers = Dictionary(
      state.trials.filter { $0.flashAccuracy != nil }.map { ($0.key, $0.number) },
      uniquingKeysWith: { first, _ in first })
    let before = EarlierTrainings(definition, state)
    var full = try (state.fullTrials + before.trials).map {
      try observation(of: $0, state, ladder)
    }
    // Each budget's most promising student first, whatever it promises to the front.
    var budgeted: [Int] = []
    for favourite in FinalistSampler().favourites(in: session, flash: flash, full: full) {
      guard let favourite, !full.contains(where: { $0.architecture == favourite }),
        let number = numbers[space.key(of: favourite)], !budgeted.contains(number)
      else { continue }
      budgeted.append(number)
    }
    let firstRound = max(
      FinalistSelection.smallestFirstRound, (count + 1) / 2, budgeted.count)
    // As many as keep half of the workers that a study is made for busy.
    let laterRound = max(2, definition.search.lookAhead / 2)
    let counted = chosen.count - state.uncountedFinalists.count
    let wanted = min(count, chosen.isEmpty ? firstRound : counted + laterRound)
    var next = Array(budgeted.prefix(max(0, wanted - counted)))
    full += try next.map { number in
      Observation(
        architecture: try space.architecture(key: state.trials[number].key), outcome: .pending)
    }
    while counted + next.count < wanted,
      let architecture = FinalistSampler().propose(in: session, flash: flash, full: full),
      let number = numbers[space.key(of: architecture)]
    {
      next.append(number)
      full.append(Observation(architecture: architecture, outcome: .pending))
    }
    let left = auditedOnly(state) + before.trials.filter { !before.unbeaten.contains($0) }
    next += left.prefix(max(0, wanted - counted - next.count))
    return chosen + (before.unbeaten + next).sorted()
  }

  /// The students that only the audit has trained, with success, the best first.
  private func auditedOnly(_ state: StudyState) -> [Int] {
    let onlyAudited = state.fullTrials.dropFirst(state.finalists?.count ?? 0)
    let audited = onlyAudited.filter { state.trials[$0].broken == nil }.compactMap { trial in
      let result = state.distillation(of: trial, repetition: 0, isBaseline: false)
      return (result?.validation).map { (trial: trial, accuracy: $0.accuracy) }
    }
    return audited.sorted { (-$0.accuracy, $0.trial) < (-$1.accuracy, $1.trial) }.map(\.trial)
  }

  /// Returns what the full trainings of a finalist gave.
  private func observation(
    of trial: Int, _ state: StudyState, _ ladder: AccuracyLadder
  ) throws -> Observation {
    Observation(
      architecture: try space.architecture(key: state.trials[trial].key),
      outcome: (ladder.measuredInFull(trial, state) ?? ladder.measuredInFullBefore(trial, state))
        .map { .measured($0) } ?? .failed)
  }
}
