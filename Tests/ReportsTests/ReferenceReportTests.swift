import Distillation
import Foundation
import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// `small`, whose best student has 91.36 % at 4 ms, and reference designs with these validation
  /// accuracies at 2, 4 and 4.5 ms; those without one are still to be trained.
  static func withReferences(_ accuracies: [Double?]) -> MadeUpStudy {
    var study = small
    study.spaceReferences = """
      {"name": "narrow", "key": "00100"}, {"name": "wide", "key": "20100"},
      {"name": "deep", "key": "00200"}
      """
    let designs = zip(["narrow", "wide", "deep"], zip(["00100", "20100", "00200"], [2, 4, 4.5])).map
    {
      JournalEvent.ReferencesChosen.Design(
        name: $0, key: $1.0, costs: costs(latency: $1.1))
    }
    let chosen = Array(designs.prefix(accuracies.count))
    study.events.append(
      .referencesChosen(
        JournalEvent.ReferencesChosen(
          designs: chosen,
          refused: [.init(name: "huge", key: "21200", reason: "it breaks latency_ms<=5 by 12 %")])))
    study.events += zip(chosen, accuracies).compactMap { design, accuracy in
      accuracy.map { referenceTrained(design, $0) }
    }
    return study
  }

  static func referenceTrained(
    _ design: JournalEvent.ReferencesChosen.Design, _ accuracy: Double?, repetition: Int = 0
  ) -> JournalEvent {
    .referenceTrained(
      JournalEvent.ReferenceTrained(
        name: design.name, key: design.key, repetition: repetition,
        outcome: accuracy == nil ? .diverged : .measured,
        validation: accuracy.map { evaluation($0, of: 5000) },
        test: accuracy.map { evaluation($0 - 0.01, of: 10_000) }, seconds: 60, steps: 17_180))
  }

  /// A study of this limit.
  func limited(to constraint: String) -> MadeUpStudy {
    var study = self
    study.constraints = [constraint]
    study.others = ["\"confidence\": 0.51"]
    return study
  }
}

@Suite("reference designs in a report")
struct ReferenceReportTests {
  private func headline(_ study: MadeUpStudy) throws -> String {
    try #require(try study.report().headline.dropFirst().first)
  }

  @Test("are beaten in one sentence of the headline")
  func won() throws {
    let study = MadeUpStudy.withReferences([0.88, 0.9]).limited(to: "latency_ms<=4.1")
    #expect(
      try headline(study)
        == "At latency_ms<=4.1: a validation accuracy of 91.36 % (trial 2), 1.36 points above the best "
        + "reference design within it (wide: 90.00 %); the difference's 95 % interval is +0.22 to +2.50 points, "
        + "as if the two had seen different images, p 0.019; differences below 0.80 points may be noise of "
        + "trainings (assumed: none was done twice); 2 of 2 reference designs are beaten.")
  }

  @Test("win, which the headline says as plainly")
  func lost() throws {
    let study = MadeUpStudy.withReferences([0.88, 0.93]).limited(to: "latency_ms<=4.1")
    #expect(
      try headline(study)
        == "The search lost at latency_ms<=4.1: the reference design wide has a validation accuracy of "
        + "93.00 %, 1.64 points above the best student, trial 2 (91.36 %); the difference's 95 % interval "
        + "is −2.69 to −0.59 points, as if the two had seen different images, p 0.002; differences "
        + "below 0.75 points may be noise of trainings (assumed: none was done twice); 1 of 2 reference designs is beaten."
    )
  }

  @Test("cannot be told apart from a student within the interval, on either side")
  func tied() throws {
    for (accuracy, other, p, beaten) in [
      (0.91, "91.00 %", "p 0.526; differences below 0.77 points", "2 of 2 reference designs have"),
      (0.92, "92.00 %", "p 0.247; differences below 0.75 points", "1 of 2 reference designs has"),
    ] {
      let study = MadeUpStudy.withReferences([0.88, accuracy]).limited(to: "latency_ms<=4.1")
      let text = try headline(study)
      #expect(
        text.hasPrefix(
          "At latency_ms<=4.1, trial 2 (validation accuracy 91.36 %) and the best reference design "
            + "within it (wide: \(other)) cannot be told apart: the difference's 95 % "
            + "interval is −"))
      #expect(
        text.hasSuffix(
          " points, as if the two had seen different images, \(p) may be noise of trainings (assumed: none was "
            + "done twice); \(beaten) a lower one."))
    }
  }

  @Test("do not win by what one training may differ from the next, however many images say so")
  func noise() throws {
    // 0.64 points, of which chance of images alone is said to be sure.
    let study = MadeUpStudy.withReferences([0.88, 0.92]).limited(to: "latency_ms<=4.1")
    let comparison = try #require(study.inputs().results.comparisons.last)
    var certain = comparison
    certain.pValue = 1e-9
    #expect(certain.verdict == .tied && certain.isNoiseAssumed)
    certain.threshold = 0.006
    #expect(certain.verdict == .lost)
    certain.threshold = nil
    #expect(certain.verdict == .tied)
  }

  @Test("are compared image by image where the journal says which images were right")
  func paired() throws {
    var study = MadeUpStudy.withReferences([0.88, 0.9]).limited(to: "latency_ms<=4.1")
    // Right where the student is, but for every seventieth image: 91.36 % less 1.43 points.
    func outcome(_ wrong: (Int) -> Bool) -> SplitOutcome {
      let labels = [Int](repeating: 0, count: 5000)
      let answers = labels.indices.map { wrong($0) ? 1 : 0 }
      return SplitOutcome(
        correctImages: ImageBits(answers.map { $0 == 0 }),
        metrics: ClassificationMetrics(
          logits: answers.flatMap { $0 == 0 ? [1, 0] : [0, 1] }, labels: labels, classes: 2,
          teacher: nil))
    }
    func right(_ image: Int) -> Bool { image >= 432 }
    study.events = study.events.map { event in
      switch event {
      case .distilled(var training) where training.trial == 2 && !training.isBaseline:
        training.validationOutcome = outcome { !right($0) }
        return .distilled(training)
      case .referenceTrained(var training) where training.name == "wide":
        training.validationOutcome = outcome { !right($0) || $0 % 70 == 0 }
        training.validation = MadeUpStudy.evaluation(
          Double(training.validationOutcome?.correctImages.setCount ?? 0) / 5000, of: 5000)
        return .referenceTrained(training)
      default: return event
      }
    }
    let text = try headline(study)
    #expect(text.contains("points above the best reference design within it (wide: 90.0"))
    #expect(
      text.contains(" points, image by image, p < 0.001; differences below 0.80 points may be"))
    #expect(text.hasSuffix("; 2 of 2 reference designs are beaten."))
  }

  @Test("win where no student keeps the budget, and are not there where none of them does")
  func alone() throws {
    var study = MadeUpStudy.withReferences([0.88]).limited(to: "latency_ms<=5")
    study.others.append("\"budgets\": [\"latency_ms<=0.9\"]")
    study.events[study.events.count - 2] = .referencesChosen(
      JournalEvent.ReferencesChosen(
        designs: [
          .init(name: "narrow", key: "00100", costs: MadeUpStudy.costs(latency: 0.8))
        ], refused: []))
    let sentences = try study.inputs().referenceSentences
    #expect(sentences.count == 2)
    #expect(
      sentences[0]
        == "The search lost at latency_ms<=0.9: no fully trained student keeps it, and the reference "
        + "design narrow does, with a validation accuracy of 88.00 %.")
    let unopposed = MadeUpStudy.withReferences([0.88]).limited(to: "latency_ms<=1.5")
    #expect(
      try headline(unopposed)
        == "At latency_ms<=1.5: a validation accuracy of 89.00 % (trial 0); no trained reference design "
        + "keeps it.")
  }

  @Test("may be the best student itself")
  func same() throws {
    var study = MadeUpStudy.withReferences([]).limited(to: "latency_ms<=4.1")
    study.events[study.events.count - 1] = .referencesChosen(
      JournalEvent.ReferencesChosen(
        designs: [.init(name: "it", key: MadeUpStudy.key(2), costs: MadeUpStudy.costs(latency: 4))],
        refused: []))
    #expect(
      try headline(study)
        == "At latency_ms<=4.1, the best student, trial 2, is the reference design it itself (validation "
        + "accuracy 91.36 %); 0 of 1 reference design has a lower one.")
    let text = "\(try #require(study.inputs().referenceSection).blocks)"
    #expect(text.contains("The search has tried and fully trained these itself: it (trial 2)."))
  }

  @Test("lead the headline for the largest of several budgets")
  func largest() throws {
    var study = MadeUpStudy.withReferences([0.88, 0.9])
    study.constraints = []
    study.others = [
      "\"confidence\": 0.51", "\"budgets\": [\"latency_ms<=4.2\", \"latency_ms<=2.6\"]",
    ]
    #expect(try headline(study).hasPrefix("At latency_ms<=4.2: "))
    #expect(try study.inputs().referenceSentences.count == 2)
    study.others = ["\"confidence\": 0.51"]
    #expect(try headline(study).hasPrefix("Over all costs: a validation accuracy of 91.36 %"))
  }

  @Test("stand in a table of their own, with who dominates them and who is not trained")
  func table() throws {
    let section = try #require(
      MadeUpStudy.withReferences([0.88, 0.9, 0.92]).inputs().referenceSection)
    let table = try #require(
      section.blocks.compactMap { block -> ReportTable? in
        guard case .table(let table) = block else { return nil }
        return table
      }.first)
    #expect(table.rows.map { $0[0] } == ["narrow", "wide", "deep"])
    #expect(table.rows[0][1] == "stem 8, ReLU; stage 1: 2 × inverted residual 12 k3")
    #expect(table.rows[0][2].hasPrefix("88.00 ("))
    #expect(table.rows[0][3].hasPrefix("87.00 ("))
    #expect(table.rows[0][4] == "2.00 ± 0.800")
    #expect(table.rows.map { $0[$0.count - 2] } == ["trial 0", "trial 2", "–"])
    #expect(table.rows.map { $0.last } == ["00100", "20100", "00200"])
    let text = "\(section.blocks)"
    #expect(text.contains("2 of 3 reference designs are dominated"))
    #expect(text.contains("huge is not trained: it breaks latency_ms<=5 by 12 %."))
    #expect(try MadeUpStudy.small.inputs().referenceSection == nil)
  }

  @Test("are missing until they are trained, where the study asks for them")
  func missing() throws {
    #expect(
      try MadeUpStudy.withReferences([0.88, nil]).report().missing
        == ["the reference designs: 1 of 2 full trainings have ended"])
    #expect(try MadeUpStudy.withReferences([0.88, 0.9]).report().missing.isEmpty)
    var study = MadeUpStudy.withReferences([])
    #expect(try study.report().missing.isEmpty)
    #expect("\(try #require(study.inputs().referenceSection))".contains("None is trained: "))
    study.events.removeLast()
    #expect(
      try study.report().missing
        == ["the reference designs: those to be trained are not chosen yet"])
    study.others = ["\"references\": false"]
    #expect(try study.report().missing.isEmpty)
  }

  @Test("have a mark of their own in the chart and its legend, and leave the front as it is")
  func chart() throws {
    let study = MadeUpStudy.withReferences([0.88, 0.9, 0.95])
    let chart = ParetoChart(try study.inputs())
    let plain = ParetoChart(try MadeUpStudy.small.inputs())
    let drawing = chart.drawing().source
    // A line and a square for each, and once more in the legend.
    #expect(drawing.components(separatedBy: "class=\"reference\"").count - 1 == 2 * (3 + 1))
    #expect(drawing.contains("Reference design deep: validation accuracy 95.00 %"))
    #expect(drawing.contains("reference design, fully distilled"))
    #expect(!plain.drawing().source.contains("class=\"reference\""))
    #expect(chart.staircase.map(\.accuracy) == plain.staircase.map(\.accuracy))
    #expect(chart.accuracyScale.domain.contains(95))
    #expect(chart.description.contains("3 reference designs: narrow: 88.00 % at 2.00 ms"))
    let (own, other) = (try study.report(), try MadeUpStudy.small.report())
    #expect(own.frontCSV == other.frontCSV)
  }

  @Test("are in front.json with the comparison, null where there are none")
  func json() throws {
    func object(_ study: MadeUpStudy) throws -> [String: Any] {
      let data = Data(try study.report().frontJSON.utf8)
      return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    #expect(try object(.small)["references"] is NSNull)
    let study = MadeUpStudy.withReferences([0.88, 0.93]).limited(to: "latency_ms<=4.1")
    let references = try #require(try object(study)["references"] as? [String: Any])
    let designs = try #require(references["designs"] as? [[String: Any]])
    #expect(designs.map { $0["name"] as? String } == ["narrow", "wide"])
    #expect(designs.map { $0["validation_accuracy"] as? Double } == [0.88, 0.93])
    #expect(designs.map { $0["latency_ms"] as? Double } == [2, 4])
    #expect(designs[0]["dominated_by"] as? Int == 0 && designs[1]["dominated_by"] is NSNull)
    let comparison = try #require((references["comparisons"] as? [[String: Any]])?.first)
    #expect(comparison["verdict"] as? String == "lost" && comparison["trial"] as? Int == 2)
    let reach = try #require(comparison["difference_reach"] as? Double)
    let (low, high) = (
      try #require(comparison["difference_low"] as? Double),
      try #require(comparison["difference_high"] as? Double)
    )
    #expect(abs(reach - (high - low) / 2) < 1e-5 && high < 0)
    #expect(comparison["method"] as? String == "unpaired")
    #expect(try #require(comparison["p_holm"] as? Double) < 0.01)
    #expect(comparison["beaten"] as? Int == 1 && comparison["within"] as? Int == 2)
    #expect((references["not_trained"] as? [[String: Any]])?.first?["name"] as? String == "huge")
  }

  @Test("that failed are named, with what happened")
  func failed() throws {
    var study = MadeUpStudy.withReferences([0.88, nil])
    let design = JournalEvent.ReferencesChosen.Design(
      name: "wide", key: "20100", costs: MadeUpStudy.costs(latency: 4))
    study.events.append(MadeUpStudy.referenceTrained(design, nil))
    let report = try study.report()
    #expect(report.missing.isEmpty)
    #expect(report.markdown.contains("Every full training failed of wide."))
    #expect(report.markdown.contains("full, seed 0, reference design wide"))
    #expect(complaintAboutXML(report.html) == nil)
  }
}

@Suite("what a limit means")
struct AdmissionTests {
  private func sentences(_ study: MadeUpStudy) throws -> [String] {
    try study.inputs().admissionSentences
  }

  @Test("is said by the predictions that it admits, at the students' typical error")
  func admitted() throws {
    // 5 / (1 + 1.28155 · 0.4) = 3.305.
    #expect(
      try sentences(.small) == [
        "latency_ms<=5 at 90.0 % admits predictions up to about 3.31 ms: their typical relative "
          + "standard error is 40 % (the median of 4 trials).",
        "A profile that is fitted to measurements of the device itself has smaller errors, and so the "
          + "same limits admit more: see autodistill profile suggest, profile measure and profile fit.",
      ])
    #expect(
      try MadeUpStudy.small.report().markdown.contains("admits predictions up to about 3.31 ms"))
  }

  @Test("is not said of floors, of exact costs and without students")
  func others() throws {
    var study = MadeUpStudy.small
    study.constraints = ["latency_ms>=0.1", "macs<=9e9"]
    #expect(try sentences(study).isEmpty)
    study = MadeUpStudy.small
    study.events.removeAll { event in
      if case .proposed = event { true } else { false }
    }
    study.events = Array(study.events.prefix(3))
    #expect(try sentences(study).isEmpty)
  }

  @Test("is said by the nearest students where nothing is feasible")
  func nothingFeasible() throws {
    #expect(
      try sentences(.infeasible).first
        == "latency_ms<=0.1 at 90.0 % admits predictions up to about 0.0661 ms: their typical relative "
        + "standard error is 40 % (the median of 1 nearest student).")
  }
}
