import Foundation
import ParetoFronts
import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the sampler of finalists")
struct FinalistSamplerTests {
  private let task: SyntheticTask

  init() throws { task = try SyntheticTask() }

  /// Students drawn at random, scored cheaply.
  private func flash(
    _ count: Int, seed: UInt64, noise: Double = 0, _ metric: (Architecture) -> Double
  ) -> [Observation] {
    var random = RandomStream(seed: seed, purpose: "cheap trials")
    return (0..<count).map { _ in
      let architecture = task.space.randomArchitecture(using: &random)
      let value = metric(architecture) + noise * random.normal()
      return measured(architecture, value, error: noise)
    }
  }

  private func measured(
    _ architecture: Architecture, _ value: Double, error: Double = 0
  ) -> Observation {
    Observation(
      architecture: architecture, outcome: .measured(value: value, standardError: error))
  }

  /// Chooses `count` students one after the other, with the full results of those before.
  private func chosen(
    _ count: Int, in session: @autoclosure () -> SearchSession, flash: [Observation],
    after first: [Architecture] = [], full: (Architecture) -> Double
  ) throws -> [Architecture] {
    var trained = first.map { measured($0, full($0)) }
    for _ in 0..<count {
      let proposal = FinalistSampler().propose(in: session(), flash: flash, full: trained)
      guard let architecture = proposal else { break }
      trained.append(measured(architecture, full(architecture)))
    }
    return trained.dropFirst(first.count).map(\.architecture)
  }

  private func volume(_ architectures: [Architecture]) -> Double {
    hypervolume(
      of: architectures.map { [task.accuracy($0), -log(task.cost($0))] },
      reference: [0.6, -log(80)])
  }

  /// The `count` students that a greedy choice takes who knows the full metric.
  private func best(_ count: Int, of architectures: [Architecture]) -> [Architecture] {
    var chosen: [Architecture] = []
    for _ in 0..<count {
      let next = architectures.max { volume(chosen + [$0]) < volume(chosen + [$1]) }
      chosen += next.map { [$0] } ?? []
    }
    return chosen
  }

  @Test("chooses every feasible student with a cheap result once, then nobody")
  func exhaustion() throws {
    let session = SearchSession(task.problem(maximumCost: 30))
    var flash = flash(40, seed: 1, task.accuracy)
    flash += flash.prefix(5)
    let useless: [Observation.Outcome] = [
      .failed, .pending, .infeasible, .measured(value: .nan, standardError: 0),
      .measured(value: .infinity, standardError: 0),
      .measured(value: 0.99, standardError: 0, costs: [1]),
    ]
    for (index, outcome) in useless.enumerated() {
      let choices = [0, 0, 0, 0, 0, 0, 0, index % 5, index % 3, 2]
      flash.append(
        Observation(architecture: task.space.architecture(choices: choices), outcome: outcome))
    }
    let expected = Set(
      flash.prefix(40).map(\.architecture).filter { session.appraisal(of: $0).isFeasible })
    try #require((5..<40).contains(expected.count))
    let all = try chosen(100, in: session, flash: flash, full: task.accuracy)
    #expect(all.count == expected.count && Set(all) == expected)
    // Trained, being trained or failed: none of them again.
    let outcomes: [Observation.Outcome] = [
      .failed, .pending, .measured(value: 0.8, standardError: 0.01),
    ]
    var full: [Observation] = []
    while let next = FinalistSampler().propose(in: session, flash: flash, full: full) {
      #expect(expected.contains(next) && !full.map(\.architecture).contains(next))
      full.append(Observation(architecture: next, outcome: outcomes[full.count % 3]))
      try #require(full.count <= expected.count)
    }
    #expect(full.count == expected.count)
    #expect(FinalistSampler().propose(in: session, flash: [], full: []) == nil)
    #expect(FinalistSampler().propose(in: session, flash: [], full: full) == nil)
  }

  @Test("leaves a region where the full metric contradicts the cheap one, after three results")
  func contradiction() throws {
    // The cheap metric cannot see that one kind of block trains badly; it looks the best of the three.
    func full(_ architecture: Architecture) -> Double {
      task.accuracy(architecture) - (architecture.choices[8] == 1 ? 0.15 : 0)
    }
    var trustingSum = 0
    for seed in 0..<4 {
      let flash = flash(60, seed: UInt64(seed), noise: 0.005, task.accuracy)
      let candidates = flash.map(\.architecture)
      // By the cheap metric: two of the good kinds, and one of the bad.
      let good = best(12, of: candidates.filter { $0.choices[8] != 1 })
      let bad = best(12, of: candidates.filter { $0.choices[8] == 1 })
      let first = [bad[0], good[0], good[1]]
      let trusting = try chosen(
        6, in: SearchSession(task.problem()), flash: flash, after: first, full: task.accuracy)
      let warned = try chosen(
        6, in: SearchSession(task.problem()), flash: flash, after: first, full: full)
      let (trustingCount, warnedCount) = (
        trusting.count { $0.choices[8] == 1 }, warned.count { $0.choices[8] == 1 }
      )
      #expect(warnedCount <= 1 && warnedCount < trustingCount, "seed \(seed)")
      trustingSum += trustingCount
    }
    // Of 24; left alone, the cheap metric would have trained many more of them.
    #expect(trustingSum >= 12)
  }

  @Test("loses next to nothing to a greedy choice by the cheap metric where that is exact")
  func exact() throws {
    for seed in 0..<5 {
      let flash = flash(80, seed: UInt64(10 + seed), task.accuracy)
      for count in [4, 8] {
        let greedy = volume(best(count, of: flash.map(\.architecture)))
        // In units of its own: the two metrics need not have one.
        let students = try chosen(count, in: SearchSession(task.problem()), flash: flash) {
          0.5 * task.accuracy($0) + 0.4
        }
        #expect(students.count == count)
        #expect(volume(students) > 0.98 * greedy, "seed \(seed), \(count) students")
      }
    }
  }

  @Test("gains from full results where the cheap metric misjudges one kind of student")
  func gain() throws {
    var ratioSum = 0.0
    for seed in 0..<5 {
      let flash = flash(80, seed: UInt64(20 + seed), noise: 0.005) {
        task.accuracy($0) + ($0.choices[8] == 0 ? 0.1 : 0)
      }
      let told = try chosen(
        8, in: SearchSession(task.problem()), flash: flash, full: task.accuracy)
      // The same sampler that is told what the cheap metric has said already.
      let values = Dictionary(
        flash.map { ($0.architecture, $0.outcome) }, uniquingKeysWith: { first, _ in first })
      let untold = try chosen(8, in: SearchSession(task.problem()), flash: flash) { architecture in
        guard case .measured(let value, _, _)? = values[architecture] else { return .nan }
        return value
      }
      let ratio = volume(told) / volume(untold)
      #expect(ratio > 0.99, "seed \(seed)")
      ratioSum += ratio
    }
    #expect(ratioSum / 5 > 1.01)
  }

  @Test("proposes the same whatever the session was asked before")
  func determinism() throws {
    let flash = flash(40, seed: 5, noise: 0.01, task.accuracy)
    let session = SearchSession(task.problem())
    func full(_ architecture: Architecture) -> Double { 0.8 * task.accuracy(architecture) }
    let kept = try chosen(12, in: session, flash: flash, full: full)
    #expect(kept.count == 12)
    #expect(
      try chosen(12, in: SearchSession(task.problem()), flash: flash, full: full) == kept)
    // Also in between, about other trials and another metric.
    let disturbed = SearchSession(task.problem())
    var trained: [Observation] = []
    for architecture in kept {
      _ = FinalistSampler().propose(
        in: disturbed, flash: Array(flash.prefix(7)), full: Array(trained.suffix(4)))
      _ = try BayesianSampler(initialTrials: 3).propose(
        in: disturbed, history: flash, trial: 40, seed: 1)
      #expect(
        FinalistSampler().propose(in: disturbed, flash: flash, full: trained) == architecture)
      trained.append(measured(architecture, full(architecture)))
    }
  }

  @Test("survives any results over random spaces")
  func fuzz() throws {
    for round in 0..<150 {
      var random = RandomStream(seed: 16, purpose: "finalist fuzz", round)
      let space = try randomSpace(using: &random)
      let (known, measuredCosts) = (random.integer(below: 3), random.integer(below: 2))
      let budgets = random.integer(below: 3)
      let reference = random.integer(below: 3) == 0 ? random.uniform() : nil
      let problem = ProposalProblem(
        space: space, costNames: (0..<known).map { "cost \($0)" },
        measuredCostNames: (0..<measuredCosts).map { "measured \($0)" },
        covariateNames: ["size"],
        objective: SearchObjective(
          floor: reference,
          axes: Array(
            repeating: CostAxis(scale: random.integer(below: 2) == 0 ? .linear : .logarithmic),
            count: known + measuredCosts), budgetCount: budgets)
      ) { architecture in
        let size = architecture.choices.reduce(0, +)
        if size == 5 { return .unbuildable }
        return Appraisal(
          costs: (0..<known).map { Double(size % (2 + $0)) }, covariates: [Double(size)],
          violation: size == 3 ? 1 : 0, feasibility: size == 4 ? 0 : 1,
          budgets: (0..<budgets).map { size % (2 + $0) == 0 ? 0.9 : 0 })
      }
      let session = SearchSession(problem)
      func outcome(_ random: inout RandomStream, costs: Int) -> Observation.Outcome {
        let values = [0.5, .nan, 1e300, -1e300, -.infinity, 0, random.uniform(), random.uniform()]
        let costs = (0..<costs).map { _ in random.integer(below: 9) == 0 ? .nan : random.uniform() }
        switch random.integer(below: 8) {
        case 0: return .failed
        case 1: return .pending
        default:
          return .measured(
            value: values[random.integer(below: 8)],
            standardError: [0, 0.01, -1, .nan][random.integer(below: 4)], costs: costs)
        }
      }
      let flash = (0..<random.integer(below: 20)).map { _ in
        Observation(
          architecture: space.randomArchitecture(using: &random),
          outcome: outcome(&random, costs: measuredCosts))
      }
      var full = (0..<random.integer(below: 4)).map { _ in
        Observation(
          architecture: space.randomArchitecture(using: &random),
          outcome: outcome(&random, costs: 0))
      }
      let first = full.count
      while let next = FinalistSampler().propose(in: session, flash: flash, full: full) {
        #expect(flash.contains { $0.architecture == next && $0.outcome != .failed })
        #expect(!full.map(\.architecture).contains(next))
        #expect(session.appraisal(of: next).isFeasible)
        full.append(Observation(architecture: next, outcome: outcome(&random, costs: 0)))
        try #require(full.count <= first + flash.count)
      }
    }
  }
}
