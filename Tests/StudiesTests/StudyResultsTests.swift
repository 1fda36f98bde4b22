import BayesianOptimization
import Distillation
import Testing

@testable import Studies

@Suite("the results of a study")
struct StudyResultsTests {
  private func results(
    _ events: [JournalEvent], finalists: String = "{\"count\": 3, \"seeds\": 2}"
  ) throws -> StudyResults {
    let definition = try StudyText.tiny.setting("finalists", finalists).definition()
    return StudyResults(definition, MadeUp.state(events))
  }

  /// Three trials, flash ranking them as full training does.
  private let search: [JournalEvent] = [
    MadeUp.proposed(0, macs: 900), MadeUp.proposed(1, macs: 100), MadeUp.proposed(2, macs: 500),
    MadeUp.finished(0, 800), MadeUp.finished(1, 600), MadeUp.finished(2, 700),
    MadeUp.selected(0, 1, 2),
  ]

  @Test("are empty before the search has ended")
  func empty() throws {
    let results = try results(Array(search.dropLast()))
    #expect(results.students.isEmpty && results.failedFinalists.isEmpty && results.audit == nil)
  }

  @Test("list the students in the order of the first objective, the front marked")
  func order() throws {
    let results = try results(
      search + [
        MadeUp.distilled(0, 850), MadeUp.distilled(1, 860), MadeUp.distilled(2, 900),
      ])
    #expect(results.students.map(\.trial) == [1, 2, 0])
    #expect(results.students.map(\.isOnFront) == [true, true, false])
    #expect(results.students.map(\.key) == ["k1", "k2", "k0"])
    #expect(results.students[0].flash.accuracy == 0.6)
  }

  @Test("take the mean over the repetitions that ended well")
  func repetitions() throws {
    let student = try #require(
      try results(
        search + [
          MadeUp.distilled(0, 850, test: 840), MadeUp.distilled(0, 860, test: 830, repetition: 1),
          MadeUp.distilled(0, nil, isBaseline: true),
          MadeUp.distilled(0, 810, test: 800, repetition: 1, isBaseline: true),
        ]
      ).students.first)
    #expect(abs(student.validationAccuracy - 0.855) < 1e-12)
    #expect(abs(student.testAccuracy - 0.835) < 1e-12)
    #expect(student.baselineValidation.count == 1)
    #expect(abs(try #require(student.distillationGain) - 0.035) < 1e-12)
  }

  @Test("have no gain without a baseline")
  func noBaseline() throws {
    let students = try results(
      search + [MadeUp.distilled(0, 850)], finalists: "{\"count\": 3, \"baseline\": false}"
    ).students
    #expect(students.count == 1 && students[0].distillationGain == nil)
  }

  @Test("name the finalists whose full training failed, not those that are to come")
  func failed() throws {
    let results = try results(search + [MadeUp.distilled(2, nil), MadeUp.distilled(0, 850)])
    #expect(results.students.map(\.trial) == [0])
    #expect(results.failedFinalists == [2])
  }

  @Test("do not fail a finalist that one repetition of two has measured")
  func oneOfTwo() throws {
    let results = try results(
      search + [MadeUp.distilled(2, nil), MadeUp.distilled(2, 900, repetition: 1)])
    #expect(results.students.map(\.trial) == [2] && results.failedFinalists.isEmpty)
  }
}

@Suite("evaluations of several repetitions")
struct EvaluationListTests {
  @Test("have a mean, a deviation from two on, and an interval of the mean")
  func statistics() throws {
    let list = [MadeUp.evaluation(850), MadeUp.evaluation(870), MadeUp.evaluation(860)]
    #expect(abs(list.meanAccuracy - 0.86) < 1e-12)
    #expect(abs(try #require(list.deviation) - 0.01) < 1e-12)
    #expect(list.interval == MadeUp.evaluation(860).interval)
    #expect([MadeUp.evaluation(850)].deviation == nil)
    #expect([Evaluation]().interval == nil && [Evaluation]().meanAccuracy.isNaN)
  }
}

@Suite("the flash audit")
struct FlashAuditTests {
  /// Students with these right answers of 1000 in flash and in full training, MACs ascending.
  private func audit(_ pairs: [(flash: Int, full: Int)]) throws -> FlashAudit? {
    let trials = pairs.indices
    var events = trials.map { MadeUp.proposed($0, macs: 100 * ($0 + 1)) }
    events += trials.map { MadeUp.finished($0, pairs[$0].flash) }
    events.append(.selected(JournalEvent.Selected(trials: Array(trials))))
    events += trials.map { MadeUp.distilled($0, pairs[$0].full) }
    let definition = try StudyText.tiny.setting("search", "{\"trials\": 8}").definition()
    return StudyResults(definition, MadeUp.state(events)).audit
  }

  @Test("finds a perfect ranking perfect, and regrets nothing")
  func perfect() throws {
    let audit = try #require(try self.audit([(500, 800), (600, 850), (700, 900), (800, 910)]))
    #expect(audit.count == 4 && audit.regret == 0)
    #expect(audit.spearman?.value == 1 && audit.kendall?.value == 1)
    #expect(audit.spearmanOfMACs == 1)
  }

  @Test("tells what trusting flash costs")
  func regret() throws {
    // Ranks 1 2 3 4 against 2 1 4 3: ρ = 1 − 6·4/(4·15) = 0.6, τ = (4 − 2)/6.
    let audit = try #require(try self.audit([(500, 850), (600, 800), (700, 910), (800, 900)]))
    #expect(abs(try #require(audit.spearman).value - 0.6) < 1e-12)
    #expect(abs(try #require(audit.kendall).value - 1.0 / 3) < 1e-12)
    #expect(abs(audit.regret - 0.01) < 1e-12)
  }

  @Test("gives intervals that hold the value and repeat with the study's seed")
  func intervals() throws {
    let pairs = [(500, 850), (600, 800), (700, 910), (800, 900), (820, 905), (650, 870)]
    let first = try #require(try self.audit(pairs))
    let spearman = try #require(first.spearman)
    #expect(spearman.interval.contains(spearman.value) && spearman.count == 6)
    #expect(try self.audit(pairs) == first)
  }

  @Test("has no correlation for fewer than three students or where all are equal")
  func tooFew() throws {
    let two = try #require(try self.audit([(500, 800), (600, 790)]))
    #expect(two.count == 2 && two.spearman == nil && two.kendall == nil)
    #expect(abs(two.regret - 0.01) < 1e-12)
    let equal = try #require(try self.audit([(500, 800), (600, 800), (700, 800)]))
    #expect(equal.spearman == nil && equal.regret == 0)
    #expect(try self.audit([]) == nil)
  }
}
