import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// Eight trials with an audit after four: trials 0 to 3, of which 1 is a finalist too, beside 6 and 7.
  ///
  /// - Parameters:
  ///   - spearman: What the audit's journal line says.
  ///   - verdict: What it decided; `raised` sets the fraction from 5 % to 10 %.
  static func audited(
    spearman: Double? = -0.4, _ verdict: JournalEvent.Audited.Verdict = .raised
  ) -> MadeUpStudy {
    let isRaised = verdict == .raised
    var study = MadeUpStudy()
    study.search = #"{"trials": 8}"#
    study.events = [began, teacherReady]
    let flash = [0.7, 0.72, 0.71, 0.73, 0.81, 0.82, 0.83, 0.84]
    for trial in 0..<4 {
      study.events += [
        proposed(trial, latency: 1 + Double(trial)), finished(trial, flash[trial]),
        trainedForAudit(trial, 0.9 - 0.01 * Double(trial)),
      ]
      if isRaised { study.events.append(rescored(trial, flash[trial] + 0.1)) }
    }
    study.events.append(
      .audited(
        JournalEvent.Audited(
          trials: [0, 1, 2, 3], spearman: spearman, macsSpearman: spearman.map { _ in 0.6 },
          fraction: isRaised ? 0.1 : 0.05, verdict: verdict)))
    for trial in 4..<8 {
      study.events += [
        proposed(trial, latency: 1 + 0.5 * Double(trial)),
        finished(trial, flash[trial], fraction: isRaised ? 0.1 : nil),
      ]
    }
    study.events += [
      .searchEnded(JournalEvent.SearchEnded(trials: 8, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: [1, 6, 7])), teacherTested,
    ]
    study.events += (0..<4).map {
      .tested(JournalEvent.Tested(trial: $0, test: evaluation(0.88, of: 10_000)))
    }
    study.events += [
      distilled(1, 0.87, isBaseline: true), distilled(6, 0.92), distilled(7, 0.91),
      distilled(6, 0.9, isBaseline: true), distilled(7, 0.9, isBaseline: true),
    ]
    return study
  }

  private static func trainedForAudit(_ trial: Int, _ accuracy: Double) -> JournalEvent {
    .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: 0, isBaseline: false, outcome: .measured,
        validation: evaluation(accuracy, of: 5000), test: nil, seconds: 61, steps: 17_180))
  }

  private static func rescored(_ trial: Int, _ accuracy: Double) -> JournalEvent {
    .rescored(
      JournalEvent.Rescored(
        trial: trial, fraction: 0.1, validation: evaluation(accuracy, of: 5000), seconds: 25,
        steps: 3436))
  }

  private static func finished(
    _ trial: Int, _ accuracy: Double, fraction: Double?
  ) -> JournalEvent {
    .finished(
      JournalEvent.Finished(
        trial: trial, outcome: .measured, validation: evaluation(accuracy, of: 5000), seconds: 12.5,
        steps: 1718, fraction: fraction))
  }
}

@Suite("a report of an audited study")
struct AuditReportTests {
  @Test("marks who was audited in tables, chart and front files")
  func roles() throws {
    let report = try MadeUpStudy.audited().report()
    #expect(report.missing.isEmpty)
    let names = report.model.front.columns.map(\.name)
    let cells = report.model.front.rows.map { row in
      Dictionary(uniqueKeysWithValues: zip(names, row))
    }
    // By their latency.
    #expect(cells.map { $0["trial"] } == ["0", "1", "2", "3", "6", "7"])
    let only = "audited"
    #expect(
      cells.map { $0["role"] }
        == [only, "finalist and audited", only, only, "finalist", "finalist"])
    #expect(
      cells.map { $0["flash_fraction"] } == Array(repeating: "0.05000", count: 4)
        + ["0.10000", "0.10000"])
    #expect(cells[0]["on_front"] == "true" && cells[0]["test_accuracy"] == "0.88000")
    for text in [report.html, report.markdown] {
      #expect(text.contains("Audited students are spread over the flash ranks"))
      #expect(text.contains("finalist and audited") && text.contains("do not compare"))
    }
    #expect(report.html.contains("audited, spread over the flash ranks"))
    #expect(complaintAboutXML(report.html) == nil)
    let chart = try #require(report.model.auditChart)
    #expect(chart.points.map(\.isAudited) == [true, false, true, true, false, false])
    // On the scale of the raised fraction.
    #expect(chart.fraction == 0.1 && abs((chart.points.first?.flash ?? 0) - 80) < 1e-9)
  }

  @Test("has neither roles nor a legend where nobody was audited")
  func plain() throws {
    let report = try MadeUpStudy.small.report()
    #expect(!report.html.contains("udited students") && !report.html.contains("Audited"))
    #expect(report.model.auditChart?.points.contains(where: \.isAudited) == false)
    #expect(report.model.front.rows.allSatisfy { $0.contains("finalist") })
  }

  @Test("says that the fraction was raised, from what, to what and when")
  func raised() throws {
    let report = try MadeUpStudy.audited().report()
    #expect(
      report.markdown.contains(
        "below ρ = 0.50 flash takes 2 times as many images from there on; ρ = −0.40 after 4 trials, "
          + "so the fraction was raised from 5.0 % to 10.0 % from trial 4 on"
      )
    )
    let sentences = report.inputs.auditSentences
    #expect(
      sentences.contains { $0.contains("the study asks for 0.50 from flash. That is too little") })
    #expect(sentences.contains { $0.hasPrefix("From 4 students ρ is weak evidence") })
    #expect(
      sentences.contains { $0.contains("those spread over the flash ranks are one, with ρ = ") })
    let json = report.frontJSON
    for part in ["\"verdict\": \"raised\"", "\"stratified\": {", "\"role\": \"audited\""] {
      #expect(json.contains(part), "\(part)")
    }
  }

  @Test(
    "says what else the controller did, and why",
    arguments: [
      (0.8, .ranks, "That is enough, so the flash fraction stayed at 5.0 %."),
      (-0.4, .kept, "no trials were left for a larger fraction"),
      (-0.4, .incomparable, "fewer than two students could be scored again"),
      (nil, .undecided, "The controller had no rank correlation to act on"),
    ] as [(Double?, JournalEvent.Audited.Verdict, String)])
  func verdicts(
    spearman: Double?, verdict: JournalEvent.Audited.Verdict, sentence: String
  ) throws {
    let inputs = try MadeUpStudy.audited(spearman: spearman, verdict).inputs()
    #expect(inputs.auditSentences.contains { $0.contains(sentence) }, "\(inputs.auditSentences)")
    #expect(inputs.auditFact?.value.hasSuffix("after 4 trials, the fraction stayed") == true)
  }

  @Test("says so where the study forbids a raise, asks for no audit, or was begun without one")
  func withoutAudit() throws {
    var study = MadeUpStudy.audited(spearman: -0.4, .kept)
    study.audit = #"{"raise": 1}"#
    #expect(
      try study.inputs().auditSentences.contains {
        $0.contains("the study forbids a larger fraction")
      })
    study = .small
    #expect(try study.inputs().auditFact?.value.contains("not done: ") == true)
    study.events = [MadeUpStudy.began]
    #expect(try study.inputs().auditFact?.value.hasSuffix("from there on") == true)
    study.audit = #"{"count": 0}"#
    #expect(try study.inputs().auditFact == nil)
  }

  @Test("says what is missing until the audited students have been tested")
  func missing() throws {
    var study = MadeUpStudy.audited()
    study.events.removeAll { if case .tested(let value) = $0 { value.trial > 1 } else { false } }
    #expect(
      try study.report().missing == [
        "the audited students on the test split: 2 are still to come"
      ])
  }
}
