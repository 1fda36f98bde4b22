import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// `small`, which has been asked for a fifth trial, another limit and a longer full training since; one of
  /// its finalists breaks the limit.
  static var grown: MadeUpStudy {
    var study = small
    study.constraints = ["latency_ms<=3.5"]
    study.events += [
      growth(
        [
          StudyChange(field: "search.trials", before: "4", after: "5"),
          StudyChange(
            field: "constraints", before: "[latency_ms<=5]", after: "[latency_ms<=3.5]"),
        ], [.costs, .finalists, .search], date: "2026-01-31T12:00:00Z"),
      .priced(
        JournalEvent.Priced(trials: [
          .init(
            trial: 2, costs: costs(latency: 4),
            broken: BrokenLimit(constraint: "latency_ms<=3.5", excess: 0.143))
        ])),
      proposed(4, latency: 2), finished(4, 0.84),
      .searchEnded(JournalEvent.SearchEnded(trials: 5, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: [0, 1, 4])), distilled(4, 0.9),
      distilled(4, 0.89, isBaseline: true),
    ]
    return study
  }

  static func growth(
    _ changes: [StudyChange], _ effects: [GrowthEffect], date: String,
    lengthening: JournalEvent.Grown.Lengthening? = nil
  ) -> JournalEvent {
    .grown(
      JournalEvent.Grown(
        version: "1.3.0", date: date, studyHash: "9407", study: "{}", profileHash: "bead",
        changes: changes, effects: effects, lengthening: lengthening))
  }
}

@Suite("what a report says of a study that has grown")
struct GrowthReportTests {
  @Test("lists what was added, when, and what came of it")
  func section() throws {
    let text = try MadeUpStudy.grown.report().markdown
    for part in [
      "What was added when", "| 1 | search.trials | 4 | 5 |",
      "Growth 1, 2026-01-31T12:00:00Z, by autodistill 1.3.0, after 4 flash trials, 3 finalists and "
        + "6 full trainings. It has added 1 flash trial and 2 full trainings.",
      "All trials were priced for the new question.", "earlier finalist",
    ] { #expect(text.contains(part), "\(part)") }
    #expect(try !MadeUpStudy.small.report().markdown.contains("What was added when"))
  }

  @Test("keeps a student that breaks a new limit off the front, and says so")
  func broken() throws {
    let report = try MadeUpStudy.grown.report()
    #expect(
      report.markdown.contains(
        "Trial 2 was trained under other limits and breaks latency_ms&lt;=3.5 by 14.3 %"))
    let results = report.inputs.results
    #expect(results.students.filter { !$0.isOnFront }.contains { $0.trial == 2 })
    #expect(report.inputs.best?.trial == 4)
    #expect(report.frontJSON.contains("\"study_sha256\": \"9407\""))
    #expect(report.missing.isEmpty, "\(report.missing)")
    // Whoever reads the file knows it, and the terminal's status names the same student.
    #expect(report.frontJSON.contains("\"excluded_by\": \"latency_ms<=3.5\""))
    #expect(results.students.first { $0.trial == 2 }?.standing == nil)
    #expect(try StudyStatusTests.status(.grown).best.map(\.full?.trial) == [4])
  }

  @Test("says what flash trainings are of a longer full training")
  func longer() throws {
    var study = MadeUpStudy.small
    study.events.append(
      MadeUpStudy.growth(
        [StudyChange(field: "full.epochs", before: "20.0", after: "40.0")],
        [.finalists, .fullTrainings], date: "2026-02-01T00:00:00Z",
        lengthening: .init(before: 20, after: 40, flashFraction: 0.025)))
    study.events += [.selected(JournalEvent.Selected(trials: [0, 1, 2]))]
    study.events += MadeUpStudy.smallTrainings
    let text = try study.report().markdown
    #expect(text.contains("which is 2.50 % of the longer training's images"))
    #expect(text.contains("All full trainings were done again."))
    #expect(text.contains("It has added 0 flash trials and 6 full trainings."))
  }

  @Test("says nothing of a growth that changed nothing, and names what was merged")
  func quiet() throws {
    var study = MadeUpStudy.small
    study.events.append(MadeUpStudy.growth([], [], date: "2026-02-01T00:00:00Z"))
    #expect(try !study.report().markdown.contains("What was added when"))
    study.events.append(
      .merged(
        JournalEvent.Merged(
          sources: [.init(study: "../a", seed: 3, studyHash: "a", trials: 4, fullTrainings: 1)],
          trained: [0])))
    #expect(
      try study.report().markdown.contains("../a, seed 3: 4 flash trials and 1 full training"))
  }
}
