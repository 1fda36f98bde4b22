import SearchSpaces
import Synchronization
import Testing

@testable import BayesianOptimization

@Suite("the history of a search")
struct SearchHistoryTests {
  @Test(
    "is asked about a few of many trials by samplers that need no more",
    arguments: [(SamplerKind.random, 0), (.evolution, 80)])
  func asked(kind: SamplerKind, most: Int) throws {
    let task = try SyntheticTask()
    let known = try task.search(RandomSampler(), trials: 200, seed: 3).history
    let counted = Mutex(0)
    let history = SearchHistory(
      architectures: known.map(\.architecture), tried: Set(known.map(\.architecture))
    ) { index in
      counted.withLock { $0 += 1 }
      return known[index].outcome
    }
    let session = SearchSession(task.problem())
    let proposal = try kind.makeSampler()
      .propose(in: session, history: history, trial: 200, seed: 5)
    #expect(counted.withLock { $0 } <= most)
    let plain = try kind.makeSampler().propose(in: session, history: known, trial: 200, seed: 5)
    #expect(proposal == plain && proposal != nil)
  }

  @Test("counts trials that were not found infeasible no further than it must")
  func hasTried() throws {
    let architecture = try SyntheticTask().problem().space.architecture(
      atUnitPoint: SyntheticTask().problem().space.parameters.map { _ in 0 })
    func history(_ outcomes: [Observation.Outcome]) -> SearchHistory {
      SearchHistory(outcomes.map { Observation(architecture: architecture, outcome: $0) })
    }
    let some = history([.infeasible, .failed, .infeasible, .pending])
    #expect(some.hasTried(0) && some.hasTried(1) && some.hasTried(2) && !some.hasTried(3))
    #expect(history([]).hasTried(0) && !history([.infeasible]).hasTried(1))
    #expect(some.count == 4 && some.tried.count == 1)
  }
}
