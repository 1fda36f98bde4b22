import Testing

@testable import Studies

@Suite("the state of a study")
struct StudyStateTests {
  @Test("is the same if every event comes twice")
  func idempotent() {
    let once = StudyOutcome(MadeUp.state(MadeUp.everyKind))
    #expect(StudyOutcome(MadeUp.state(MadeUp.everyKind.flatMap { [$0, $0] })) == once)
    // What a growth does again is new, even where it comes to the same.
    let grows = MadeUp.everyKind.firstIndex {
      if case .grown = $0 { true } else { false }
    }
    let before = MadeUp.everyKind.prefix(grows ?? 0)
    let rest = MadeUp.everyKind.dropFirst(before.count)
    #expect(!before.isEmpty && !rest.isEmpty)
    #expect(StudyOutcome(MadeUp.state(Array(before) + before + rest)) == once)
  }

  @Test("keeps the teacher's test accuracy if the same teacher is ready again")
  func teacherReadyAgain() {
    let state = MadeUp.state([MadeUp.teacherReady, MadeUp.teacherTested, MadeUp.teacherReady])
    #expect(state.teacher?.test == MadeUp.evaluation(925))
  }

  @Test("keeps the first result of a trial and of a full training")
  func firstResultStays() {
    let state = MadeUp.state([
      MadeUp.proposed(0, macs: 5), MadeUp.finished(0, 800), MadeUp.finished(0, 900),
      MadeUp.distilled(0, 850), MadeUp.distilled(0, 950),
      MadeUp.distilled(0, 840, isBaseline: true),
      MadeUp.distilled(0, 860, repetition: 1),
    ])
    #expect(state.trials[0].flashAccuracy == 0.8)
    #expect(state.distilled.count == 3)
    func accuracy(_ repetition: Int, _ isBaseline: Bool) -> Double? {
      state.distillation(of: 0, repetition: repetition, isBaseline: isBaseline)?.validation?
        .accuracy
    }
    #expect(accuracy(0, false) == 0.85)
    #expect(accuracy(0, true) == 0.84)
    #expect(accuracy(1, false) == 0.86)
    #expect(accuracy(1, true) == nil)
  }

  @Test("has no flash accuracy for a trial that diverged, crashed or is not done")
  func noAccuracy() {
    let state = MadeUp.state([
      MadeUp.proposed(0, macs: 5), MadeUp.proposed(1, macs: 6), MadeUp.proposed(2, macs: 7),
      MadeUp.finished(0, nil), MadeUp.finished(1, nil, outcome: .crashed),
    ])
    #expect(state.trials.map(\.flashAccuracy) == [nil, nil, nil])
    #expect(state.trials.map { $0.result?.outcome } == [.diverged, .crashed, nil])
  }

  @Test("has no flash accuracy for a trial that was stopped, but what it reached")
  func stopped() {
    let state = MadeUp.state([
      MadeUp.proposed(0, macs: 5), MadeUp.stopped(0, at: [(3, 500), (6, 550)]),
    ])
    #expect(state.trials[0].flashAccuracy == nil && state.trials[0].result?.outcome == .stopped)
    #expect(state.trials[0].result?.rungs?.map(\.step) == [3, 6])
  }

  @Test("puts what was carried over before this study's trials, each student once, if feasible")
  func imported() throws {
    let state = MadeUp.state([
      MadeUp.imported([
        MadeUp.carried("a", 700, macs: 10), MadeUp.carried("b", 710, macs: 99, isFeasible: false),
        MadeUp.carried("c", 720, macs: 11), MadeUp.carried("a", 730, macs: 10),
      ]), MadeUp.proposed(2, key: "d", macs: 12), MadeUp.finished(2, 800),
      MadeUp.imported([MadeUp.carried("e", 700, macs: 10)]),
    ])
    #expect(state.trials.map(\.key) == ["a", "c", "d"])
    #expect(state.trials.map(\.number) == [0, 1, 2])
    #expect(state.trials.map(\.flashAccuracy) == [0.7, 0.72, 0.8])
    #expect(state.trials.map(\.source) == ["../earlier", "../earlier", nil])
    #expect(state.carriedCount == 2 && state.ownTrials.map(\.key) == ["d"])
    #expect(state.trials[0].result?.rungs?.first?.step == 3)
  }

  @Test("keeps the order in which students were enqueued, each once")
  func enqueued() {
    let state = MadeUp.state([MadeUp.enqueued("b", "a"), MadeUp.enqueued("a", "c")])
    #expect(state.enqueued == ["b", "a", "c"])
  }

  @Test("has results that depend on its inputs as soon as anybody is enqueued or taken over")
  func hasResults() {
    #expect(!MadeUp.state([MadeUp.began, MadeUp.screened]).hasResults)
    #expect(MadeUp.state([MadeUp.began, MadeUp.enqueued("a")]).hasResults)
    #expect(MadeUp.state([MadeUp.began, MadeUp.imported([])]).hasResults)
  }

  @Test("adds up the times of a stage that was run several times")
  func times() {
    #expect(MadeUp.state([MadeUp.stageTimed, MadeUp.stageTimed]).stageSeconds.count == 2)
  }

  @Test("knows the fraction of a trial from whether it came before the audit's verdict")
  func fractions() {
    let before = [
      MadeUp.proposed(0, macs: 5), MadeUp.proposed(1, macs: 6), MadeUp.finished(0, 700),
      MadeUp.finished(1, 710), MadeUp.rescored(0, 720), MadeUp.rescored(0, 730),
    ]
    let raised = MadeUp.state(
      before + [MadeUp.audited(0, 1, raisedTo: 0.1), MadeUp.proposed(2, macs: 7)])
    #expect(raised.raisedFraction == 0.1 && raised.auditedCount == 2)
    #expect((0..<4).map(raised.fraction) == [nil, nil, 0.1, 0.1])
    #expect(raised.rescored.map { $0.validation?.correct } == [720])
    let kept = MadeUp.state(before + [MadeUp.audited(0, 1), MadeUp.proposed(2, macs: 7)])
    #expect(kept.raisedFraction == nil && kept.fraction(of: 2) == nil)
    // A second verdict is a repeat.
    let twice = MadeUp.state(
      before + [MadeUp.audited(0, 1), MadeUp.audited(0, raisedTo: 0.1)])
    #expect(twice.audited == kept.audited)
  }

  @Test("asks for the test split of students of the audit, once")
  func tested() {
    let trained = [
      MadeUp.proposed(0, macs: 5), MadeUp.proposed(1, macs: 6), MadeUp.proposed(2, macs: 7),
      MadeUp.finished(0, 700), MadeUp.finished(1, 710), MadeUp.finished(2, 720),
      MadeUp.trainedForAudit(0, 800), MadeUp.trainedForAudit(1, 810), MadeUp.distilled(2, nil),
      MadeUp.audited(0, 1, 2),
    ]
    #expect(MadeUp.state(trained).untestedTrials == [0, 1])
    let state = MadeUp.state(trained + [MadeUp.tested(0, 790), MadeUp.tested(1, nil)])
    #expect(state.untestedTrials.isEmpty)
    let test = state.distillation(of: 0, repetition: 0, isBaseline: false)?.test
    #expect(test == MadeUp.evaluation(790))
    let answered = MadeUp.state(
      trained + [.tested(JournalEvent.Tested(trial: 0, test: nil, testOutcome: nil))]
        + [
          .tested(
            JournalEvent.Tested(
              trial: 1, test: MadeUp.evaluation(3, of: 4), testOutcome: MadeUp.outcome))
        ])
    #expect(answered.distilled.map(\.testOutcome) == [nil, MadeUp.outcome, nil])
    #expect(state.distillation(of: 1, repetition: 0, isBaseline: false)?.test == nil)
    // Finalists first, then who was audited only.
    #expect(MadeUp.state(trained + [MadeUp.selected(2, 1)]).fullTrials == [2, 1, 0])
  }

  @Test("keeps the first test of a student on so many corrupted images")
  func robustness() {
    let state = MadeUp.state([
      MadeUp.proposed(0, macs: 5), MadeUp.robustnessTested(0, 30),
      MadeUp.robustnessTested(0, 20), MadeUp.robustnessTested(0, 10, images: 60),
    ])
    #expect(state.robustness(of: 0, images: 50)?.results?.map(\.correct) == [32, 30])
    #expect(state.robustness(of: 0, images: 60)?.results?.map(\.correct) == [12, 10])
    #expect(state.robustness(of: 0, images: 70) == nil)
  }

  @Test("keeps the teacher's answers where it is ready again")
  func teacherAnswers() {
    let tested = JournalEvent.teacherTested(
      JournalEvent.TeacherTested(test: MadeUp.evaluation(3, of: 4), testOutcome: MadeUp.outcome))
    let state = MadeUp.state([MadeUp.teacherReady, tested, MadeUp.teacherReady])
    #expect(state.teacher?.testOutcome == MadeUp.outcome)
  }
}
