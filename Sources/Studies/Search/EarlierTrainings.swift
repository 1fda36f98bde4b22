import HardwareProfiles
import ParetoFronts

/// The trials whose students earlier studies have trained fully, and this one not yet: their results are known,
/// and are this study's as soon as it wants them.
struct EarlierTrainings {
  /// Those that break no limit, the most accurate first.
  let trials: [Int]
  /// Those of them that no student which earlier studies have trained beats, in costs or for a budget.
  let unbeaten: [Int]

  init(_ definition: StudyDefinition, _ state: StudyState) {
    var students: [(trial: Int, accuracy: Double, costs: Costs)] = []
    for trial in state.trials
    where trial.flashAccuracy != nil && trial.broken == nil {
      let full = state.carriedValidations(of: trial.key, seeds: definition.finalists.seeds)
      if !full.isEmpty { students.append((trial.number, full.meanAccuracy, trial.costs)) }
    }
    students.sort { (-$0.accuracy, $0.trial) < (-$1.accuracy, $1.trial) }
    let taken = Set(state.fullTrials)
    trials = students.map(\.trial).filter { !taken.contains($0) }
    unbeaten = definition.unbeaten(students.map { ($0.accuracy, $0.costs) })
      .map { students[$0].trial }.filter { !taken.contains($0) }
  }
}

extension StudyDefinition {
  /// Returns the indices of students that no other one is at least as good as in accuracy and all costs and
  /// better in one, and of the most accurate within each budget; ascending.
  ///
  /// - Parameter students: The most accurate first.
  func unbeaten(_ students: [(accuracy: Double, costs: Costs)]) -> [Int] {
    let front = nonDominatedIndices(
      of: students.map { objectiveVector($0.accuracy, $0.costs) })
    let best = askedBudgets.compactMap { budget in
      students.firstIndex { violation(budget, $0.costs) == 0 }
    }
    return Set(front + best).sorted()
  }
}
