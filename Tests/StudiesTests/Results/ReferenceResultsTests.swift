import HardwareProfiles
import Testing

@testable import Studies

@Suite("the search against reference designs")
struct ReferenceResultsTests {
  /// Three finalists of 900, 100 and 500 MACs with these right answers of 1000.
  private func results(
    _ students: [Int], references: [(name: String, key: String, macs: Int, correct: Int?)],
    _ text: StudyText = .tiny
  ) throws -> StudyResults {
    var events = [
      MadeUp.proposed(0, macs: 900), MadeUp.proposed(1, macs: 100), MadeUp.proposed(2, macs: 500),
      MadeUp.finished(0, 800), MadeUp.finished(1, 600), MadeUp.finished(2, 700),
      MadeUp.selected(0, 1, 2),
    ]
    events += students.enumerated().map { MadeUp.distilled($0, $1) }
    events.append(MadeUp.referencesChosen(references.map { ($0.name, $0.key, $0.macs) }))
    for reference in references {
      events.append(
        MadeUp.referenceTrained(reference.name, key: reference.key, reference.correct))
    }
    let definition = try text.setting("finalists", "{\"count\": 3}").definition()
    return StudyResults(definition, MadeUp.state(events))
  }

  @Test("are compared in each budget and in all limits, by validation accuracy")
  func budgets() throws {
    let results = try results(
      [900, 700, 850],
      references: [("a", "ka", 90, 720), ("b", "kb", 400, 780), ("c", "kc", 950, 880)],
      StudyText.tiny.setting("budgets", "[\"macs<=200\", \"macs<=600\"]")
        .setting("constraints", "[\"macs<=1000\"]"))
    #expect(
      results.comparisons.map(\.budget?.name) == ["macs<=200", "macs<=600", "all limits"])
    #expect(results.comparisons.map(\.student?.trial) == [1, 2, 0])
    #expect(results.comparisons.map(\.reference?.name) == ["a", "b", "c"])
    #expect(results.comparisons.map(\.within) == [1, 2, 3])
    #expect(results.comparisons.map(\.beaten) == [0, 2, 3])
    // Nothing is known of single images, so ±3.97, ±3.38 and ±2.75 points may be chance.
    #expect(results.comparisons.map(\.verdict) == [.tied, .won, .tied])
    let differences = results.comparisons.compactMap(\.difference)
    #expect(differences.map(\.method) == [.unpaired, .unpaired, .unpaired])
    #expect(abs(differences[0].interval.upperBound - 0.0197) < 2e-4)
    #expect(abs(differences[1].value - 0.07) < 1e-12)
  }

  @Test("lose where a reference design is better than chance explains")
  func lost() throws {
    let comparison = try #require(
      try results([700, 650, 690], references: [("a", "ka", 90, 800), ("b", "kb", 95, 640)])
        .comparisons.first)
    #expect(comparison.budget == nil && comparison.verdict == .lost)
    #expect(comparison.student?.trial == 0 && comparison.reference?.name == "a")
    #expect(comparison.within == 2 && comparison.beaten == 1)
  }

  @Test("lose where no student keeps a budget, and win without a fight where no reference does")
  func alone() throws {
    let budgets = StudyText.tiny.setting("budgets", "[\"macs<=50\", \"macs<=200\", \"macs<=9\"]")
    let comparisons = try results(
      [900, 700, 850], references: [("a", "ka", 40, 720)], budgets
    ).comparisons
    // Nobody keeps the third.
    #expect(comparisons.map(\.budget?.name) == ["macs<=50", "macs<=200"])
    #expect(comparisons.map(\.verdict) == [.absent, .tied])
    #expect(comparisons[0].student == nil && comparisons[0].beaten == 0)
    let unopposed = try results(
      [900, 700, 850], references: [("a", "ka", 150, 720)],
      StudyText.tiny.setting("budgets", "[\"macs<=120\"]")
    ).comparisons
    #expect(unopposed.map(\.verdict) == [.unopposed] && unopposed[0].difference == nil)
  }

  @Test("may be a reference design themselves, whose trainings are then the search's own")
  func same() throws {
    let results = try results(
      [900, 700, 850], references: [("a", "k0", 900, nil), ("b", "kb", 400, 600)])
    let comparison = try #require(results.comparisons.first)
    #expect(comparison.verdict == .same && comparison.beaten == 1)
    #expect(results.references.map(\.trial) == [nil, 0])
    #expect(results.references[1].validation == [MadeUp.evaluation(900)])
    #expect(results.failedReferences.isEmpty)
  }

  @Test("dominate what costs no less and is no more accurate, unless nothing is better")
  func dominated() throws {
    let results = try results(
      [900, 700, 850],
      references: [
        ("cheaper", "ka", 90, 600), ("worse", "kb", 500, 849), ("equal", "kc", 500, 850),
        ("dearer", "kd", 1000, 800), ("better", "ke", 950, 910),
      ])
    let dominated = Dictionary(
      uniqueKeysWithValues: results.references.map { ($0.name, $0.dominatedBy) })
    #expect(dominated["cheaper"] == .some(nil) && dominated["equal"] == .some(nil))
    #expect(dominated["better"] == .some(nil))
    #expect(dominated["worse"] == 2)
    // Of two that dominate it the more accurate.
    #expect(dominated["dearer"] == 0)
    #expect(results.dominatedReferences.map(\.name) == ["worse", "dearer"])
  }

  @Test("never have a reference design among the students, on the front or in the audit")
  func apart() throws {
    let with = try results([900, 700, 850], references: [("a", "ka", 50, 990)])
    let without = try results([900, 700, 850], references: [])
    #expect(with.students == without.students && with.audit == without.audit)
    #expect(with.students.contains { $0.isOnFront })
    #expect(without.comparisons.isEmpty)
  }

  @Test("wait for reference designs that have no result yet, and name those that failed")
  func pending() throws {
    let results = try results([900, 700, 850], references: [("a", "ka", 50, nil)])
    #expect(results.references.isEmpty && results.failedReferences == ["a"])
    let chosen = MadeUp.state([MadeUp.referencesChosen([("a", "ka", 50)])])
    let empty = StudyResults(try StudyText.tiny.definition(), chosen)
    #expect(empty.references.isEmpty && empty.failedReferences.isEmpty)
    let progress = try #require(chosen.referenceProgress(seeds: 3))
    #expect(progress.ended == 0 && progress.of == 3)
  }
}
