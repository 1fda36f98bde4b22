import Testing

@testable import Studies

@Suite("the state of a study that has grown")
struct GrownStateTests {
  private static let finished: [JournalEvent] = [
    MadeUp.began, MadeUp.teacherReady, MadeUp.screened, MadeUp.proposed(0, macs: 100),
    MadeUp.proposed(1, macs: 200), MadeUp.finished(0, 700), MadeUp.finished(1, 800),
    MadeUp.searchEnded(2), MadeUp.selected(1), MadeUp.distilled(1, 900),
    MadeUp.referencesChosen([("ladder", "l0", 50)]),
    MadeUp.referenceTrained("ladder", key: "l0", 650),
  ]

  private func state(_ effects: [GrowthEffect], _ more: JournalEvent...) -> StudyState {
    MadeUp.state(GrownStateTests.finished + [MadeUp.grown(effects)] + more)
  }

  @Test("keeps everything where nothing follows")
  func nothing() {
    let (before, after) = (MadeUp.state(GrownStateTests.finished), state([]))
    #expect(StudyOutcome(before) == StudyOutcome(after))
    #expect(after.studyHash == "57d2" && after.began?.studyHash == "57d1")
    let growth = after.growths.first
    #expect(growth?.trials == 2 && growth?.finalists == 1 && growth?.fullTrainings == 2)
  }

  @Test("opens its search again")
  func search() {
    let grown = state([.search])
    #expect(grown.searchEnded == nil && grown.finalists == [1])
    let nothing = MadeUp.state([
      MadeUp.began, MadeUp.screened, MadeUp.nothingFeasible, MadeUp.grown([.search, .costs]),
    ])
    #expect(nothing.nothingFeasible == nil && nothing.screened == nil && nothing.isPriced)
  }

  @Test("asks for the costs of its trials until they are known")
  func costs() {
    #expect(!state([.costs]).isPriced)
    let priced = state([.costs], MadeUp.priced(0, macs: 701))
    #expect(priced.isPriced && priced.trials[0].costs.macs == 701)
    #expect(priced.trials[0].broken?.constraint == "macs<=700" && priced.trials[1].broken == nil)
  }

  @Test("chooses finalists again, and keeps those that it had")
  func finalists() {
    let grown = state([.finalists])
    #expect(grown.finalists == nil && grown.earlierFinalists == [1] && grown.fullTrials == [1])
    #expect(grown.asChosen.fullTrials == [] && grown.asChosen.distilled == [])
    let again = state([.finalists], MadeUp.selected(0), MadeUp.distilled(0, 850))
    #expect(again.fullTrials == [0, 1] && again.distilled.count == 2)
    #expect(again.asChosen.fullTrials == [0] && again.asChosen.distilled.map(\.trial) == [0])
    #expect(again.asSearched.fullTrials == [] && again.asSearched.distilled == [])
  }

  @Test("lets search and choice know the audit's trainings, once each")
  func audited() {
    let events: [JournalEvent] = [
      MadeUp.began, MadeUp.proposed(0, macs: 1), MadeUp.finished(0, 700),
      MadeUp.trainedForAudit(0, 800), MadeUp.audited(0), MadeUp.selected(0),
      MadeUp.distilled(0, 810, repetition: 1), MadeUp.distilled(0, 790, isBaseline: true),
    ]
    #expect(MadeUp.state(events).asChosen.distilled.count == 3)
    let grown = MadeUp.state(events + [MadeUp.grown([.search, .finalists])])
    for known in [grown.asSearched, grown.asChosen] {
      #expect(known.distilled.map(\.repetition) == [0] && known.fullTrials == [0])
    }
  }

  @Test("chooses reference designs again, and keeps those that are trained")
  func references() {
    let grown = state([.references])
    #expect(grown.references == nil)
    let again = state([.references], MadeUp.referencesChosen([("other", "l1", 70)]))
    #expect(again.references?.designs.map(\.key) == ["l1", "l0"])
  }

  @Test("does full trainings again where they are longer, and carries shares over")
  func longer() {
    let raised: [JournalEvent] = [
      MadeUp.began, MadeUp.proposed(0, macs: 1), MadeUp.finished(0, 700),
      MadeUp.trainedForAudit(0, 800), MadeUp.rescored(0, 750, fraction: 0.1),
      MadeUp.audited(0, raisedTo: 0.1), MadeUp.tested(0, 790),
      MadeUp.grown([.fullTrainings, .finalists], to: 40),
    ]
    let state = MadeUp.state(raised)
    #expect(state.distilled.isEmpty && state.untestedTrials.isEmpty)
    #expect(state.fullTrainingCount == 1 && state.fullTrials == [0])
    #expect(state.flashFraction == 1.0 / 40)
    #expect(state.raisedFraction == 0.05 && state.rescored.map(\.fraction) == [0.05])
  }

  @Test(
    "carries a share over so that it is the same number of epochs, to the last bit",
    arguments: [
      (0.05, 20.0, 30.0), (0.1, 3, 7), (1.0 / 3, 20, 50), (0.07, 10, 11),
    ] as [(Double, Double, Double)])
  func share(fraction: Double, before: Double, after: Double) {
    let lengthening = JournalEvent.Grown.Lengthening(
      before: before, after: after, flashFraction: nil)
    let carried = lengthening.carried(fraction)
    #expect(abs(carried * after - fraction * before) <= (fraction * before).ulp)
    #expect(carried < fraction)
  }
}
