import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the posterior means of a search")
struct SearchSessionPosteriorTests {
  private let task: SyntheticTask

  init() throws { task = try SyntheticTask() }

  private func architectures(_ count: Int, seed: UInt64) -> [Architecture] {
    var random = RandomStream(seed: seed, purpose: "posterior")
    return (0..<count).map { _ in task.space.randomArchitecture(using: &random) }
  }

  private func observations(
    _ architectures: [Architecture], noise: Double, _ metric: (Architecture) -> Double
  ) -> [Observation] {
    var random = RandomStream(seed: 8, purpose: "posterior noise")
    return architectures.map {
      Observation(
        architecture: $0,
        outcome: .measured(value: metric($0) + noise * random.normal(), standardError: noise))
    }
  }

  private func error(_ values: [Double], _ architectures: [Architecture]) -> Double {
    let squares = zip(values, architectures).map {
      let difference = $0 - task.accuracy($1)
      return difference * difference
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  @Test("draws noisy results towards what similar students did, in the metric's units")
  func shrinks() throws {
    let students = architectures(60, seed: 1)
    let observed = observations(students, noise: 0.04, task.accuracy)
    let raw = observed.map { observation in
      guard case .measured(let value, _, _) = observation.outcome else { return 0.0 }
      return value
    }
    let means = try SearchSession(task.problem()).posteriorMeans(of: students, given: observed)
      .map { try #require($0) }
    #expect(error(means, students) < 0.75 * error(raw, students))
  }

  @Test("is nothing without a result, and for what cannot be built")
  func nothing() {
    let students = architectures(3, seed: 4)
    let failed = students.map { Observation(architecture: $0, outcome: .failed) }
    let session = SearchSession(task.problem())
    #expect(session.posteriorMeans(of: students, given: failed).allSatisfy { $0 == nil })
    let problem = ProposalProblem(space: task.space, costNames: ["cost"]) {
      $0 == students[1]
        ? .unbuildable : Appraisal(costs: [task.cost($0)], covariates: [], violation: 0)
    }
    let found = SearchSession(problem).posteriorMeans(
      of: students, given: observations(students, noise: 0.01, task.accuracy))
    #expect(found.map { $0 == nil } == [false, true, false])
  }
}
