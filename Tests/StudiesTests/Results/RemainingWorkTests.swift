import Testing

@testable import Studies

@Suite("what a study has still to train")
struct RemainingWorkTests {
  private func work(
    _ events: [JournalEvent], _ text: StudyText = .tiny, designs: Int = 0
  ) throws -> RemainingWork {
    var state = StudyState()
    for event in [MadeUp.began, MadeUp.teacherReady] + events { state.apply(event) }
    return RemainingWork(try text.definition(), state, designs: designs)
  }

  private static func flash(_ trial: Int, seconds: Double) -> [JournalEvent] {
    [
      MadeUp.proposed(trial, macs: 10),
      .finished(
        JournalEvent.Finished(
          trial: trial, outcome: .measured, validation: MadeUp.evaluation(700), seconds: seconds,
          steps: 10)),
    ]
  }

  private static func full(_ trial: Int, baseline: Bool, seconds: Double = 40) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: 0, isBaseline: baseline, outcome: .measured,
        validation: MadeUp.evaluation(900), test: MadeUp.evaluation(900), seconds: seconds,
        steps: 99))
  }

  @Test("is everything at first, and its time is not known")
  func everything() throws {
    let text = StudyText.tiny.setting("audit", "{\"count\": 3}")
    let work = try work([], text, designs: 5)
    // Two finalists with and without the teacher, three audited, two designs.
    #expect(work.flash == 8 && work.full == 4 + 3 + 2)
    #expect(work.seconds(workers: 2) == nil)
  }

  @Test("takes what its trainings have taken, full ones by the flash fraction until one has ended")
  func seconds() throws {
    let flashes = Self.flash(0, seconds: 8) + Self.flash(1, seconds: 12)
    let early = try work(flashes)
    #expect(early.flashSeconds == 10 && early.fullSeconds == 20 && !early.isFullMeasured)
    // Six flash trials of 10 s and four full trainings of 20 s.
    #expect(early.seconds(workers: 2) == 70)
    // The search uses no more than the look-ahead.
    #expect(early.seconds(workers: 8) == 25)
    let running = RunningTraining(
      kind: .flash, key: "000", trial: 2, repetition: 0, share: 0.5, seconds: 5)
    #expect(early.seconds(workers: 2, running: [running]) == 67.5)
    let late = try work(
      flashes + [
        .searchEnded(JournalEvent.SearchEnded(trials: 2, isExhausted: true)),
        .selected(JournalEvent.Selected(trials: [0, 1])), Self.full(0, baseline: false),
      ])
    #expect(late.flash == 0 && late.full == 3 && late.isFullMeasured)
    #expect(late.seconds(workers: 1) == 120)
  }

  @Test("is nothing in the end, or where nothing is feasible")
  func nothing() throws {
    let done = try work(
      Self.flash(0, seconds: 8) + [
        .searchEnded(JournalEvent.SearchEnded(trials: 1, isExhausted: true)),
        .selected(JournalEvent.Selected(trials: [0])), Self.full(0, baseline: false),
        Self.full(0, baseline: true),
      ])
    #expect(done.flash == 0 && done.full == 0 && done.seconds(workers: 2) == 0)
    let infeasible = try work([
      .nothingFeasible(JournalEvent.NothingFeasible(leastInfeasible: []))
    ])
    #expect(infeasible.seconds(workers: 2) == 0)
  }
}
