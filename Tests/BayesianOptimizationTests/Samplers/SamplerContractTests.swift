import Foundation
import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("every sampler")
struct SamplerContractTests {
  @Test(
    "proposes the same for the same history, whatever was asked before",
    arguments: SamplerKind.allCases)
  func determinism(kind: SamplerKind) throws {
    let task = try SyntheticTask()
    let history = try task.search(RandomSampler(), trials: 25, seed: 3).history
    let used = SearchSession(task.problem())
    for trial in 0..<2 {
      _ = try kind.makeSampler().propose(in: used, history: history, trial: trial, seed: 5)
    }
    let first = try kind.makeSampler().propose(in: used, history: history, trial: 25, seed: 5)
    let fresh = try kind.makeSampler().propose(
      in: SearchSession(task.problem()), history: history, trial: 25, seed: 5)
    #expect(first == fresh && first != nil)
  }

  @Test("proposes every point of a small space once, then nothing", arguments: SamplerKind.allCases)
  func exhaustion(kind: SamplerKind) throws {
    let space = try makeSpace([
      TestParameter(count: 3), TestParameter(count: 2, isCategorical: true),
      TestParameter(count: 3, parent: 0),
    ])
    let proposed = try proposals(of: kind, in: space, atMost: 10)
    #expect(proposed.count == 10 && Set(proposed).count == 10)
  }

  @Test("proposes what agrees with fixed decisions, each once", arguments: SamplerKind.allCases)
  func fixedDecisions(kind: SamplerKind) throws {
    let open = try makeSpace([
      TestParameter(count: 3), TestParameter(count: 2, isCategorical: true),
      TestParameter(count: 3, parent: 0),
    ])
    let name = open.parameters[1].name
    let space = try open.fixing(
      [FixedDecision(parameter: name, value: open.parameters[1].values[1])], file: "f", field: "fix"
    )
    let proposed = try proposals(of: kind, in: space, atMost: 5)
    #expect(proposed.allSatisfy { $0.choices[1] == 1 })
    #expect(proposed.count == 5 && Set(proposed).count == 5)
    // No column tells apart what no two architectures differ in.
    let columns = { FeatureEncoding(space: $0, covariateCount: 0).columnCount }
    #expect(columns(space) == columns(open) - 1)
  }

  /// Returns what a sampler proposes, one after the other, until it has nothing more; all are feasible.
  private func proposals(
    of kind: SamplerKind, in space: SearchSpace, atMost most: Int
  ) throws -> [Architecture] {
    let session = SearchSession(
      ProposalProblem(space: space, costNames: ["cost"]) { architecture in
        Appraisal(
          costs: [1 + Double(architecture.choices[0])], covariates: [], violation: 0)
      })
    var history: [Observation] = []
    while case .architecture(let architecture)? = try kind.makeImpatientSampler().propose(
      in: session, history: history, trial: history.count, seed: 2)
    {
      let value = Double(architecture.choices.reduce(0, +))
      history.append(
        Observation(
          architecture: architecture, outcome: .measured(value: value, standardError: 0)))
      try #require(history.count <= most)
    }
    return history.map(\.architecture)
  }

  @Test("finds one of the few feasible points of a large space", arguments: SamplerKind.allCases)
  func rareFeasibility(kind: SamplerKind) throws {
    let task = try SyntheticTask()
    // About one point in 100,000 is this cheap.
    let session = SearchSession(task.problem(maximumCost: 5.5))
    var history: [Observation] = []
    for trial in 0..<5 {
      let proposal = try kind.makeImpatientSampler().propose(
        in: session, history: history, trial: trial, seed: 4)
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
    let proposal = try kind.makeImpatientSampler().propose(
      in: SearchSession(task.problem(maximumCost: 0.5)), history: [], trial: 0, seed: 6)
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
      SamplerKind.allCases.map(\.rawValue) == [
        "bayesian", "random", "evolution", "quasirandom", "local",
      ])
  }
}
