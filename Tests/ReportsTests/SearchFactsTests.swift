import Distillation
import Testing

@testable import Reports
@testable import Studies

@Suite("what a report says of the search")
struct SearchFactsTests {
  private func facts(_ study: MadeUpStudy) throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try study.inputs().searchFacts.map { ($0.name, $0.value) })
  }

  private static func ended(
    _ trial: Int, _ accuracy: Double?, rungs: [Int], steps: Int, seconds: Double
  ) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: accuracy == nil ? .stopped : .measured,
        validation: accuracy.map { MadeUpStudy.evaluation($0, of: 5000) }, seconds: seconds,
        steps: steps,
        rungs: rungs.map {
          RungEvaluation(step: $0, validation: MadeUpStudy.evaluation(0.7, of: 5000))
        }))
  }

  private static let source = JournalEvent.Imported.Source(
    study: "../on-another-board", version: "1.2.2", machine: "Some processor", differences: [],
    carried: [
      .init(
        key: MadeUpStudy.key(7), costs: MadeUpStudy.costs(latency: 2), isFeasible: true,
        validation: MadeUpStudy.evaluation(0.84, of: 5000), rungs: nil),
      .init(
        key: MadeUpStudy.key(8), costs: MadeUpStudy.costs(latency: 9), isFeasible: false,
        validation: MadeUpStudy.evaluation(0.86, of: 5000), rungs: nil),
    ], related: [])

  /// A study with rungs and a queue that began with an earlier one; its trial 2 was stopped.
  private static var rich: MadeUpStudy {
    var study = MadeUpStudy()
    study.search = """
      {"trials": 3, "rungs": {"at": [0.25, 0.5], "keep": 0.4}, "enqueue": ["00000"]}
      """
    study.warmStart = #"["../on-another-board", "../with-another-teacher"]"#
    study.finalists = #"{"count": 2, "seeds": 1, "baseline": false}"#
    var other = source
    (other.study, other.differences) = ("../with-another-teacher", ["teacher", "seed"])
    other.carried = []
    other.related = [
      .init(key: MadeUpStudy.key(9), validation: MadeUpStudy.evaluation(0.8, of: 5000))
    ]
    study.events = [
      MadeUpStudy.began, MadeUpStudy.teacherReady,
      .imported(JournalEvent.Imported(sources: [source, other])),
      .enqueued(JournalEvent.Enqueued(keys: ["00000", "10000"])),
      MadeUpStudy.proposed(1, latency: 1), MadeUpStudy.proposed(2, latency: 3),
      MadeUpStudy.proposed(3, latency: 4),
      ended(1, 0.81, rungs: [200, 400], steps: 800, seconds: 8),
      ended(2, nil, rungs: [200, 400], steps: 400, seconds: 5),
      ended(3, 0.85, rungs: [200, 400], steps: 800, seconds: 9),
      .searchEnded(JournalEvent.SearchEnded(trials: 3, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: [0, 3])), MadeUpStudy.teacherTested,
      MadeUpStudy.distilled(0, 0.89), MadeUpStudy.distilled(3, 0.9),
    ]
    return study
  }

  @Test("are the sampler's facts alone where the study asks for nothing else")
  func plain() throws {
    var study = MadeUpStudy.small
    study.audit = #"{"count": 0}"#
    #expect(try facts(study).keys.sorted() == ["Search"])
    #expect(try MadeUpStudy.small.inputs().carriedNote == nil)
  }

  @Test("say how many trials were stopped and what that saved")
  func rungs() throws {
    let text = try #require(try facts(SearchFactsTests.rich)["Rungs"])
    #expect(text.contains("examined at 25 %, 50 % of their steps, where the best 40 %"))
    // 400 of 3 · 800 steps, at 5 s for 400.
    #expect(
      text.contains("1 of 3 were stopped, which saved 17 % of the flash steps (400, about 5.0 s"))
    var study = SearchFactsTests.rich
    study.events.removeLast(study.events.count - 4)
    #expect(try #require(try facts(study)["Rungs"]).hasSuffix("; none was stopped"))
  }

  @Test("do not call a stopped trial a failure, nor count earlier trials as this study's")
  func notFailed() throws {
    let inputs = try SearchFactsTests.rich.inputs()
    #expect(inputs.failedTrials.isEmpty && inputs.measuredTrials.map(\.number) == [0, 1, 3])
    #expect(inputs.missing.isEmpty)
    let time = "\(inputs.timeSection.blocks)"
    #expect(time.contains("2, on average 8.5 s and 800 steps"), "\(time)")
    var unfinished = SearchFactsTests.rich
    unfinished.events.removeLast(unfinished.events.count - 9)
    #expect(
      try unfinished.inputs().missing.first == "the search: 2 of 3 flash trials have ended")
  }

  @Test("count what the user asked for, each student once")
  func asked() throws {
    #expect(
      try facts(SearchFactsTests.rich)["Asked for by key"]
        == "2 students, tried before the sampler's")
  }

  @Test("say where results came from, and which finalists they made")
  func earlierStudies() throws {
    let text = try #require(try facts(SearchFactsTests.rich)["Earlier studies"])
    #expect(
      text == "../on-another-board: 2 flash results carried over, 1 of students that meet the "
        + "constraints here; ../with-another-teacher: 1 flash result taken as a prior, because of "
        + "another teacher, another seed")
    var elsewhere = SearchFactsTests.rich
    var source = SearchFactsTests.source
    source.machine = "Another processor"
    elsewhere.events[2] = .imported(JournalEvent.Imported(sources: [source]))
    #expect(
      try #require(try facts(elsewhere)["Earlier studies"])
        .hasSuffix("(version 1.2.2 on Another processor: the same within noise)"))
    let report = try SearchFactsTests.rich.report()
    let note = "that of an earlier study, where the same training gave it: 0 (../on-another-board)."
    #expect(report.html.contains(note) && report.markdown.contains(note))
    var study = SearchFactsTests.rich
    study.events = [MadeUpStudy.began]
    #expect(
      try facts(study)["Earlier studies"]
        == "../on-another-board, ../with-another-teacher: not taken over yet")
  }
}
