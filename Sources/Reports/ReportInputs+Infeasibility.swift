import HardwareProfiles
import Studies

extension ReportInputs {
  /// The students that violate the constraints least, where none meets them.
  var nearestSection: ReportSection? {
    guard let nothing = state.nothingFeasible else { return nil }
    let metrics = definition.objectives
    let table = ReportTable(
      caption: "The students that miss the constraints least",
      columns: [.init("architecture"), .init("misses"), .init("by (%)", .number)]
        + metrics.map { .init($0.heading, .number) } + [.init("key", .code)],
      rows: nothing.leastInfeasible.map { nearest in
        [words(nearest.key), nearest.binding, excess(of: nearest)]
          + metrics.map { $0.text(try? nearest.costs.largest($0)) } + [nearest.key]
      })
    let advice =
      nothing.leastInfeasible.first.map {
        "Relax \($0.binding), or offer smaller students: a new "
          + "search space, or smaller values in this one."
      }
      ?? "Check the search space against the shape of the images."
    return ReportSection(
      anchor: "nothing-feasible", title: "Nothing is feasible",
      blocks: [
        .paragraph("No student that the search could find meets every constraint. " + advice),
        .table(table),
      ] + (infeasibilitySentences.isEmpty ? [] : [.list(infeasibilitySentences)]))
  }

  /// Why nothing is feasible and what would have to give, in words; empty where something is.
  var infeasibilitySentences: [String] {
    guard let nothing = state.nothingFeasible else { return [] }
    let limits = nothing.limits ?? []
    return limits.compactMap { sentence($0, isExhaustive: nothing.isExhaustive ?? false) }
      + limits.compactMap { limit in
        sentence((nothing.changes ?? []).filter { $0.constraint == limit.constraint })
      }
  }

  /// What one constraint rejects, and whether any student keeps it alone.
  private func sentence(
    _ limit: JournalEvent.NothingFeasible.Limit, isExhaustive: Bool
  ) -> String? {
    guard let constraint = try? Constraint(limit.constraint) else { return nil }
    let metric = constraint.metric
    let share =
      state.screened.map { " rejects \(limit.rejected) of \($0.drawn) random students" }
      ?? ""
    guard limit.excess > 0 else {
      return "\(limit.constraint)\(share), but can be kept alone: \(metric) is "
        + "\(metric.amount(limit.cost)) in \(limit.key)."
    }
    if metric.metric == .missingOperators {
      let nearest = nothing(of: limit.key)
      return "\(limit.constraint)\(share); no student "
        + (isExhaustive ? "of the space" : "that was found") + " keeps it: "
        + (nearest?.costs.lack(on: metric).map { "\(limit.key): \($0)." }
          ?? "\(limit.key) needs \(metric.text(limit.cost.value)).")
    }
    let extreme = constraint.relation == .atMost ? "smallest" : "largest"
    return "\(limit.constraint)\(share); no student "
      + (isExhaustive ? "of the space" : "that was found")
      + " keeps it: the \(extreme) \(metric) is "
      + "\(metric.amount(limit.cost)) (\(limit.key)), which misses it by \(limit.excess.percent(1)) %"
      + (uncertainty(constraint, limit.cost).map { ": \($0)." } ?? ".")
  }

  private func nothing(of key: String) -> JournalEvent.NothingFeasible.Nearest? {
    state.nothingFeasible?.leastInfeasible.first { $0.key == key }
  }

  /// By how much a student misses what it misses most, as the table shows it.
  private func excess(of nearest: JournalEvent.NothingFeasible.Nearest) -> String {
    missingOperators(nearest) ?? "+" + nearest.excess.percent(1)
  }

  /// Which operators its devices lack, where that is what a student misses most; nil where it is something else.
  func missingOperators(_ nearest: JournalEvent.NothingFeasible.Nearest) -> String? {
    guard let constraint = try? Constraint(nearest.binding),
      constraint.metric.metric == .missingOperators
    else { return nil }
    return nearest.costs.lack(on: constraint.metric)
  }

  /// The decisions on the way to keeping one constraint; nil without any.
  private func sentence(_ changes: [JournalEvent.NothingFeasible.Change]) -> String? {
    guard let last = changes.last, let constraint = try? Constraint(last.constraint) else {
      return nil
    }
    let metric = constraint.metric
    let steps = changes.enumerated().map { index, change in
      let step = "\(change.parameter) \(change.from) → \(change.to)"
      let after = metric.amount(change.after)
      return index == 0
        ? "\(step) brings \(metric) from \(metric.amount(change.before)) to \(after)"
        : "\(step) to \(after)"
    }
    let end =
      last.excess > 0
      ? "which still misses \(last.constraint)"
        + (constraint.bound > 0 ? " by \(last.excess.percent(1)) %" : "")
      : "which keeps \(last.constraint)"
    var harm = ""
    if let other = last.binding, other != last.constraint, let excess = last.bindingExcess {
      harm = ", but misses \(other) by \(excess.percent(1)) %"
    }
    return "In the nearest student \(steps.joined(separator: ", then ")), \(end)\(harm)."
  }

  /// Says that a bound is kept by the prediction and missed only for its error; nil if that is not so.
  func uncertainty(_ text: String, _ costs: Costs) -> String? {
    guard let constraint = try? Constraint(text),
      let cost = try? constraint.decisive(of: costs, at: definition.confidence)
    else { return nil }
    return uncertainty(constraint, cost)
  }

  private func uncertainty(_ constraint: Constraint, _ cost: CostValue) -> String? {
    let confidence = definition.confidence
    guard let probability = constraint.doubtfulProbability(of: cost, at: confidence) else {
      return nil
    }
    return "the prediction of \(constraint.metric.amount(cost)) keeps the bound with a probability "
      + "of \(probability.percent(0)) %, the study asks for "
      + "\(confidence.level.percent(1)) %: what binds is the uncertainty"
  }
}
