import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the surrogate of a metric")
struct MetricSurrogateTests {
  private func surrogate(
    _ session: SearchSession, _ trials: [MeasuredTrial], pending: [Candidate] = []
  ) -> MetricSurrogate {
    let surrogate = MetricSurrogate(
      problem: session.problem, listed: session.appraisedEnumeration)
    surrogate.condition(
      on: trials.map { $0.sample(ofMetric: 0, session.problem) }, modelled: trials.count,
      pending: pending)
    return surrogate
  }

  private func candidate(_ architecture: Architecture, _ session: SearchSession) -> Candidate {
    Candidate(architecture: architecture, appraisal: session.appraisal(of: architecture))
  }

  @Test("does not take a lucky measurement at its word")
  func luckyDraw() throws {
    let task = try SyntheticTask()
    let session = SearchSession(task.problem())
    var trials = session.measuredTrials(
      in: try task.search(RandomSampler(), trials: 30, seed: 3).history)
    let lucky = trials[7]
    trials[7] = MeasuredTrial(
      architecture: lucky.architecture, value: lucky.value + 0.1, standardError: 0.1,
      measuredCosts: [], appraisal: lucky.appraisal)
    let surrogate = surrogate(session, trials)
    let drawn = surrogate.standardized(lucky.value + 0.1)
    let truth = surrogate.standardized(lucky.value)
    #expect(abs(surrogate.believed[7].mean - truth) < 0.5 * abs(drawn - truth))
  }

  @Test("takes pending trials at their posterior mean and loses its doubt about them")
  func pending() throws {
    let task = try SyntheticTask()
    let session = SearchSession(task.problem())
    let trials = session.measuredTrials(
      in: try task.search(RandomSampler(), trials: 20, seed: 4).history)
    var random = RandomStream(seed: 4, purpose: "pending test")
    let candidate = candidate(task.space.randomArchitecture(using: &random), session)
    let before = surrogate(session, trials)
    let after = surrogate(session, trials, pending: [candidate])
    let (doubt, belief) = (before.posterior(of: [candidate]), after.posterior(of: [candidate]))
    #expect(belief.variances[0] < 0.5 * doubt.variances[0])
    #expect(abs(belief.means[0] - doubt.means[0]) < 1e-6)
    #expect(after.believed.count == 21 && after.measuredCount == 20)
    #expect(abs(after.believed[20].mean - doubt.means[0]) < 1e-6)
  }

  @Test("predicts architectures that were never tried")
  func prediction() throws {
    let task = try SyntheticTask()
    let session = SearchSession(task.problem())
    let trials = session.measuredTrials(
      in: try task.search(RandomSampler(), trials: 60, seed: 5).history)
    let surrogate = surrogate(session, trials)
    var random = RandomStream(seed: 6, purpose: "unseen")
    let unseen = (0..<400).map { _ in
      candidate(task.space.randomArchitecture(using: &random), session)
    }
    let posterior = surrogate.posterior(of: unseen)
    let truths = unseen.map { surrogate.standardized(task.accuracy($0.architecture)) }
    let mean = truths.reduce(0, +) / 400
    var (errors, spread, calibration) = (0.0, 0.0, 0.0)
    for index in unseen.indices {
      let error = truths[index] - posterior.means[index]
      errors += error * error / 400
      calibration += error * error / posterior.variances[index] / 400
      spread += (truths[index] - mean) * (truths[index] - mean) / 400
    }
    #expect(errors < 0.3 * spread)
    // Its doubt is about as large as its errors.
    #expect((0.2...3).contains(calibration))
  }

  @Test("says of a listed space what it says of its points one by one", arguments: [false, true])
  func enumeration(isGraph: Bool) throws {
    let space =
      try isGraph
      ? makeCellSpace(nodes: 3, [TestParameter(count: 4)])
      : makeSpace([TestParameter(count: 5), TestParameter(count: 6, isCategorical: true)])
    let problem = ProposalProblem(space: space, costNames: ["cost"]) { architecture in
      let sum = architecture.choices.reduce(0, +)
      // A point that cannot be built is not on the list.
      return sum == 5
        ? .unbuildable : Appraisal(costs: [Double(1 + sum)], covariates: [], violation: 0)
    }
    let session = SearchSession(problem)
    let all = try #require(session.appraisedEnumeration)
    #expect(all.count < Int(space.pointCount))
    #expect(all.allSatisfy { $0.architecture.choices.reduce(0, +) != 5 })
    let trials = all.enumerated().filter { $0.offset % 5 == 2 }.map { index, candidate in
      MeasuredTrial(
        architecture: candidate.architecture, value: Double(index % 7), standardError: 0.1,
        measuredCosts: [], appraisal: candidate.appraisal)
    }
    let surrogate = surrogate(session, trials)
    let listed = surrogate.posteriorOfEnumeration()
    let posterior = surrogate.posterior(of: all)
    #expect(listed.means == posterior.means && listed.variances == posterior.variances)
    #expect(listed.means.count == all.count)
  }

  @Test("does not depend on what was asked of it before")
  func memory() throws {
    let space = try makeCellSpace(nodes: 3, [TestParameter(count: 4)])
    let problem = ProposalProblem(space: space, costNames: []) { _ in
      Appraisal(costs: [], covariates: [], violation: 0)
    }
    let session = SearchSession(problem)
    let all = try #require(session.appraisedEnumeration)
    var random = RandomStream(seed: 7, purpose: "surrogate memory")
    let samples = (0..<50).map { _ in
      let candidate = all[random.integer(below: all.count)]
      return MetricSample(
        architecture: candidate.architecture, appraisal: candidate.appraisal,
        value: random.normal(), standardError: 0.1 * random.uniform())
    }
    let used = MetricSurrogate(problem: problem, listed: all)
    for _ in 0..<25 {
      // Histories that begin alike, with other pending trials, sometimes with another model.
      let count = 20 + random.integer(below: 31)
      let modelled = [20, 20, count][random.integer(below: 3)]
      let pending = (0..<random.integer(below: 4)).map { _ in
        all[random.integer(below: all.count)]
      }
      var chosen = Array(samples.prefix(count))
      if random.integer(below: 4) == 0 { chosen.remove(at: random.integer(below: 20)) }
      let fresh = MetricSurrogate(problem: problem, listed: all)
      for surrogate in [used, fresh] {
        surrogate.condition(on: chosen, modelled: min(modelled, chosen.count), pending: pending)
      }
      let (a, b) = (used.posteriorOfEnumeration(), fresh.posteriorOfEnumeration())
      #expect(a.means == b.means && a.variances == b.variances)
      #expect(used.believed.map(\.mean) == fresh.believed.map(\.mean))
    }
  }
}
