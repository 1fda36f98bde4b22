import Testing

@testable import Studies

@Suite("the state of a study")
struct StudyStateTests {
  @Test("is the same if every event comes twice")
  func idempotent() {
    let once = StudyOutcome(MadeUp.state(MadeUp.everyKind))
    #expect(StudyOutcome(MadeUp.state(MadeUp.everyKind.flatMap { [$0, $0] })) == once)
    #expect(StudyOutcome(MadeUp.state(MadeUp.everyKind + MadeUp.everyKind)) == once)
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

  @Test("adds up the times of a stage that was run several times")
  func times() {
    #expect(MadeUp.state([MadeUp.stageTimed, MadeUp.stageTimed]).stageSeconds.count == 2)
  }
}
