import BayesianOptimization
import FileFormats
import HardwareProfiles
import SearchSpaces

extension SearchStage {
  private static let shownInfeasible = 60

  /// Records what a random sample of the space says about each constraint and, if none of it is
  /// feasible, whether the sampler finds any student that is.
  func screen() throws {
    let pricing = StudentPricing(inputs: inputs)
    if journal.state.screened == nil { try sample(pricing) }
    guard journal.state.screened?.feasible == 0, journal.state.nothingFeasible == nil,
      !journal.state.trials.contains(where: { pricing.violation($0.costs) == 0 }),
      StudyQueue(inputs.definition, journal.state).next == nil
    else { return }
    if case .infeasible(let least) = try settings.makeSampler().propose(
      in: SearchSession(pricing.problem(teacher: nil)), history: [], trial: 0,
      seed: inputs.definition.seed)
    {
      try settleInfeasible(least, pricing)
    }
  }

  private func sample(_ pricing: StudentPricing) throws {
    let budgets = inputs.definition.budgets
    try checkIntegers(of: pricing)
    var seen: Set<Constraint> = []
    let constraints = (pricing.constraints + budgets.flatMap(\.constraints))
      .filter { seen.insert($0).inserted }
    var screened = JournalEvent.Screened(
      drawn: 0, feasible: 0,
      rejections: Dictionary(uniqueKeysWithValues: constraints.map { ($0.description, 0) }),
      infeasibleCosts: [])
    var kept = Dictionary(uniqueKeysWithValues: budgets.map { ($0.name, 0) })
    for architecture in pricing.sample {
      guard let costs = pricing.costs(of: architecture) else { continue }
      screened.drawn += 1
      for constraint in constraints where pricing.violation(constraint, costs) > 0 {
        screened.rejections[constraint.description, default: 0] += 1
      }
      if pricing.violation(costs) == 0 {
        screened.feasible += 1
        for budget in budgets where inputs.definition.violation(budget, costs) == 0 {
          kept[budget.name, default: 0] += 1
        }
      } else if screened.infeasibleCosts.count < SearchStage.shownInfeasible {
        screened.infeasibleCosts.append(inputs.definition.firstCost(costs))
      }
    }
    if !budgets.isEmpty { screened.kept = kept }
    try journal.append(.screened(screened))
    let shares = budgets.map { "\"\($0.name)\" \(kept[$0.name] ?? 0)" }
    context.report(
      .note(
        "\(screened.feasible) of \(screened.drawn) random students meet the constraints"
          + (budgets.isEmpty
            ? ""
            : ", and of these the budget\(budgets.count > 1 ? "s" : "") \(shares.joined(separator: ", "))")
      ))
  }

  /// Records that there is nothing to search, why, and the students that come nearest; where looking for
  /// the reasons finds a student that meets the constraints, that is the first to be tried.
  ///
  /// - Returns: Whether there is something to search after all.
  @discardableResult
  func settleInfeasible(_ least: [Architecture], _ pricing: StudentPricing) throws -> Bool {
    guard let screened = journal.state.screened else { return false }
    let diagnosis = InfeasibilityDiagnosis(
      pricing: pricing, screened: screened, sample: pricing.sample)
    switch diagnosis.outcome(of: least) {
    case .feasible(let architecture):
      let key = inputs.space.key(of: architecture)
      try journal.append(.enqueued(JournalEvent.Enqueued(keys: [key])))
      context.report(
        .note("changes of single decisions lead to a student that is feasible: \(key)"))
      return true
    case .infeasible(let nothing):
      try journal.append(.nothingFeasible(nothing))
      return false
    }
  }
}

extension SearchStage {
  /// Says how many students of the sample cannot be int8, in a study of int8.
  ///
  /// - Throws: `JSONError` if that is all of them.
  private func checkIntegers(of pricing: StudentPricing) throws {
    let sample = pricing.sample
    let obstacles = sample.compactMap { architecture in pricing.integerObstacle(to: architecture) }
    guard let first = obstacles.first else { return }
    guard obstacles.count < sample.count else {
      throw JSONError.invalid(
        file: inputs.folder.definition, field: "precision", value: "\"int8\"",
        expected: "a search space whose students int8 can express: \(first)")
    }
    context.report(
      .note(
        "\(obstacles.count) of \(sample.count) random students cannot be int8 and are left out, "
          + "the first because of \(first)"))
  }
}
