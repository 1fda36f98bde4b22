import Foundation
import SearchSpaces
import TensorKernels
import Testing

@testable import BayesianOptimization

@Suite("every sampler")
struct SamplerContractTests {
  /// A sampler with little patience for its first phase, so that short histories reach the second.
  private func sampler(_ kind: SamplerKind) -> any Sampler {
    switch kind {
    case .bayesian: BayesianSampler(initialTrials: 3)
    case .evolution: EvolutionSampler(populationSize: 3)
    case .random, .quasirandom: kind.makeSampler()
    }
  }

  /// A problem over a space with 0 to 3 costs, of which a share of the points is infeasible.
  private func randomProblem(
    _ space: SearchSpace, using random: inout RandomStream
  ) -> ProposalProblem {
    let costNames = (0..<random.integer(below: 4)).map { "cost \($0)" }
    let infeasibleShare = [0, 0, 0.3, 0.9, 1][random.integer(below: 5)]
    let salt = random.integer(below: 1000)
    return ProposalProblem(
      space: space, costNames: costNames, covariateNames: ["size"],
      costScale: random.integer(below: 2) == 0 ? .linear : .logarithmic
    ) { architecture in
      var values = RandomStream(
        seed: 14, purpose: space.key(of: architecture), salt)
      let draw = values.uniform()
      if draw < 0.1 * infeasibleShare { return .unbuildable }
      return Appraisal(
        costs: costNames.map { _ in Double(values.integer(below: 5)) },
        covariates: [Double(architecture.choices.reduce(0, +))],
        violation: max(0, infeasibleShare - draw))
    }
  }

  private func randomOutcome(using random: inout RandomStream) -> Observation.Outcome {
    switch random.integer(below: 12) {
    case 0: .failed
    case 1: .pending
    case 2: .measured(value: .nan, standardError: 0.1)
    case 3: .measured(value: -.infinity, standardError: 0)
    case 4: .measured(value: 0.5, standardError: .nan)
    case 5: .measured(value: 0, standardError: -1)
    case 6: .measured(value: random.integer(below: 2) == 0 ? 1e300 : -1e6, standardError: 0)
    case 7: .infeasible
    default: .measured(value: random.uniform(), standardError: 0.02)
    }
  }

  @Test("keeps its contract over random spaces and histories", arguments: SamplerKind.allCases)
  func fuzz(kind: SamplerKind) throws {
    let sampler = sampler(kind)
    for round in 0..<(kind == .bayesian ? 100 : 300) {
      var random = RandomStream(seed: 15, purpose: "sampler fuzz", round)
      let space = try randomSpace(using: &random)
      let problem = randomProblem(space, using: &random)
      let all = try #require(space.allArchitectures(limit: 1000))
      var history: [Observation] = []
      // A history that no sampler wrote: infeasible points measured, points tried twice.
      for _ in 0..<random.integer(below: 6) {
        let architecture = space.randomArchitecture(using: &random)
        history.append(
          Observation(architecture: architecture, outcome: randomOutcome(using: &random)))
      }
      let trials = round % 4 == 0 ? all.count + 1 : 6
      for trial in 0..<trials {
        let proposal = try sampler.propose(problem, history: history, trial: trial, seed: 1)
        let tried = Set(history.map(\.architecture))
        let open = all.filter { !tried.contains($0) && problem.appraisal(of: $0).isFeasible }
        guard case .architecture(let architecture)? = proposal else {
          let noneFeasible = history.allSatisfy {
            $0.outcome == .infeasible && !problem.appraisal(of: $0.architecture).isFeasible
          }
          #expect(open.isEmpty)
          if case .infeasible(let least)? = proposal {
            #expect(noneFeasible && !least.isEmpty)
          } else {
            #expect(!noneFeasible)
          }
          break
        }
        #expect(open.contains(architecture))
        history.append(
          Observation(architecture: architecture, outcome: randomOutcome(using: &random)))
      }
    }
  }

  @Test(
    "proposes the same for the same history, whatever was asked before",
    arguments: SamplerKind.allCases)
  func determinism(kind: SamplerKind) throws {
    let task = try SyntheticTask()
    let history = try task.search(RandomSampler(), trials: 25, seed: 3).history
    let used = task.problem()
    for trial in 0..<2 {
      _ = try kind.makeSampler().propose(used, history: history, trial: trial, seed: 5)
    }
    let first = try kind.makeSampler().propose(used, history: history, trial: 25, seed: 5)
    let fresh = try kind.makeSampler().propose(task.problem(), history: history, trial: 25, seed: 5)
    #expect(first == fresh && first != nil)
  }

  @Test("proposes every point of a small space once, then nothing", arguments: SamplerKind.allCases)
  func exhaustion(kind: SamplerKind) throws {
    let space = try makeSpace([
      TestParameter(count: 3), TestParameter(count: 2, isCategorical: true),
      TestParameter(count: 3, parent: 0),
    ])
    let problem = ProposalProblem(space: space, costNames: ["cost"]) { architecture in
      Appraisal(
        costs: [1 + Double(architecture.choices[0])], covariates: [], violation: 0)
    }
    var history: [Observation] = []
    while case .architecture(let architecture)? = try sampler(kind).propose(
      problem, history: history, trial: history.count, seed: 2)
    {
      let value = Double(architecture.choices.reduce(0, +))
      history.append(
        Observation(
          architecture: architecture, outcome: .measured(value: value, standardError: 0)))
      try #require(history.count <= 10)
    }
    #expect(history.count == 10 && Set(history.map(\.architecture)).count == 10)
  }

  @Test("finds one of the few feasible points of a large space", arguments: SamplerKind.allCases)
  func rareFeasibility(kind: SamplerKind) throws {
    let task = try SyntheticTask()
    // About one point in 100,000 is this cheap.
    let problem = task.problem(maximumCost: 5.5)
    var history: [Observation] = []
    for trial in 0..<5 {
      let proposal = try sampler(kind).propose(problem, history: history, trial: trial, seed: 4)
      guard case .architecture(let architecture)? = proposal else {
        Issue.record("nothing feasible found, got \(String(describing: proposal))")
        return
      }
      #expect(task.cost(architecture) <= 5.5)
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
    }
  }

  @Test("reports the least infeasible where nothing is feasible", arguments: SamplerKind.allCases)
  func infeasible(kind: SamplerKind) throws {
    let task = try SyntheticTask()
    let proposal = try sampler(kind).propose(
      task.problem(maximumCost: 0.5), history: [], trial: 0, seed: 6)
    guard case .infeasible(let least)? = proposal else {
      Issue.record("expected no feasible architecture, got \(String(describing: proposal))")
      return
    }
    // The cheapest of all costs 0.8; uniform draws cost 27 on average.
    #expect(task.cost(least[0]) < 4)
    #expect(zip(least, least.dropFirst()).allSatisfy { task.cost($0) <= task.cost($1) })
  }

  @Test("is named in a study as it is here")
  func names() {
    #expect(
      SamplerKind.allCases.map(\.rawValue) == ["bayesian", "random", "evolution", "quasirandom"])
  }
}
