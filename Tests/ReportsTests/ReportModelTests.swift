import Foundation
import TestSupport
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
    for count in Thoroughness.every(3, of: 0..<whole.events.count) {
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

  @Test("says why nothing is feasible, what would have to give, and whether only doubt binds")
  func reasons() throws {
    let report = try MadeUpStudy.explained.report()
    #expect(
      report.infeasibility == [
        "latency_ms<=0.1 rejects 400 of 400 random students; no student that was found keeps it: the "
          + "smallest latency_ms is 0.0948 ± 0.0237 ms (10000), which misses it by 25.0 %: the "
          + "prediction of 0.0948 ± 0.0237 ms keeps the bound with a probability of 59 %, the study "
          + "asks for 90.0 %: what binds is the uncertainty.",
        "macs>=1000000 rejects 390 of 400 random students, but can be kept alone: macs is 4.00 "
          + "million in 20000.",
        "In the nearest student stem 12 → 8 brings latency_ms from 0.200 ± 0.0500 ms to 0.135 ± "
          + "0.0300 ms, then depth 2 → 1 to 0.0948 ± 0.0237 ms, which still misses latency_ms<=0.1 by "
          + "25.0 %, but misses macs>=1000000 by 80.0 %.",
      ])
    let text = try text("nothing-feasible", .explained)
    #expect(text.contains("what binds is the uncertainty"))
    #expect(try MadeUpStudy.small.report().infeasibility.isEmpty)
    // A journal of a version that did not look.
    #expect(try MadeUpStudy.infeasible.report().infeasibility.isEmpty)
    // The nearest student itself: 0.135 ± 0.054 ms keep 0.15 ms, but not surely enough.
    var study = MadeUpStudy.infeasible
    study.constraints = ["latency_ms<=0.15"]
    study.events.removeLast()
    study.events.append(
      .nothingFeasible(
        JournalEvent.NothingFeasible(leastInfeasible: [
          .init(
            key: MadeUpStudy.key(0), costs: MadeUpStudy.costs(latency: 0.135),
            binding: "latency_ms<=0.15", excess: 0.361)
        ])))
    let headline = try #require(try study.report().headline.first)
    #expect(
      headline.hasSuffix(
        "misses latency_ms<=0.15 by 36.1 %: the prediction of 0.135 ± 0.0540 ms keeps the bound with "
          + "a probability of 61 %, the study asks for 90.0 %: what binds is the uncertainty."))
  }

  @Test("names the best student of each budget, or the nearest")
  func budgets() throws {
    let report = try MadeUpStudy.budgeted.report()
    #expect(
      report.budgets == [
        "latency_ms>=2, latency_ms<=4: trial 1, validation accuracy 88.50 %, latency_ms 3.00 ± 1.20 "
          + "ms (10000); trial 2 with 91.36 % is predicted to keep it, too, but not with 75 % confidence",
        "tiny: no fully trained student keeps it; the nearest is trial 0, validation accuracy "
          + "89.00 %, latency_ms 1.00 ± 0.400 ms (00000), which misses it by 15.4 %: the prediction "
          + "of 1.00 ± 0.400 ms keeps the bound with a probability of 60 %, the study asks for "
          + "75.0 %: what binds is the uncertainty",
      ])
    guard case .table(let table)? = try section("budgets", .budgeted)?.blocks.last else {
      Issue.record("no table")
      return
    }
    #expect(table.rows.map { $0[1] } == ["yes", "no, the nearest"])
    #expect(table.rows.map { $0[table.columns.count - 2] } == ["31", "0"])
    #expect(try section("budgets", .small) == nil)
    guard case .table(let bounds)? = try section("constraints", .budgeted)?.blocks.last else {
      Issue.record("no table of constraints")
      return
    }
    #expect(bounds.rows.contains { $0[0] == "latency_ms<=1.1" && $0[1] == "a budget" })
  }

  @Test("states devices, confidence and standard errors, and who keeps a bound by luck alone")
  func predictions() throws {
    let front = try text("front", .small)
    // 4 ± 1.6 ms keep 5 ms with a probability of 73 %.
    #expect(front.contains("4.00 ± 1.60") && front.contains("14.0 ± 5.00"))
    #expect(front.contains("had a confidence: trial 2."))
    #expect(try !text("front", .budgeted).contains("had a confidence: trial 1"))
    #expect(try text("asked", .small).contains("a probability of at least 90.0 %"))
    let both = MadeUpStudy.twoBoards
    let asked = try text("asked", both)
    #expect(asked.contains("(small-board)") && asked.contains("(big-board)"))
    #expect(asked.contains("is the largest over all; its bounds hold on each"))
    let students = try text("front", both)
    #expect(students.contains("predicted latency on big-board (ms)"))
    #expect(students.contains("2.00 ± 0.200") && students.contains("1.00 ± 0.400"))
    #expect(try text("constraints", both).contains("weight_bytes@big-board<=16000000000"))
    #expect(try text("repeat", both).contains("Latency protocol"))
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
    // The file's hash differs from study to study, since its metadata do.
    #expect(!text.contains("f11e"))
  }

  @Test("names every cost of the best student that the study asks about")
  func severalCosts() throws {
    var study = MadeUpStudy.small
    study.minimize = ["latency_ms", "macs"]
    let headline = try #require(try study.report().headline.first)
    #expect(headline.contains(" ms predicted latency and 9.60 million MACs, 10.8× fewer MACs"))
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

  @Test("has every section that is written, and each link leads to one place")
  func sections() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Sources/Reports")
    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
    let model = try text("ReportModel.swift")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let written = try files.filter { $0.hasSuffix(".swift") }.flatMap { file in
      try text(file).matches(of: #/\n  var (\w+): ReportSection\??[ \n]/#).map { String($0.1) }
    }
    #expect(written.count > 20)
    for name in written { #expect(model.contains("inputs.\(name),"), "\(name)") }
    for study in [MadeUpStudy.small, .realistic, .budgeted] {
      let anchors = try study.report().model.sections.map(\.anchor)
      #expect(Set(anchors).count == anchors.count)
    }
  }
}
