import Foundation
import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@testable import BayesianOptimization

@Suite("every sampler, over random problems and histories")
struct SamplerFuzzTests {
  /// Rounds on small spaces: each a space, a problem and a history, and up to all of its trials.
  private static func rounds(_ kind: SamplerKind) -> Int {
    Thoroughness.pick(kind == .bayesian ? 1500 : 3000, usually: 300)
  }

  /// What is wrong with a proposal; nil if nothing.
  private func fault(
    _ proposal: Proposal?, _ session: SearchSession, _ history: [Observation],
    open: Set<Architecture>
  ) -> String? {
    if case .architecture(let architecture)? = proposal {
      return open.contains(architecture) ? nil : "infeasible or tried"
    }
    if !open.isEmpty { return "\(open.count) are left" }
    let noneFeasible = history.allSatisfy {
      $0.outcome == .infeasible && !session.appraisal(of: $0.architecture).isFeasible
    }
    guard case .infeasible(let least)? = proposal else {
      return noneFeasible ? "nothing, instead of the least infeasible" : nil
    }
    return noneFeasible && !least.isEmpty ? nil : "the least infeasible, though some are feasible"
  }

  @Test(
    "proposes feasible, untried points to the last one, and the same whatever was asked before",
    arguments: SamplerKind.allCases)
  func smallSpaces(kind: SamplerKind) throws {
    let sampler = kind.makeImpatientSampler()
    var proposals = 0
    for round in 0..<Self.rounds(kind) {
      var random = RandomStream(seed: 15, purpose: "sampler fuzz", round)
      let space =
        try round % 2 == 0 ? randomSpace(using: &random) : randomGraphSpace(using: &random)
      let scene = RandomProblem(space: space, using: &random)
      let used = SearchSession(scene.problem())
      let all = try #require(space.allArchitectures(limit: 20_000))
      var history = scene.history(count: random.integer(below: 14), using: &random)
      let tried = Set(history.map(\.architecture))
      var open = Set(all.filter { !tried.contains($0) && used.appraisal(of: $0).isFeasible })
      // Of some small spaces all is proposed.
      let trials = round % 4 < 2 && open.count < 40 ? open.count + 1 : 4
      for trial in 0..<trials {
        let proposal = try sampler.propose(in: used, history: history, trial: trial, seed: 1)
        proposals += 1
        if let fault = fault(proposal, used, history, open: open) {
          Issue.record("round \(round), trial \(trial): \(fault)")
          break
        }
        if trial == trials / 2 {
          let fresh = try sampler.propose(
            in: SearchSession(scene.problem()), history: history, trial: trial, seed: 1)
          if fresh != proposal { Issue.record("round \(round), trial \(trial): another proposal") }
        }
        guard case .architecture(let architecture)? = proposal else { break }
        open.remove(architecture)
        // Trials finish later, in any order, and sometimes stand twice in a history.
        for index in history.indices
        where history[index].outcome == .pending && random.integer(below: 3) == 0 {
          history[index] = Observation(
            architecture: history[index].architecture, outcome: scene.outcome(using: &random))
        }
        history.append(
          Observation(architecture: architecture, outcome: scene.outcome(using: &random)))
        if random.integer(below: 10) == 0 { history.append(history[history.count - 1]) }
      }
    }
    #expect(proposals > 3 * Self.rounds(kind))
  }

  /// Too many points to list: candidates come from samples.
  @Test("does so in spaces that are not listed", arguments: SamplerKind.allCases)
  func largeSpaces(kind: SamplerKind) throws {
    let sampler = kind.makeImpatientSampler()
    for round in 0..<Thoroughness.pick(kind == .bayesian ? 40 : 60, usually: 12) {
      var random = RandomStream(seed: 16, purpose: "large sampler fuzz", round)
      let plain = (0..<8).map { index in
        TestParameter(
          count: 5 + random.integer(below: 2), isCategorical: random.integer(below: 2) == 0,
          parent: index == 7 ? 0 : nil)
      }
      let space =
        try round % 2 == 0 ? makeSpace(plain) : makeCellSpace(nodes: 4, Array(plain.prefix(2)))
      let scene = RandomProblem(space: space, using: &random)
      let used = SearchSession(scene.problem())
      try #require(space.pointCount > Double(SearchSession.enumerationLimit))
      var history = scene.history(count: random.integer(below: 30), using: &random)
      for trial in 0..<3 {
        let proposal = try sampler.propose(in: used, history: history, trial: trial, seed: 1)
        let fresh = try sampler.propose(
          in: SearchSession(scene.problem()), history: history, trial: trial, seed: 1)
        #expect(proposal == fresh)
        guard case .architecture(let architecture)? = proposal else { break }
        #expect(used.appraisal(of: architecture).isFeasible)
        #expect(!history.contains { $0.architecture == architecture })
        history.append(
          Observation(architecture: architecture, outcome: scene.outcome(using: &random)))
      }
    }
  }

  @Test("chooses a finalist that is feasible and not yet trained, the same every time")
  func finalists() throws {
    var chosen = 0
    for round in 0..<2000 {
      var random = RandomStream(seed: 17, purpose: "finalist histories", round)
      let space =
        try round % 2 == 0 ? randomSpace(using: &random) : randomGraphSpace(using: &random)
      let scene = RandomProblem(space: space, using: &random)
      let session = SearchSession(scene.problem())
      let flash = scene.history(count: random.integer(below: 25), using: &random)
      // Students that were trained may not be buildable any more.
      let full = scene.history(count: random.integer(below: 12), using: &random)
      let finalist = FinalistSampler().propose(in: session, flash: flash, full: full)
      let fresh = FinalistSampler().propose(
        in: SearchSession(scene.problem()), flash: flash, full: full)
      #expect(finalist == fresh)
      guard let finalist else { continue }
      chosen += 1
      #expect(flash.contains { $0.architecture == finalist })
      #expect(!full.contains { $0.architecture == finalist })
      #expect(session.appraisal(of: finalist).isFeasible)
    }
    #expect(chosen > 500)
  }
}
