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

  @Test("name the most accurate student of each budget, the nearest one where nobody keeps it")
  func budgets() throws {
    let definition = try StudyText.tiny
      .setting("finalists", "{\"count\": 4, \"seeds\": 1}")
      .setting(
        "budgets", #"["macs<=500", "macs>=600", {"name": "none", "constraints": "macs<=50"}]"#
      )
      .definition()
    #expect(StudyResults(definition, MadeUp.state(search)).budgets.isEmpty)
    let trained = [MadeUp.distilled(0, 850), MadeUp.distilled(1, 860), MadeUp.distilled(2, 860)]
    let budgets = StudyResults(definition, MadeUp.state(search + trained)).budgets
    #expect(budgets.map(\.budget.name) == ["macs<=500", "macs>=600", "none"])
    // Of two equal ones the cheaper.
    #expect(budgets.map(\.student.trial) == [1, 0, 1])
    #expect(budgets.map(\.isKept) == [true, true, false])
    #expect(budgets[2].violation == 1)
  }

  /// On 1000 images two accuracies of about 86 % differ by chance by up to 3 points.
  @Test("name with the best student of a budget those that cannot be told from it")
  func ties() throws {
    let definition = try StudyText.tiny.setting("finalists", "{\"count\": 3}")
      .setting("budgets", "[\"macs<=900\", \"macs<=500\"]").definition()
    func tied(_ correct: [Int]) -> [[Int]] {
      let trained = correct.enumerated().map { MadeUp.distilled($0, $1) }
      return StudyResults(definition, MadeUp.state(search + trained)).budgets.map(\.ties.trials)
    }
    #expect(tied([860, 840, 855]) == [[2, 1], [1]])
    #expect(tied([900, 840, 850]) == [[], [1]])
    // Who breaks the budget is no rival: trial 0 costs more than 500.
    #expect(tied([855, 800, 860]) == [[0], []])
  }

  @Test("keep students below the accuracy that is asked for off the front and out of budgets")
  func accuracyFloor() throws {
    func results(_ floor: String, _ correct: [Int]) throws -> StudyResults {
      let definition = try StudyText.tiny.setting("finalists", "{\"count\": 3}")
        .setting("constraints", "[\"accuracy>=\(floor)\"]")
        .setting("budgets", "[\"macs<=500\", \"macs<=900\"]").definition()
      let trained = correct.enumerated().map { MadeUp.distilled($0, $1) }
      return StudyResults(definition, MadeUp.state(search + trained))
    }
    let some = try results("0.8", [850, 700, 790])
    #expect(some.students.filter(\.isOnFront).map(\.trial) == [0])
    #expect(some.withinBudget.map(\.trial) == [0])
    #expect(some.budgets.map(\.isKept) == [false, true])
    let none = try results("0.9", [850, 700, 790])
    #expect(!none.students.contains(where: \.isOnFront) && none.withinBudget.isEmpty)
    #expect(none.budgets.map(\.student.trial) == [2, 0])
    #expect(none.budgets.map(\.isKept) == [false, false])
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

  @Test("have audited students beside the finalists, by their role, on the front too")
  func audited() throws {
    let results = try results(
      Array(search.dropLast()) + [
        MadeUp.trainedForAudit(1, 860), MadeUp.trainedForAudit(2, 840), MadeUp.audited(1, 2),
        MadeUp.selected(0, 2), MadeUp.distilled(0, 850), MadeUp.distilled(2, 900, repetition: 1),
        MadeUp.tested(1, 855),
      ])
    #expect(results.students.map(\.trial) == [1, 2, 0])
    #expect(results.students.map(\.role) == [.audited, .both, .finalist])
    #expect(results.students.map(\.isOnFront) == [true, true, false])
    #expect(results.students[0].test == [MadeUp.evaluation(855)])
    #expect(results.students[1].validation.count == 2)
    #expect(results.students.allSatisfy { $0.comparableFlash.accuracy == $0.flash.accuracy })
  }

  @Test("do not count a failed training of the audit as a finalist's")
  func failedAudited() throws {
    let events = Array(search.dropLast()) + [MadeUp.distilled(1, nil), MadeUp.audited(1)]
    #expect(try results(events).failedFinalists.isEmpty && results(events).students.isEmpty)
    #expect(try results(events + [MadeUp.selected(1)]).failedFinalists == [1])
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
