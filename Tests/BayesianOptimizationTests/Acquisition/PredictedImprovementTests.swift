import Foundation
import RandomStreams
import SearchSpaces
import Statistics
import Testing

@testable import BayesianOptimization

@Suite("the improvement that all that is known promises")
struct PredictedImprovementTests {
  /// A problem with the task's cost known or measured, and a second measured cost, perhaps.
  private struct Setting {
    var knownCost = false
    var measuredCosts = 1
    var limits: [Double?] = [nil]
    var feasibility = 1.0
    /// Nil: the front over all costs, without limits.
    var objective: SearchObjective?

    func session(_ task: SyntheticTask) -> SearchSession {
      let problem = ProposalProblem(
        space: task.space, costNames: knownCost ? ["size"] : [],
        measuredCostNames: (0..<measuredCosts).map { "measured \($0)" }, objective: objective,
        measuredLimits: limits
      ) {
        Appraisal(
          costs: knownCost ? [1 + Double($0.choices.reduce(0, +))] : [], covariates: [],
          violation: 0, feasibility: feasibility)
      }
      return SearchSession(problem)
    }
  }

  private static let objective = SearchObjective(
    floor: 0.6, axes: [CostAxis(scale: .logarithmic, limit: 60)])

  /// Returns random trials whose measured costs are the task's, and its third power.
  private func history(_ task: SyntheticTask, costs: Int) throws -> [Observation] {
    try task.search(RandomSampler(), trials: 25, seed: 8).history.map { observation in
      let cost = task.cost(observation.architecture)
      return Observation(
        architecture: observation.architecture,
        outcome: .measured(
          value: task.accuracy(observation.architecture), standardError: 0.002,
          costs: Array([cost, pow(cost, 3)].prefix(costs))))
    }
  }

  private func improvement(
    _ session: SearchSession, _ history: [Observation]
  ) -> PredictedImprovement {
    PredictedImprovement(
      session: session, measured: session.measuredTrials(in: history), pending: [])
  }

  private func candidates(_ session: SearchSession, count: Int) -> [Candidate] {
    var random = RandomStream(seed: 9, purpose: "improvement candidates")
    return (0..<count).map { _ in
      let architecture = session.problem.space.randomArchitecture(using: &random)
      return Candidate(
        architecture: architecture, appraisal: session.appraisal(of: architecture))
    }
  }

  /// Returns Σ w(z)·exp(log EHVI at the cost's quantile) over the cost's normal distribution, by
  /// Simpson's rule with 2000 steps; the front is that of the believed trials within the limit.
  private func integral(
    _ session: SearchSession, _ candidate: Candidate
  ) -> (improvement: Double, withinLimit: Double) {
    let (metric, cost) = (session.surrogates[0], session.surrogates[1])
    let limit = session.problem.measuredLimits[0].map { log($0) } ?? .infinity
    let trials = zip(metric.believed, cost.believed).map {
      (value: $0.mean, costs: [cost.raw($1.mean)])
    }
    let acquisition = ExpectedHypervolumeImprovement(
      front: trials.filter { $0.costs[0] <= limit }, referenceValue: metric.standardized(0.6),
      referenceCosts: [log(60)])
    let value = metric.posterior(of: [candidate])
    let price = cost.posterior(of: [candidate])
    let mean = cost.raw(price.means[0])
    let deviation = cost.rawDeviation(price.variances[0].squareRoot())
    var sum = 0.0
    let steps = 2000
    for step in 0...steps {
      let z = -8 + 16 * Double(step) / Double(steps)
      let weight = step == 0 || step == steps ? 1.0 : (step % 2 == 1 ? 4.0 : 2.0)
      let improvement = exp(
        acquisition.logValue(
          mean: value.means[0], deviation: value.variances[0].squareRoot(),
          costs: [mean + deviation * z]))
      sum += weight * NormalDistribution.density(z) * improvement * 16 / Double(steps) / 3
    }
    // An objective's front counts per length of its axes, here from the cheapest trial to the limit.
    sum /= log(60) - (trials.filter { $0.costs[0] <= limit }.map { $0.costs[0] }.min() ?? 0)
    return (sum, NormalDistribution.cumulative((limit - mean) / deviation))
  }

  /// The improvement has bends where the cost passes those of the front and the reference, so seven
  /// nodes leave some error.
  @Test("over one measured cost agrees with its numerical integral", arguments: [nil, 25.0])
  func quadrature(limit: Double?) throws {
    let task = try SyntheticTask()
    let session = Setting(limits: [limit], objective: Self.objective).session(task)
    let improvement = improvement(session, try history(task, costs: 1))
    let candidates = candidates(session, count: 60)
    let values = improvement.logValues(of: candidates[...]).map { exp($0) }
    var largest = 0.0
    var pairs: [(Double, Double)] = []
    for (candidate, value) in zip(candidates, values) {
      let integral = integral(session, candidate)
      pairs.append((value, integral.improvement * integral.withinLimit))
      largest = max(largest, integral.improvement * integral.withinLimit)
    }
    let promising = pairs.filter { $0.1 > 0.1 * largest }
    let errors: [Double] = promising.map { value, integral in abs(value / integral - 1) }
    #expect(errors.count > 5)
    #expect(errors.allSatisfy { $0 < 0.15 })
    let sum: Double = errors.reduce(0, +)
    #expect(sum / Double(errors.count) < 0.04)
  }

  @Test("is multiplied by the probability that an architecture is feasible", arguments: [0, 1, 2])
  func feasibility(measuredCosts: Int) throws {
    let task = try SyntheticTask()
    let history = try history(task, costs: measuredCosts)
    func values(_ feasibility: Double) -> [Double] {
      let session = Setting(
        knownCost: measuredCosts == 0, measuredCosts: measuredCosts,
        limits: Array(repeating: nil, count: measuredCosts), feasibility: feasibility
      ).session(task)
      let improvement = improvement(session, history)
      return improvement.logValues(of: candidates(session, count: 20)[...])
    }
    for (certain, doubtful) in zip(values(1), values(0.25)) {
      #expect(certain.isFinite && abs(certain + log(0.25) - doubtful) < 1e-12)
    }
    #expect(values(0).allSatisfy { $0 == -.infinity })
  }

  @Test("is that of a front without the trials that violate the limit of a measured cost")
  func limits() throws {
    let task = try SyntheticTask()
    let history = try history(task, costs: 1)
    let costs = history.map { task.cost($0.architecture) }.sorted()
    let limit = costs[4]
    let free = improvement(Setting().session(task), history)
    let limited = improvement(Setting(limits: [limit]).session(task), history)
    #expect(free.elite.contains { task.cost($0.architecture) > 1.1 * limit })
    #expect(!limited.elite.isEmpty)
    // The surrogate of the cost is not exact.
    #expect(limited.elite.allSatisfy { task.cost($0.architecture) < 1.1 * limit })
    // A limit that nothing meets leaves no front, and no reason to crash.
    let hopeless = Setting(limits: [0.01]).session(task)
    #expect(improvement(hopeless, history).elite.isEmpty)
    let values = improvement(hopeless, history).logValues(of: candidates(hopeless, count: 9)[...])
    #expect(values.allSatisfy { !$0.isNaN })
  }

  @Test("leads to cheap candidates where measured costs have a limit")
  func search() throws {
    let task = try SyntheticTask()
    let limit = 15.0
    let session = Setting(limits: [limit]).session(task)
    var history = try history(task, costs: 1)
    let isCheap = { (observation: Observation) in task.cost(observation.architecture) <= limit }
    let before = history.filter(isCheap).map { task.accuracy($0.architecture) }.max() ?? 0
    for trial in 25..<40 {
      guard
        case .architecture(let architecture)? = try BayesianSampler().propose(
          in: session, history: history, trial: trial, seed: 1)
      else { break }
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(
            value: task.accuracy(architecture), standardError: 0.002,
            costs: [task.cost(architecture)])))
    }
    #expect(history.count == 40)
    #expect(history.suffix(15).count(where: isCheap) >= 8)
    let after = history.filter(isCheap).map { task.accuracy($0.architecture) }.max() ?? 0
    #expect(after > before)
  }

  @Test("takes two measured costs and a known one, with an objective of three costs")
  func severalCosts() throws {
    let task = try SyntheticTask()
    let history = try history(task, costs: 2)
    let objective = SearchObjective(
      floor: 0.6, axes: [40, nil, 1e6].map { CostAxis(scale: .logarithmic, limit: $0) })
    let session = Setting(
      knownCost: true, measuredCosts: 2, limits: [30, nil], objective: objective
    ).session(task)
    let improvement = improvement(session, history)
    let values = improvement.logValues(of: candidates(session, count: 50)[...])
    #expect(values.allSatisfy { !$0.isNaN } && values.contains { $0 > -20 })
  }
}
