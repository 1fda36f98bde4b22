import Foundation
import RandomStreams
import SearchSpaces
import Statistics
import Testing

@testable import BayesianOptimization

@Suite("the Bayesian sampler")
struct BayesianSamplerTests {
  /// Returns the median hypervolume of five searches.
  private func median(_ kind: SamplerKind, trials: Int) throws -> Double {
    let task = try SyntheticTask(noise: 0.005)
    let results = try (0..<5).map { seed in
      try task.search(kind.makeSampler(), trials: trials, seed: UInt64(seed)).hypervolume
    }
    return results.sorted()[2]
  }

  @Test("finds a far larger hypervolume in 40 trials than random search in 40 and even 120")
  func beatsRandom() throws {
    let bayesian = try median(.bayesian, trials: 40)
    #expect(try bayesian > 1.15 * median(.random, trials: 40))
    #expect(try bayesian > median(.random, trials: 120))
  }

  @Test("is not needed to beat random search in 150 trials: evolution does too")
  func evolutionBeatsRandom() throws {
    #expect(try median(.evolution, trials: 150) > 1.05 * median(.random, trials: 150))
  }

  @Test("spreads proposals while trials are pending")
  func pending() throws {
    let task = try SyntheticTask()
    let session = SearchSession(task.problem())
    var history = try task.search(RandomSampler(), trials: 20, seed: 1).history
    var batch: [Architecture] = []
    for trial in 20..<24 {
      let proposal = try BayesianSampler().propose(
        in: session, history: history, trial: trial, seed: 1)
      guard case .architecture(let architecture)? = proposal else { break }
      batch.append(architecture)
      history.append(Observation(architecture: architecture, outcome: .pending))
    }
    #expect(batch.count == 4 && Set(batch).count == 4)
  }

  @Test("does without costs: it then maximises the metric alone")
  func singleObjective() throws {
    let task = try SyntheticTask()
    let session = SearchSession(
      ProposalProblem(space: task.space, costNames: []) { _ in
        Appraisal(costs: [], covariates: [], violation: 0)
      })
    var history: [Observation] = []
    let sampler = BayesianSampler(initialTrials: 10)
    for trial in 0..<30 {
      let proposal = try sampler.propose(in: session, history: history, trial: trial, seed: 2)
      guard case .architecture(let architecture)? = proposal else { break }
      history.append(
        Observation(
          architecture: architecture,
          outcome: .measured(value: task.accuracy(architecture), standardError: 0)))
    }
    let initial = history.prefix(10).map { task.accuracy($0.architecture) }.max() ?? 0
    let final = history.map { task.accuracy($0.architecture) }.max() ?? 0
    #expect(history.count == 30 && final > initial + 0.02)
  }

  @Test("goes where the given limit says improvement counts")
  func limit() throws {
    let task = try SyntheticTask()
    let history = try task.search(RandomSampler(), trials: 30, seed: 2).history
    func proposedCost(_ limit: Double) throws -> Double {
      let problem = ProposalProblem(
        space: task.space, costNames: ["cost"],
        objective: SearchObjective(
          floor: 0.6, axes: [CostAxis(scale: .logarithmic, limit: limit)])
      ) { Appraisal(costs: [task.cost($0)], covariates: [], violation: 0) }
      let proposal = try BayesianSampler().propose(
        in: SearchSession(problem), history: history, trial: 30, seed: 2)
      guard case .architecture(let architecture)? = proposal else { return .infinity }
      return task.cost(architecture)
    }
    #expect(try proposedCost(15) < 15)
  }
}
