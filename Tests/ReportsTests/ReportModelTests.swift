import Testing

@testable import Reports
@testable import Studies

@Suite("a report")
struct ReportModelTests {
  private func section(_ anchor: String, _ study: MadeUpStudy) throws -> ReportSection? {
    try study.report().model.sections.first { $0.anchor == anchor }
  }

  private func text(_ anchor: String, _ study: MadeUpStudy) throws -> String {
    "\(try section(anchor, study)?.blocks ?? [])"
  }

  @Test("says what an unfinished study lacks, at every moment of its life")
  func unfinished() throws {
    let whole = MadeUpStudy.realistic
    for count in 0..<whole.events.count {
      var study = whole
      study.events = Array(whole.events.prefix(count))
      let report = try study.report()
      let isFinished = count >= whole.events.count - 1  // the last event only tells the time
      #expect(report.missing.isEmpty == isFinished, "\(count): \(report.missing)")
      #expect(!report.headline.isEmpty)
      if count % 9 == 0 { #expect(complaintAboutXML(report.html) == nil) }
    }
    #expect(try MadeUpStudy().report().missing == ["everything: the study has not been started"])
    #expect(
      try MadeUpStudy().report().headline == [
        "Unfinished: no student has had its full training yet."
      ])
  }

  @Test("counts the trials and trainings that are still to come")
  func counts() throws {
    var study = MadeUpStudy.small
    study.events.removeLast()
    #expect(try study.report().missing == ["the full trainings: 5 of 6 have ended"])
    study.events = Array(study.events.prefix(8))
    #expect(
      try study.report().missing == [
        "the search: 1 of 32 flash trials have ended",
        "the full trainings: the students for them are not chosen yet",
      ])
  }

  @Test("expects as many finalists as asked for, in whatever rounds they are chosen")
  func rounds() throws {
    let whole = MadeUpStudy.realistic
    let start = try #require(
      whole.events.firstIndex {
        if case .selected = $0 { true } else { false }
      })
    let trainings = whole.events.filter {
      if case .distilled = $0 { true } else { false }
    }
    func missing(_ events: [JournalEvent]) throws -> [String] {
      var study = whole
      study.events = whole.events.prefix(start) + [MadeUpStudy.teacherTested] + events
      return try study.report().missing
    }
    let first = JournalEvent.selected(JournalEvent.Selected(trials: [8, 13, 14]))
    let all = JournalEvent.selected(JournalEvent.Selected(trials: [8, 13, 14, 18]))
    #expect(try missing([first]) == ["the full trainings: 0 of 8 have ended"])
    // Between the rounds nothing is running, and the study is not done.
    let between = [first] + trainings.prefix(6)
    #expect(try missing(between) == ["the full trainings: 6 of 8 have ended"])
    #expect(try missing(between + [all]) == ["the full trainings: 6 of 8 have ended"])
    #expect(try missing(between + [all] + trainings.dropFirst(6)) == [])
    // A journal of one round, as they once were.
    #expect(try missing([all] + trainings) == [])
    #expect(try missing([all] + trainings.dropLast()) == ["the full trainings: 7 of 8 have ended"])
    // Failed trainings are done, too.
    let failed = [8, 13, 14].flatMap {
      [MadeUpStudy.distilled($0, nil), MadeUpStudy.distilled($0, nil, isBaseline: true)]
    }
    #expect(try missing([first] + failed) == ["the full trainings: 6 of 8 have ended"])
  }

  @Test("expects no more finalists than flash trials gave a result")
  func fewResults() throws {
    var study = MadeUpStudy.failed
    #expect(try study.report().missing == [])
    study.events.removeLast()
    #expect(try study.report().missing == ["the full trainings: 1 of 2 have ended"])
  }

  @Test("names the nearest students and the binding constraint where nothing is feasible")
  func nothingFeasible() throws {
    let report = try MadeUpStudy.infeasible.report()
    #expect(
      report.headline == [
        "No student meets the constraints, so none was trained. The nearest one (stem 8, ReLU; "
          + "stage 1: 1 × inverted residual 12 k3) misses latency_ms<=0.1 by 35.0 %."
      ])
    #expect(report.missing.isEmpty)
    let text = try text("nothing-feasible", .infeasible)
    #expect(text.contains("+35.0"))
    #expect(text.contains("Relax latency_ms<=0.1"))
    #expect(try section("nothing-feasible", .small) == nil)
  }

  @Test("lists every training that failed, and how")
  func failures() throws {
    let text = try text("failures", .failed)
    #expect(text.contains("diverged"))
    #expect(text.contains("the worker died twice"))
    #expect(text.contains("full, seed 0, without the teacher"))
    #expect(try section("failures", .small) == nil)
    #expect(
      try MadeUpStudy.failed.report().headline == [
        "No student: every training ended without a result; see what failed below."
      ])
  }

  @Test("says how often each constraint rejected, and which one binds nothing")
  func constraints() throws {
    guard case .table(let table)? = try section("constraints", .small)?.blocks.last else {
      Issue.record("no table")
      return
    }
    #expect(
      table.rows.prefix(3) == [
        ["latency_ms<=5", "the study", "280", "70.0", ""],
        [
          "macs<=9000000000", "the study", "0", "0.0",
          "rejected nothing, so it binds nothing in this space",
        ],
        [
          "peak_memory_bytes<=4294967296", "the device's memory", "0", "0.0",
          "rejected nothing, so it binds nothing in this space",
        ],
      ])
  }

  @Test("sums the time of a stage over the runs")
  func time() throws {
    var study = MadeUpStudy.small
    study.events += [MadeUpStudy.timed("search", 40), MadeUpStudy.timed("distillation", 366)]
    let blocks = try #require(try section("time", study)).blocks
    guard case .table(let table) = blocks[0] else {
      Issue.record("no table")
      return
    }
    #expect(
      table.rows == [
        ["search", "1 min 30 s", "90.0", "2", "2"],
        ["distillation", "6 min 06 s", "366.0", "1", "2"],
        ["all", "7 min 36 s", "456.0", "3", ""],
      ])
    #expect("\(blocks)".contains("4, on average 12.5 s and 1718 steps each"))
  }

  @Test("says everything needed to repeat the study")
  func repetition() throws {
    let text = try text("repeat", .small)
    for fact in [
      "57d1", "5ace", "bead", "da7a", "7ea0", "Some processor", "autodistill 1.2.3",
      "autodistill 1.2.2", "autodistill run", "epochs=20.0",
    ] {
      #expect(text.contains(fact), "\(fact)")
    }
  }

  @Test("does without teacher's test accuracy, profile, constraints and baseline")
  func bareStudy() throws {
    var study = MadeUpStudy.small
    study.hasProfile = false
    study.minimize = ["macs"]
    study.constraints = []
    study.finalists = #"{"count": 3, "seeds": 1, "baseline": false}"#
    study.events = study.events.filter { $0 != MadeUpStudy.teacherTested }
    let headline = try #require(try study.report().headline.first)
    #expect(headline.hasPrefix("Best student: trial 2"))
    #expect(headline.hasSuffix("at 9.60 million MACs, 10.8× fewer MACs than the teacher."))
  }

  @Test("survives a key that the space does not know")
  func unknownKey() throws {
    var study = MadeUpStudy.infeasible
    study.events.append(
      .nothingFeasible(
        JournalEvent.NothingFeasible(leastInfeasible: [
          .init(
            key: "zzz", costs: MadeUpStudy.costs(latency: 1), binding: "latency_ms<=0.1", excess: 9)
        ])))
    #expect(try study.report().headline[0].contains("unknown: no architecture of quick"))
  }

  @Test(
    "claims no correlation from fewer than five students",
    arguments: [
      (1, "With one student there is no ranking to judge."),
      (2, "With n = 2 no correlation can be claimed"),
      (
        3,
        "With n = 3 no correlation can be claimed: an order at least as extreme as a perfect one comes about by chance with probability 0.33."
      ),
      (
        4,
        "With n = 4 no correlation can be claimed: an order at least as extreme as a perfect one comes about by chance with probability 0.08."
      ),
      (5, "Flash ranked the students better than chance"),
    ])
  func audit(count: Int, sentence: String) throws {
    let audit = try #require(MadeUpStudy.ranked(count).report().inputs.results.audit)
    #expect(audit.count == count)
    #expect(audit.sentences[0].hasPrefix(sentence))
    let isBestFirst = audit.sentences.contains(
      "Flash ranked first the student that full training found best.")
    #expect(isBestFirst == (count > 1))
  }

  @Test("says when MACs, which need no training, rank as well as flash")
  func auditOfMACs() throws {
    let audit = try #require(MadeUpStudy.ranked(5).report().inputs.results.audit)
    #expect(
      audit.sentences.contains("MACs, which need no training, ranked as well here as flash."))
  }
}
