import Foundation
import HardwareProfiles

/// Before anything else: what `study.json` asks for more than the journal knows of is taken over, and the
/// trials get the costs and limits of the new question.
struct GrowthStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Takes over what is new.
  ///
  /// - Throws: `StudyError` naming what may not change.
  func run() throws {
    if let grown = try inputs.growth(
      since: journal.state, version: context.version, date: Date())
    {
      try journal.append(.grown(grown))
      for change in grown.changes { context.report(.note("the study grows: \(change)")) }
    }
    if !journal.state.isPriced { try price() }
  }

  private func price() throws {
    let pricing = StudentPricing(inputs: inputs)
    let trials = try journal.state.trials.map { trial in
      let architecture = try inputs.space.architecture(key: trial.key)
      let costs = pricing.costs(of: architecture) ?? trial.costs
      return JournalEvent.Priced.Trial(
        trial: trial.number, costs: costs,
        broken: pricing.binding(costs).map {
          BrokenLimit(constraint: $0.constraint.description, excess: $0.excess)
        })
    }
    try journal.append(.priced(JournalEvent.Priced(trials: trials)))
    let broken = trials.count { $0.broken != nil }
    if broken > 0 {
      context.report(.note("\(broken) of \(trials.count) trials break a limit of the new question"))
    }
  }
}
