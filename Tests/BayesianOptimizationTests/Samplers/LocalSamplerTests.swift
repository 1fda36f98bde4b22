import RandomStreams
import SearchSpaces
import Statistics
import Testing

@testable import BayesianOptimization

@Suite("Pareto local search")
struct LocalSamplerTests {
  /// A square of 9 by 9; the first coordinate costs, the second improves.
  private let space: SearchSpace

  init() throws { space = try makeSpace([TestParameter(count: 9), TestParameter(count: 9)]) }

  private func session(
    measuredLimits: [Double?] = [], infeasible: @escaping (Architecture) -> Bool = { _ in false }
  ) -> SearchSession {
    let problem = ProposalProblem(
      space: space, costNames: ["cost"], measuredCostNames: measuredLimits.map { _ in "measured" },
      measuredLimits: measuredLimits
    ) {
      Appraisal(
        costs: [1 + Double($0.choices[0])], covariates: [], violation: infeasible($0) ? 1 : 0)
    }
    return SearchSession(problem)
  }

  private func point(_ x: Int, _ y: Int) -> Architecture { space.architecture(choices: [x, y]) }

  private func measured(_ x: Int, _ y: Int, costs: [Double] = []) -> Observation {
    Observation(
      architecture: point(x, y),
      outcome: .measured(value: Double(y), standardError: 0, costs: costs))
  }

  private func proposal(
    _ session: SearchSession, _ history: [Observation], trial: Int = 0, seed: UInt64 = 1
  ) throws -> Architecture? {
    guard
      case .architecture(let architecture)? = try LocalSampler(initialTrials: 1).propose(
        in: session, history: history, trial: trial, seed: seed)
    else { return nil }
    return architecture
  }

  @Test("proposes an untried neighbour of the front, over time each of them")
  func neighbours() throws {
    // (6, 2) is dominated by both others.
    let history = [measured(6, 2), measured(2, 4), measured(5, 7)]
    let front = [point(2, 4), point(5, 7)]
    var proposed: Set<Architecture> = []
    for trial in 0..<300 {
      let architecture = try #require(try proposal(session(), history, trial: trial))
      #expect(front.contains { space.neighbors(of: $0).contains(architecture) })
      #expect(!history.contains { $0.architecture == architecture })
      proposed.insert(architecture)
    }
    // 16 neighbours each, two of them in common.
    #expect(proposed.count == 30)
  }

  @Test("takes the least explored member of the front first")
  func leastExplored() throws {
    // Around (2, 4) two neighbours were tried, one of them without success; (5, 7) has none.
    var history = [measured(2, 4), measured(5, 7), measured(2, 1)]
    history.append(Observation(architecture: point(8, 4), outcome: .failed))
    for trial in 0..<100 {
      let architecture = try #require(try proposal(session(), history, trial: trial))
      #expect(space.neighbors(of: point(5, 7)).contains(architecture))
    }
    // Pending ones count as tried.
    for x in [0, 1, 3] {
      history.append(Observation(architecture: point(x, 7), outcome: .pending))
    }
    for trial in 0..<100 {
      let architecture = try #require(try proposal(session(), history, trial: trial))
      #expect(space.neighbors(of: point(2, 4)).contains(architecture))
    }
  }

  @Test("continues with the next rank, then anywhere, when a neighbourhood is exhausted")
  func exhaustedNeighbourhood() throws {
    // All neighbours of the best point have failed.
    var history = [measured(0, 8), measured(4, 4), measured(6, 3)]
    let failed = space.neighbors(of: point(0, 8))
    history += failed.map { Observation(architecture: $0, outcome: .failed) }
    for trial in 0..<50 {
      let architecture = try #require(try proposal(session(), history, trial: trial))
      #expect(space.neighbors(of: point(4, 4)).contains(architecture))
    }
    let near = [point(4, 4), point(6, 3)].flatMap(space.neighbors)
    let tried = Set(history.map(\.architecture))
    history += Set(near).subtracting(tried).map {
      Observation(architecture: $0, outcome: .infeasible)
    }
    let last = try #require(try proposal(session(), history))
    #expect(!history.contains { $0.architecture == last })
  }

  @Test("proposes only feasible neighbours, and those of trials within the limits first")
  func feasibility() throws {
    // Nothing left of the fourth column may be trained.
    let constrained = session { $0.choices[0] < 4 }
    for trial in 0..<50 {
      let architecture = try #require(
        try proposal(constrained, [measured(5, 5)], trial: trial))
      #expect(architecture.choices[0] >= 4)
    }
    // (2, 8) is better than (6, 6) but over the limit.
    let limited = session(measuredLimits: [10])
    let history = [measured(2, 8, costs: [11]), measured(6, 6, costs: [9])]
    for trial in 0..<50 {
      let architecture = try #require(try proposal(limited, history, trial: trial))
      #expect(space.neighbors(of: point(6, 6)).contains(architecture))
    }
    // If none is within, they are better than nothing.
    let beyond = try #require(try proposal(limited, [history[0]]))
    #expect(space.neighbors(of: point(2, 8)).contains(beyond))
  }

  @Test("begins with random trials, and draws anew for other trials and seeds")
  func start() throws {
    let session = session()
    let history = [measured(0, 8)]
    func first(_ trial: Int, _ seed: UInt64) throws -> Proposal? {
      try LocalSampler(initialTrials: 2).propose(
        in: session, history: history, trial: trial, seed: seed)
    }
    for trial in 0..<20 {
      let random = try RandomSampler().propose(in: session, history: history, trial: trial, seed: 3)
      #expect(try first(trial, 3) == random)
    }
    let proposals = try (0..<20).map { try proposal(session, history, trial: $0) }
    #expect(Set(proposals).count > 5)
    let seeds = try (0..<20).map { try proposal(session, history, seed: UInt64($0)) }
    #expect(Set(seeds).count > 5)
  }

  @Test("finds a larger hypervolume than random search in 150 trials")
  func search() throws {
    let task = try SyntheticTask(noise: 0.005)
    func median(_ sampler: any Sampler) throws -> Double {
      try (0..<5).map { try task.search(sampler, trials: 150, seed: UInt64($0)).hypervolume }
        .sorted()[2]
    }
    #expect(try median(LocalSampler()) > 1.05 * median(RandomSampler()))
  }
}
