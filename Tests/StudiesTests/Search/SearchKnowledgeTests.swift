import BayesianOptimization
import Testing

@testable import Studies

@Suite("what a trial may know")
struct SearchKnowledgeTests {
  private static let study = Result { try TinyStudy() }
  /// Fifteen students of the tiny space.
  private let keys = (0..<3).flatMap { width in
    ["00\(width)"] + ["10", "11", "20", "21"].map { "\($0)\(width)" }
  }

  private func knowledge(
    _ events: [JournalEvent], search: String = "{\"trials\": 15, \"look_ahead\": 3}"
  ) throws -> SearchKnowledge {
    SearchKnowledge(
      definition: try StudyText.tiny.setting("search", search).definition(),
      space: try SearchKnowledgeTests.study.get().inputs().space, state: MadeUp.state(events))
  }

  private func outcomes(_ knowledge: SearchKnowledge, _ trial: Int) throws
    -> [Observation.Outcome]
  { try knowledge.history(for: trial).observations.map(\.outcome) }

  /// What a flash accuracy says of the full one, at the study's fraction or another.
  private func projected(
    _ flash: FlashEstimate, macs: Int, fraction: Double? = nil
  ) throws -> FlashEstimate {
    let own = try StudyText.tiny.definition().flash.fraction
    return FullAccuracyProjection(fraction: fraction ?? own)
      .projected(flash, costs: MadeUp.costs(macs: macs))
  }

  @Test("are the results of trials up to n − q, whatever else has finished")
  func lookAhead() throws {
    let proposed = (0..<5).map { MadeUp.proposed($0, key: keys[$0], macs: 5) }
    let knowledge = try knowledge(
      proposed + [MadeUp.finished(0, 800), MadeUp.finished(1, nil), MadeUp.finished(4, 850)])
    #expect(
      try outcomes(knowledge, 4) == [
        .measured(try projected(FlashNoise([]).estimate([MadeUp.evaluation(800)]), macs: 5)),
        .failed,
        .pending, .pending,
      ])
    #expect(try outcomes(knowledge, 3).map { $0 == .pending } == [false, true, true])
    #expect(knowledge.isDue(4) && !knowledge.isDue(5) && knowledge.isDue(0))
  }

  @Test("do not have their errors from repeats that the trial may not know")
  func repeats() throws {
    func events(_ again: [Int: Int]) -> [JournalEvent] {
      (0..<8).map { MadeUp.proposed($0, key: keys[$0], macs: 5) }
        + (0..<8).map { trial in
          .finished(
            JournalEvent.Finished(
              trial: trial, outcome: .measured, validation: MadeUp.evaluation(800), seconds: 1,
              steps: 20, repeats: again[trial].map { [MadeUp.evaluation($0)] }))
        }
    }
    let plain = try outcomes(knowledge(events([0: 700])), 8)
    let late = try outcomes(knowledge(events([0: 700, 6: 600, 7: 500])), 8)
    let early = try outcomes(knowledge(events([0: 700, 1: 600])), 8)
    // Look-ahead 3: trial 8 knows trials up to 5.
    #expect(late == plain && early != plain)
  }

  @Test("hold all that was carried over, feasible or not, from the first trial on")
  func carried() throws {
    let knowledge = try knowledge([
      MadeUp.imported([
        MadeUp.carried(keys[0], 700, macs: 10), MadeUp.carried(keys[1], 710, macs: 11),
        MadeUp.carried(keys[2], 720, macs: 99, isFeasible: false),
      ]), MadeUp.proposed(2, key: keys[3], macs: 12),
    ])
    let observations = try knowledge.history(for: 3).observations
    let space = knowledge.space
    #expect(
      observations.map { space.key(of: $0.architecture) } == [keys[2], keys[0], keys[1], keys[3]])
    #expect(observations.map { $0.outcome == .pending } == [false, false, false, true])
    #expect(try knowledge.relatedObservations().isEmpty)
    // Trial 4 may know trials up to 1, which are carried over; trial 5 waits for trial 2.
    #expect(knowledge.isDue(2) && knowledge.isDue(4) && !knowledge.isDue(5))
  }

  @Test("keep apart what another teacher or data set gave")
  func related() throws {
    let knowledge = try knowledge([
      MadeUp.imported([], related: [(keys[4], 600), (keys[5], 650)])
    ])
    #expect(try knowledge.history(for: 0).observations.isEmpty && knowledge.state.trials.isEmpty)
    #expect(
      try knowledge.relatedObservations().map(\.outcome)
        == [600, 650].map {
          .measured(
            value: Double($0) / 1000, standardError: MadeUp.evaluation($0).standardError)
        })
  }

  @Test("hold everything before the audit, once it has ended")
  func audited() throws {
    let events = (0..<6).flatMap {
      [MadeUp.proposed($0, key: keys[$0], macs: 5), MadeUp.finished($0, 800)]
    }
    #expect(try outcomes(knowledge(events), 6).count { $0 == .pending } == 2)
    let after = try knowledge(events + [MadeUp.audited(0, 1, 2)])
    #expect(try outcomes(after, 6).count { $0 == .pending } == 0)
    let more = try knowledge(
      events + [MadeUp.audited(0, 1, 2)]
        + (6..<8).map { MadeUp.proposed($0, key: keys[$0], macs: 5) })
    #expect(try outcomes(more, 8).count { $0 == .pending } == 2 && more.isDue(8))
    #expect(!more.isDue(9))
  }

  @Test("are accuracies on the raised scale, those of other studies and stopped ones too")
  func raised() throws {
    let carried = MadeUp.imported([
      MadeUp.carried(keys[0], 500, macs: 9),
      MadeUp.carried(keys[1], 510, macs: 9, isFeasible: false),
    ])
    let own = (1..<5).flatMap { trial in
      [
        MadeUp.proposed(trial, key: keys[trial + 1], macs: 5),
        MadeUp.finished(trial, 500 + 20 * trial, by: [(2, 400 + 20 * trial)]),
      ]
    }
    let stopped = [
      MadeUp.proposed(5, key: keys[6], macs: 5), MadeUp.stopped(5, at: [(2, 400)]),
    ]
    // The raised fraction gives 100 more.
    let rescored = (1..<5).map { MadeUp.rescored($0, 600 + 20 * $0) }
    let knowledge = try knowledge(
      [carried] + own + stopped + rescored + [MadeUp.audited(1, 2, 3, 4, raisedTo: 0.1)],
      search: SearchKnowledgeTests.rungs)
    let values = try outcomes(knowledge, 6).map { outcome -> Double in
      guard case .measured(let value, _, _) = outcome else { return -1 }
      return (value * 1000).rounded()
    }
    // Infeasible ones first; the stopped one would have ended at 500, says its rung.
    let raised = [(610, 9), (600, 9), (620, 5), (640, 5), (660, 5), (680, 5), (600, 5)]
    let expected = try raised.map { accuracy, macs in
      let flash = FlashEstimate(accuracy: Double(accuracy) / 1000, standardError: 0)
      return (try projected(flash, macs: macs, fraction: 0.1).accuracy * 1000).rounded()
    }
    #expect(values == expected)
    guard case .measured(_, let error, _) = try outcomes(knowledge, 6)[0] else { return }
    let seed = FlashEstimate(
      accuracy: 0.61, standardError: FlashNoise([]).standardError(0.61))
    #expect(error > 0.999 * (try projected(seed, macs: 9, fraction: 0.1)).standardError)
  }

  @Test("hold no threshold from rungs of another fraction")
  func rungsOfAnotherFraction() throws {
    let trials = (0..<9).map { [700 - 10 * $0, 800 - 10 * $0, 900 - 10 * $0] }
    let before = events(trials) { keys[$0] }
    let next = [MadeUp.proposed(9, key: keys[9], macs: 900)]
    func stopBelow(_ events: [JournalEvent]) throws -> [Double?]? {
      try knowledge(events + next, search: SearchKnowledgeTests.rungs)
        .rungs(for: 9, steps: 10).map(\.stopBelow)
    }
    let kept = try #require(try stopBelow(before + [MadeUp.audited(0, 1, 2)]))
    #expect(kept.allSatisfy { $0 != nil })
    #expect(try stopBelow(before + [MadeUp.audited(0, 1, 2, raisedTo: 0.1)]) == [nil, nil])
  }

  // MARK: - Rungs

  private static let rungs =
    "{\"trials\": 15, \"look_ahead\": 3, \"rungs\": {\"at\": [0.2, 0.5], \"keep\": 0.5}}"

  /// Trials with results of 1000 at the rungs after 2 and 5 steps and at the end, if they came so far.
  private func events(_ trials: [[Int]], key: (Int) -> String) -> [JournalEvent] {
    trials.enumerated().flatMap { trial, correct in
      let rungs = zip([2, 5], correct).map { (step: $0, correct: $1) }
      let proposed = MadeUp.proposed(trial, key: key(trial), macs: 100 + trial)
      return [
        proposed,
        correct.count == 3
          ? MadeUp.finished(trial, correct[2], by: rungs) : MadeUp.stopped(trial, at: rungs),
      ]
    }
  }

  @Test("give a stopped trial the accuracy that its last rung promises, with an honest error")
  func stopped() throws {
    // The end is 200 above the first rung, give or take 20; the second rung says it exactly.
    let trials = [
      [500, 600, 720], [550, 620, 740], [600, 680, 800], [650, 710, 830], [400], [450, 580],
    ]
    let events = self.events(trials) { keys[$0] }
    let knowledge = try knowledge(events, search: SearchKnowledgeTests.rungs)
    let outcomes = try outcomes(knowledge, 8)
    func measured(_ trial: Int) -> (value: Double, error: Double)? {
      guard case .measured(let value, let error, _) = outcomes[trial] else { return nil }
      return (value, error)
    }
    let ended = try projected(FlashNoise([]).estimate([MadeUp.evaluation(720)]), macs: 100)
    #expect(measured(0)?.value == ended.accuracy)
    let first = try #require(measured(4))
    let second = try #require(measured(5))
    func line(_ rung: Int) throws -> AccuracyLine {
      try #require(
        AccuracyLine(
          trials[..<4].map { (Double($0[rung]) / 1000, Double($0[2]) / 1000) }))
    }
    let (fromFirst, fromSecond) = (try line(0), try line(1))
    let (value, error) = fromFirst.prediction(at: 0.4)
    let seed = FlashNoise([]).standardError(value)
    let end = try projected(
      FlashEstimate(accuracy: value, standardError: (error * error + seed * seed).squareRoot()),
      macs: 104)
    #expect(error > fromFirst.residualDeviation)
    #expect(first.value == end.accuracy && first.error == end.standardError)
    // Its line is exact, but another seed would have given something else.
    let exact = fromSecond.prediction(at: 0.58).accuracy
    let known = try projected(
      FlashEstimate(accuracy: exact, standardError: FlashNoise([]).standardError(exact)), macs: 105)
    #expect(abs(second.value - known.accuracy) < 1e-12)
    #expect(second.error > 0.999 * known.standardError)
    // Trial 6 knows trials up to 3 alone: nobody was stopped among them.
    #expect(try self.outcomes(knowledge, 6)[4] == .pending)
  }

  @Test("make of a stopped trial a failed one where too few have come to the end")
  func tooFewToPredict() throws {
    let trials = [[500, 600, 720], [550, 620, 740], [600, 680, 800], [400], [650, 710, 830]]
    let knowledge = try knowledge(
      events(trials) { keys[$0] }, search: SearchKnowledgeTests.rungs)
    #expect(try outcomes(knowledge, 6)[3] == .failed)
    guard case .measured = try outcomes(knowledge, 7)[3] else {
      Issue.record("four pairs are known by then")
      return
    }
  }

  @Test("decide at every rung, by the results there of trials up to n − q")
  func thresholds() throws {
    // Trial n costs more than those before it and is worse, so it must beat the better half.
    let trials = (0..<12).map { [700 - 10 * $0, 800 - 10 * $0, 900 - 10 * $0] }
    let knowledge = try knowledge(
      events(trials) { keys[$0] }, search: SearchKnowledgeTests.rungs)
    func stopBelow(_ trial: Int) -> [Double?]? {
      knowledge.rungs(for: trial, steps: 10).map(\.stopBelow)
    }
    #expect(knowledge.rungs(for: 11, steps: 10).map(\.step) == [2, 5])
    // Trial 9 knows 7 results, trial 10 knows 8 of which 5 of 9 go on: better than the fifth.
    #expect(stopBelow(9) == [nil, nil])
    #expect(stopBelow(10) == [Double(0.66).nextUp, Double(0.76).nextUp])
    let plain = try self.knowledge(events(trials) { keys[$0] })
    #expect(plain.rungs(for: 10, steps: 10).isEmpty)
  }

  @Test("decide at a rung by those alone that came to it")
  func laterRung() throws {
    let trials = (0..<12).map { trial in
      trial < 3 ? [700 - 10 * trial] : [700 - 10 * trial, 800 - 10 * trial, 900 - 10 * trial]
    }
    let knowledge = try knowledge(
      events(trials) { keys[$0] }, search: SearchKnowledgeTests.rungs)
    let rungs = knowledge.rungs(for: 11, steps: 10)
    #expect(rungs[0].stopBelow != nil && rungs[1].stopBelow == nil)
  }
}

@Suite("the steps of rungs")
struct RungStepsTests {
  @Test("are shares of a training's steps, each once, never its first or its end")
  func steps() {
    func steps(_ at: [Double], _ total: Int) -> [Int] {
      RungSettings(at: at, keep: 0.5).steps(of: total)
    }
    #expect(steps([0.25, 0.5], 859) == [215, 430])
    #expect(steps([0.1, 0.2, 0.3], 4) == [1])
    #expect(steps([0.01, 0.99], 10) == [])
    #expect(steps([0.5], 1) == [])
    #expect(steps([0.5], 2) == [1])
  }
}
