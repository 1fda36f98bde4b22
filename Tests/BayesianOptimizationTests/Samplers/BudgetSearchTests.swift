import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

/// What a study with a budget gets: a search once never left the costs of its first trials, because what
/// was costlier than these was worth nothing to it.
@Suite("a search for the best student within a budget")
struct BudgetSearchTests {
  private let task: SyntheticTask
  private let budget = 50.0

  init() throws { task = try SyntheticTask() }

  /// Trials that all cost less than half of the budget.
  private func cheapHistory(_ count: Int) -> [Observation] {
    var random = RandomStream(seed: 21, purpose: "cheap trials")
    var history: [Observation] = []
    while history.count < count {
      let architecture = task.space.randomArchitecture(using: &random)
      guard task.cost(architecture) < budget / 2 else { continue }
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
    }
    return history
  }

  private func best(_ history: [Observation]) -> Double {
    history.filter { task.cost($0.architecture) <= budget }.map { task.accuracy($0.architecture) }
      .max() ?? 0
  }

  @Test("leaves the costs of its first trials at once where the good students are beyond them")
  func leavesCheapRegion() throws {
    let session = SearchSession(task.problem(budgets: [budget], floor: 0.7))
    var history = cheapHistory(6)
    var costs: [Double] = []
    for trial in 6..<16 {
      let proposal = try BayesianSampler().propose(
        in: session, history: history, trial: trial, seed: 3)
      guard case .architecture(let architecture)? = proposal else { break }
      costs.append(task.cost(architecture))
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
    }
    #expect(costs.count == 10 && costs.allSatisfy { $0 <= budget })
    #expect(costs.prefix(4).contains { $0 > 0.7 * budget }, "\(costs)")
    #expect(costs.count { $0 > 0.5 * budget } >= 5, "\(costs)")
  }

  @Test(
    "finds a better student within it than random proposals do",
    arguments: 1...4 as ClosedRange<UInt64>)
  func beatsRandom(seed: UInt64) throws {
    let session = SearchSession(task.problem(budgets: [budget], floor: 0.7))
    func search(_ sampler: any Sampler) throws -> Double {
      var history: [Observation] = []
      for trial in 0..<25 {
        let proposal = try sampler.propose(in: session, history: history, trial: trial, seed: seed)
        guard case .architecture(let architecture)? = proposal else { break }
        history.append(
          Observation(
            architecture: architecture,
            outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
      }
      return best(history)
    }
    #expect(try search(BayesianSampler()) > search(RandomSampler()))
  }

  @Test("begins with students all over the budget, each seed with others")
  func firstTrials() throws {
    let session = SearchSession(task.problem(budgets: [budget], floor: 0.7))
    func first(_ seed: UInt64) throws -> [Architecture] {
      var history: [Observation] = []
      for trial in 0..<3 {
        let proposal = try BayesianSampler(initialTrials: 3)
          .propose(in: session, history: history, trial: trial, seed: seed)
        guard case .architecture(let architecture)? = proposal else { break }
        history.append(Observation(architecture: architecture, outcome: .pending))
      }
      return history.map(\.architecture)
    }
    let students = try first(1)
    let shares = students.map { task.cost($0) / budget }
    for (share, top) in zip(shares, [1, 2.0 / 3, 1.0 / 3]) {
      #expect(share <= min(1, top + 0.08) && share >= top - 1.0 / 6 - 0.08, "\(shares)")
    }
    #expect(try first(1) == students)
    #expect(try first(2) != students)
  }

  @Test("proposes from the smaller budgets too")
  func severalBudgets() throws {
    let budgets = [25.0, 40, 50]
    let session = SearchSession(task.problem(budgets: budgets, floor: 0.7))
    var history: [Observation] = []
    for trial in 0..<24 {
      let proposal = try BayesianSampler().propose(
        in: session, history: history, trial: trial, seed: 5)
      guard case .architecture(let architecture)? = proposal else { break }
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
    }
    let costs = history.map { task.cost($0.architecture) }
    for (low, high) in zip([0] + budgets, budgets) {
      #expect(costs.count { $0 > low && $0 <= high } >= 3)
    }
  }
}
