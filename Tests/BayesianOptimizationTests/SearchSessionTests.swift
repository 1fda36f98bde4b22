import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@testable import BayesianOptimization

/// A search that is resumed has the journal's history, but none of the memory of the one before.
@Suite("a search session")
struct SearchSessionTests {
  private struct Setting {
    var trials = 60
    /// How many trials are pending when one is proposed.
    var pending = 0
    /// A resumed search is compared at every so-many-th trial.
    var step = 1
    let problem: () -> ProposalProblem
    let outcome: (Architecture, Int) -> Observation.Outcome
  }

  /// Returns the proposals of one search, each of which was compared with that of a resumed one.
  private func check(_ setting: Setting) throws -> [Architecture] {
    let session = SearchSession(setting.problem())
    let sampler = BayesianSampler(initialTrials: 8)
    var tried: [Architecture] = []
    for trial in 0..<setting.trials {
      let history = tried.enumerated().map { index, architecture in
        Observation(
          architecture: architecture,
          outcome: index < trial - setting.pending
            ? setting.outcome(architecture, index) : .pending)
      }
      let proposal = try sampler.propose(in: session, history: history, trial: trial, seed: 1)
      if trial % setting.step == 0 {
        let resumed = try sampler.propose(
          in: SearchSession(setting.problem()), history: history, trial: trial, seed: 1)
        #expect(resumed == proposal)
      }
      guard case .architecture(let architecture)? = proposal else { break }
      tried.append(architecture)
    }
    #expect(Set(tried).count == setting.trials)
    return tried
  }

  private func noise(_ trial: Int) -> Double {
    var random = RandomStream(seed: 41, purpose: "resumed noise", trial)
    return random.normal()
  }

  @Test(
    "proposes what a new one does, as after a resumption, also with trials pending",
    arguments: [0, 4])
  func synthetic(pending: Int) throws {
    let task = try SyntheticTask()
    let setting = Setting(
      pending: pending, step: 3, problem: { task.problem(maximumCost: 60) },
      outcome: { architecture, trial in
        // Some trials fail.
        trial % 13 == 5
          ? .failed
          : .measured(
            value: task.accuracy(architecture) + 0.005 * noise(trial), standardError: 0.005)
      })
    _ = try check(setting)
  }

  /// Made-up accuracies of cells: convolutions help, and more so on long paths.
  private func cellAccuracy(_ graph: GraphFeatures, _ architecture: Architecture) -> Double {
    let columns = graph.columns(of: architecture)
    guard columns.shape[6] == 1 else { return 0.1 }
    return 0.6 + 0.03 * columns.counts[0] + 0.06 * columns.counts[1] + 0.02 * columns.shape[3]
      - 0.01 * columns.counts[2]
  }

  @Test("does so on a listed space of cells, with known costs", arguments: [0, 4])
  func cells(pending: Int) throws {
    let space = try cellBenchmarkSpace()
    let graph = GraphFeatures(graph: try #require(space.graphs.first))
    let setting = Setting(
      pending: pending, step: Thoroughness.pick(7, usually: 21),
      problem: {
        ProposalProblem(space: space, costNames: ["latency"]) { architecture in
          let counts = graph.columns(of: architecture).counts
          return Appraisal(
            costs: [1 + counts[0] + 3 * counts[1] + 0.5 * counts[2]], covariates: [], violation: 0)
        }
      },
      outcome: { architecture, trial in
        .measured(
          value: cellAccuracy(graph, architecture) + 0.003 * noise(trial), standardError: 0.003)
      })
    let tried = try check(setting)
    // It is a search, not a walk: of the last trials most have a path of two 3×3 convolutions.
    let late = tried.suffix(20).map { cellAccuracy(graph, $0) }.reduce(0, +) / 20
    let early = tried.prefix(8).map { cellAccuracy(graph, $0) }.reduce(0, +) / 8
    #expect(late > early)
  }

  @Test("does so with measured costs, limits and related results")
  func measuredCosts() throws {
    let task = try SyntheticTask()
    let related = try task.search(RandomSampler(), trials: 40, seed: 9).history
    let setting = Setting(
      trials: Thoroughness.pick(40, usually: 27), pending: 2,
      step: Thoroughness.pick(3, usually: 13),
      problem: {
        ProposalProblem(
          space: task.space, costNames: ["cost"], measuredCostNames: ["a", "b"],
          measuredLimits: [60, nil], related: related
        ) { Appraisal(costs: [task.cost($0)], covariates: [], violation: 0) }
      },
      outcome: { architecture, trial in
        .measured(
          value: task.accuracy(architecture) + 0.01 * noise(trial), standardError: 0.01,
          costs: [
            task.cost(architecture) * (1 + 0.01 * noise(trial + 1000)),
            1 + Double(architecture.choices[0]),
          ])
      })
    _ = try check(setting)
  }

  @Test("appraises each architecture once")
  func appraisals() throws {
    final class Counter { var count = 0 }
    let counter = Counter()
    let space = try makeSpace([TestParameter(count: 3), TestParameter(count: 4)])
    let session = SearchSession(
      ProposalProblem(space: space, costNames: []) { _ in
        counter.count += 1
        return Appraisal(costs: [], covariates: [], violation: 0)
      })
    let listed = try #require(session.appraisedEnumeration)
    #expect(listed.count == 12 && counter.count == 12)
    for candidate in listed { _ = session.appraisal(of: candidate.architecture) }
    #expect(session.surrogates.count == 1 && session.appraisedEnumeration?.count == 12)
    #expect(counter.count == 12)
  }

  @Test("leaves nothing behind: what a session remembers goes with it", arguments: [0, 3])
  func memory(related: Int) throws {
    final class Witness {}
    let space = try makeCellSpace(nodes: 3, [TestParameter(count: 3)])
    weak var witness: Witness?
    do {
      let held = Witness()
      witness = held
      var random = RandomStream(seed: 42, purpose: "memory test")
      let trials = (0..<20).map { _ in
        Observation(
          architecture: space.randomArchitecture(using: &random),
          outcome: .measured(value: random.normal(), standardError: 0))
      }
      let problem = ProposalProblem(
        space: space, costNames: [], related: Array(trials.prefix(related))
      ) { _ in
        withExtendedLifetime(held) { Appraisal(costs: [], covariates: [], violation: 0) }
      }
      let proposal = try BayesianSampler().propose(
        in: SearchSession(problem), history: trials, trial: 20, seed: 1)
      #expect(proposal != nil && witness != nil)
    }
    #expect(witness == nil)
  }
}
