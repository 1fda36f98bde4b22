import HardwareProfiles
import SearchSpaces

/// Chooses the reference designs that a study trains: known from its files alone, before any training.
struct ReferenceSelection {
  let inputs: StudyInputs

  /// Returns the designs to train, in the order of the space, and those that were asked for but may not be
  /// trained. Those that contradict a fixed decision are named whatever was asked for.
  func chosen() -> JournalEvent.ReferencesChosen {
    var chosen = JournalEvent.ReferencesChosen(designs: [], refused: [])
    let choice = inputs.definition.referenceChoice
    if choice == .none { return chosen }
    let pricing = StudentPricing(inputs: inputs)
    for reference in inputs.space.references {
      if case .named(let names) = choice, !names.contains(reference.name) { continue }
      let key = inputs.space.key(of: reference.architecture)
      if let reason = pricing.obstacle(to: key) {
        chosen.refused.append(.init(name: reference.name, key: key, reason: reason))
      } else if let costs = pricing.costs(of: reference.architecture) {
        chosen.designs.append(.init(name: reference.name, key: key, costs: costs))
      }
    }
    if case .nearest(let count) = choice {
      chosen.designs = ReferenceSelection.nearest(count, of: chosen.designs, inputs.definition)
      chosen.refused = []
    }
    for excluded in inputs.space.excludedReferences {
      let reference = excluded.reference
      if case .named(let names) = choice, !names.contains(reference.name) { continue }
      chosen.refused.append(
        .init(
          name: reference.name, key: inputs.space.key(of: reference.architecture),
          reason: excluded.reason))
    }
    return chosen
  }

  /// Returns the designs nearest below each budget that the study asks about: of those that keep it the
  /// `count` costliest, by the first objective; fewer if fewer keep it.
  ///
  /// Without any budget they are spread over the costs, the cheapest and the costliest among them.
  static func nearest(
    _ count: Int, of designs: [JournalEvent.ReferencesChosen.Design], _ definition: StudyDefinition
  ) -> [JournalEvent.ReferencesChosen.Design] {
    let ascending = designs.indices.sorted {
      (definition.firstCost(designs[$0].costs), $0) < (definition.firstCost(designs[$1].costs), $1)
    }
    var kept: Set<Int> = []
    let budgets = definition.askedBudgets
    for budget in budgets {
      let within = ascending.filter { definition.violation(budget, designs[$0].costs) == 0 }
      kept.formUnion(within.suffix(count))
    }
    if budgets.isEmpty {
      kept = Set(spread(min(count, designs.count), over: designs.count).map { ascending[$0] })
    }
    return designs.indices.filter(kept.contains).map { designs[$0] }
  }

  /// Returns places in a list that are as far from one another as can be; the middle for one.
  private static func spread(_ wanted: Int, over count: Int) -> [Int] {
    guard wanted > 1 else { return wanted == 1 ? [(count - 1) / 2] : [] }
    return (0..<wanted).map { $0 * (count - 1) / (wanted - 1) }
  }
}
