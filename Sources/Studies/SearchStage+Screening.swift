import BayesianOptimization
import HardwareProfiles
import SearchSpaces
import TensorKernels

extension SearchStage {
  /// Students drawn at random to see what the constraints reject.
  private static let screenedCount = 400
  private static let shownInfeasible = 60

  /// Records what a random sample of the space says about each constraint and, if none of it is
  /// feasible, whether the sampler finds any student that is.
  func screen() throws {
    let pricing = StudentPricing(inputs: inputs)
    if journal.state.screened == nil { try sample(pricing) }
    guard journal.state.screened?.feasible == 0, journal.state.nothingFeasible == nil,
      journal.state.trials.isEmpty
    else { return }
    if case .infeasible(let least) = try settings.makeSampler().propose(
      pricing.problem(), history: [], trial: 0, seed: inputs.definition.seed)
    {
      try reportNothingFeasible(least, pricing)
    }
  }

  private func sample(_ pricing: StudentPricing) throws {
    var stream = RandomStream(seed: inputs.definition.seed, purpose: "screening")
    var screened = JournalEvent.Screened(
      drawn: 0, feasible: 0, rejections: [:], infeasibleCosts: [])
    for constraint in pricing.constraints { screened.rejections[constraint.description] = 0 }
    for _ in 0..<SearchStage.screenedCount {
      let architecture = inputs.space.randomArchitecture(using: &stream)
      guard let costs = pricing.costs(of: architecture) else { continue }
      screened.drawn += 1
      for constraint in pricing.constraints where pricing.violation(constraint, costs) > 0 {
        screened.rejections[constraint.description, default: 0] += 1
      }
      if pricing.violation(costs) == 0 {
        screened.feasible += 1
      } else if screened.infeasibleCosts.count < SearchStage.shownInfeasible {
        screened.infeasibleCosts.append(inputs.definition.firstCost(costs))
      }
    }
    try journal.append(.screened(screened))
    context.report(
      .note("\(screened.feasible) of \(screened.drawn) random students meet the constraints"))
  }

  /// Records that there is nothing to search, and the students that come nearest.
  func reportNothingFeasible(
    _ architectures: [Architecture], _ pricing: StudentPricing
  ) throws {
    let nearest = architectures.compactMap { architecture in
      pricing.costs(of: architecture).flatMap { costs in
        pricing.binding(costs).map { binding in
          JournalEvent.NothingFeasible.Nearest(
            key: inputs.space.key(of: architecture), costs: costs,
            binding: binding.constraint.description, excess: binding.excess)
        }
      }
    }
    try journal.append(.nothingFeasible(JournalEvent.NothingFeasible(leastInfeasible: nearest)))
  }
}
