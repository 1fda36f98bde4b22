import BayesianOptimization
import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Studies

/// A searched study made by hand: 27 students of a space of 81, whose full accuracies a test decides.
///
/// The first parameter is the student's kind; all four make it better, says flash, and costlier.
struct HandMadeSearch {
  var finalists = "{\"count\": 8, \"baseline\": false}"
  var budgets = "[]"
  var search = "{\"trials\": 40}"
  /// Right answers of 1000 after the full training, of a student's choices and its flash result; nil: it
  /// diverges.
  var full: ([Int], Int) -> Int? = { _, flash in flash + 60 }
  /// Trials whose flash training gave no result.
  var failed: [Int: JournalEvent?] = [:]
  let space: SearchSpace
  let keys: [String]

  init() throws {
    space = try SearchSpace(
      json: Data(SmallTable.spaceText(parameters: 4).utf8), file: "space.json")
    // A third of the space, evenly: the sum of the choices is a multiple of three.
    keys = try #require(space.allArchitectures(limit: 100)).map(space.key)
      .filter { HandMadeSearch.choices($0).reduce(0, +) % 3 == 0 }
  }

  static func choices(_ key: String) -> [Int] { key.compactMap(\.wholeNumberValue) }

  static func macs(_ key: String) -> Int {
    let choices = choices(key)
    return [10, 30, 60][choices[0]] * (10 * (1 + choices[1]) * (1 + choices[2]) + 3 * choices[3])
  }

  /// Right answers of 1000.
  static func flash(_ key: String) -> Int {
    let choices = choices(key)
    return 600 + 60 * choices[0] + 45 * choices[1] + 35 * choices[2] + 15 * choices[3]
  }

  /// Everything up to the end of the search.
  var searched: [JournalEvent] {
    keys.enumerated().map { MadeUp.proposed($0, key: $1, macs: HandMadeSearch.macs($1)) }
      + keys.enumerated().compactMap { trial, key in
        failed[trial] ?? MadeUp.finished(trial, HandMadeSearch.flash(key))
      } + [MadeUp.searchEnded(keys.count)]
  }

  func trained(_ trial: Int, repetition: Int = 0) -> JournalEvent {
    let key = keys[trial]
    return MadeUp.distilled(
      trial, full(HandMadeSearch.choices(key), HandMadeSearch.flash(key)), repetition: repetition)
  }

  func kind(_ trial: Int) -> Int { HandMadeSearch.choices(keys[trial])[0] }

  var selection: FinalistSelection {
    get throws {
      let definition = try StudyText.tiny.setting("search", search)
        .setting("finalists", finalists).setting("budgets", budgets).definition()
      let asked = definition.askedBudgets
      let objective = SearchObjective(
        axes: [CostAxis(scale: .logarithmic)], budgetCount: asked.count)
      return FinalistSelection(
        definition: definition, space: space,
        session: SearchSession(
          ProposalProblem(space: space, costNames: ["macs"], objective: objective) {
            let macs = HandMadeSearch.macs(space.key(of: $0))
            return Appraisal(
              costs: [Double(macs)], covariates: [], violation: 0,
              budgets: asked.map {
                definition.violation($0, MadeUp.costs(macs: macs)) == 0 ? 1 : 0
              })
          }))
    }
  }

  /// Chooses and trains until nobody is left to choose; the numbers of each round.
  func rounds() throws -> [[Int]] {
    var events = searched
    var rounds: [[Int]] = []
    let selection = try selection
    while rounds.count < 10 {
      let known = MadeUp.state(events).finalists ?? []
      let chosen = try selection.nextRound(MadeUp.state(events))
      #expect(Array(chosen.prefix(known.count)) == known)
      if chosen.count == known.count { break }
      let round = Array(chosen.dropFirst(known.count))
      rounds.append(round)
      events.append(.selected(JournalEvent.Selected(trials: chosen)))
      for repetition in 0..<selection.definition.finalists.seeds {
        events += round.map { trained($0, repetition: repetition) }
      }
    }
    return rounds
  }
}

extension FinalistSelection {
  /// The selection of a study in its folder, with its teacher.
  init(_ inputs: StudyInputs, _ teacher: JournalEvent.TeacherReady? = nil) {
    self.init(
      definition: inputs.definition, space: inputs.space,
      session: SearchSession(StudentPricing(inputs: inputs).problem(teacher: teacher)))
  }
}

@Suite("the selection of finalists")
struct FinalistSelectionTests {
  @Test(
    "chooses half of them first, three at least or all asked for, the others two at a time",
    arguments: [
      (1, [1]), (2, [2]), (3, [3]), (4, [3, 1]), (5, [3, 2]), (6, [3, 2, 1]), (7, [4, 2, 1]),
      (8, [4, 2, 2]), (9, [5, 2, 2]), (27, [14, 2, 2, 2, 2, 2, 2, 1]), (40, [20, 2, 2, 2, 1]),
    ])
  func counts(count: Int, sizes: [Int]) throws {
    var study = try HandMadeSearch()
    study.finalists = "{\"count\": \(count), \"seeds\": 2}"
    let rounds = try study.rounds()
    #expect(rounds.map(\.count) == sizes)
    let all = rounds.flatMap { $0 }
    #expect(Set(all).count == all.count && all.allSatisfy(study.keys.indices.contains))
    // Within a round they are in the order of their numbers.
    #expect(rounds.allSatisfy { $0 == $0.sorted() })
    #expect(try study.rounds() == rounds)
  }

  @Test("begins with students along flash's front")
  func firstRound() throws {
    let study = try HandMadeSearch()
    let first = try #require(try study.rounds().first)
    let costs = first.map { HandMadeSearch.macs(study.keys[$0]) }
    #expect(try #require(costs.max()) > 3 * #require(costs.min()))
    for trial in first {
      let key = study.keys[trial]
      // No cheaper one is better by more than a few answers.
      let cheaper = study.keys.filter { HandMadeSearch.macs($0) <= HandMadeSearch.macs(key) }
      #expect(
        HandMadeSearch.flash(key) + 20 >= (cheaper.map(HandMadeSearch.flash).max() ?? 0),
        "\(key) of \(first)")
    }
  }

  @Test("chooses more at a time where more workers are to be kept busy")
  func laterRounds() throws {
    var study = try HandMadeSearch()
    study.search = "{\"trials\": 40, \"look_ahead\": 12}"
    study.finalists = "{\"count\": 20}"
    #expect(try study.rounds().map(\.count) == [10, 6, 4])
  }

  @Test("leaves, after the first round, what full training found worse than flash had said")
  func laterChoice() throws {
    var study = try HandMadeSearch()
    let agreeing = try study.rounds()
    study.full = { choices, flash in choices[0] == 2 ? flash - 100 : flash + 60 }
    let contradicting = try study.rounds()
    #expect(contradicting[0] == agreeing[0] && agreeing[0].contains { study.kind($0) == 2 })
    #expect(agreeing.dropFirst().joined().contains { study.kind($0) == 2 })
    #expect(!contradicting.dropFirst().joined().contains { study.kind($0) == 2 })
  }

  @Test("never takes trials that diverged, crashed, were stopped or are not done")
  func onlyMeasured() throws {
    var study = try HandMadeSearch()
    let results = study.keys.map(HandMadeSearch.flash)
    let best = results.indices.sorted { results[$0] > results[$1] }
    let (diverged, crashed, stopped, open) = (best[0], best[1], best[2], best[3])
    study.failed = [
      diverged: MadeUp.finished(diverged, nil),
      crashed: MadeUp.finished(crashed, nil, outcome: .crashed),
      stopped: MadeUp.stopped(stopped, at: [(3, 999)]),
      open: MadeUp.stageTimed,
    ]
    study.finalists = "{\"count\": 27}"
    let all = try study.rounds().flatMap { $0 }
    #expect(Set(all) == Set(study.keys.indices).subtracting([diverged, crashed, stopped, open]))
    // Two results only, fewer than the first round takes; then none.
    for count in [2, 0] {
      for trial in study.keys.indices.dropFirst(count) { study.failed[trial] = MadeUp.stageTimed }
      for trial in 0..<count { study.failed[trial] = nil }
      #expect(try study.rounds() == (count == 0 ? [] : [Array(0..<count)]))
    }
  }

  @Test("continues where full trainings fail, some or all of them")
  func failures() throws {
    var study = try HandMadeSearch()
    let good = try study.rounds()
    study.full = { choices, flash in choices[0] == 2 ? nil : flash + 60 }
    let some = try study.rounds()
    study.full = { _, _ in nil }
    let none = try study.rounds()
    for rounds in [some, none] {
      #expect(rounds[0] == good[0] && rounds.map(\.count) == [4, 2, 2])
      #expect(Set(rounds.flatMap { $0 }).count == 8)
    }
    // One repetition that ended well is a result.
    study.finalists = "{\"count\": 8, \"seeds\": 2}"
    study.full = { _, flash in flash + 60 }
    let first = good[0]
    let events =
      study.searched + [.selected(JournalEvent.Selected(trials: first))]
      + first.map { MadeUp.distilled($0, nil) } + first.map { study.trained($0, repetition: 1) }
    #expect(
      try study.selection.nextRound(MadeUp.state(events)) == good.prefix(2).flatMap { $0 })
  }

  @Test("gives every budget the student that it may expect most of, in every round")
  func budgets() throws {
    var study = try HandMadeSearch()
    study.finalists = "{\"count\": 6, \"baseline\": false}"
    func best(_ isKept: (Int) -> Bool, _ accuracy: (String) -> Int) -> Int? {
      study.keys.indices.filter { isKept(HandMadeSearch.macs(study.keys[$0])) }
        .max { accuracy(study.keys[$0]) < accuracy(study.keys[$1]) }
    }
    study.budgets = #"["macs<=700", "300<=macs<=400", "macs<=100", "macs<=5"]"#
    let budgets: [(Int) -> Bool] = [{ $0 <= 700 }, { (300...400).contains($0) }, { $0 <= 100 }]
    // What flash lets expect counts MACs and flash accuracy; here both rank alike within a budget.
    let rounds = try study.rounds()
    for isKept in budgets {
      let expected = try #require(best(isKept, HandMadeSearch.flash))
      #expect(rounds[0].contains(expected), "\(rounds)")
    }
    #expect(rounds.map(\.count) == [3, 2, 1])
    // Later, whoever full training has not disappointed.
    func second(_ trial: Int) -> Int { HandMadeSearch.choices(study.keys[trial])[1] }
    study.full = { choices, flash in choices[1] == 2 ? flash - 300 : flash + 60 }
    let disappointed = try study.rounds()
    #expect(disappointed[0] == rounds[0] && rounds[0].contains { second($0) == 2 })
    let replacement = disappointed.dropFirst().joined().filter {
      second($0) < 2 && HandMadeSearch.macs(study.keys[$0]) <= 700
    }
    #expect(!replacement.isEmpty, "\(disappointed)")
  }

  @Test("changes nothing where all are chosen, or nobody is left")
  func complete() throws {
    var study = try HandMadeSearch()
    for (count, chosen) in [(3, [20, 4, 9]), (40, Array((0..<27).reversed()))] {
      study.finalists = "{\"count\": \(count)}"
      let selected = JournalEvent.selected(JournalEvent.Selected(trials: chosen))
      let events = study.searched + [selected]
      #expect(try study.selection.nextRound(MadeUp.state(events)) == chosen)
      let trained = chosen.map { study.trained($0) }
      #expect(try study.selection.nextRound(MadeUp.state(events + trained)) == chosen)
    }
  }

  @Test("depends on results alone: not on their order, the test split, baselines or what was asked")
  func deterministic() throws {
    var study = try HandMadeSearch()
    study.full = { choices, flash in flash + 10 * choices[2] }
    let rounds = try study.rounds()
    let selection = try study.selection
    let searched = study.searched
    #expect(try selection.nextRound(MadeUp.state(searched)) == rounds[0])
    let events = searched + [.selected(JournalEvent.Selected(trials: rounds[0]))]
    let trained = rounds[0].reversed().flatMap { trial in
      let key = study.keys[trial]
      return [
        MadeUp.distilled(trial, 100 * trial % 1000 + 20, isBaseline: true),
        MadeUp.distilled(
          trial, study.full(HandMadeSearch.choices(key), HandMadeSearch.flash(key)),
          test: 10 + trial),
      ]
    }
    // The same object has chosen before; another has not.
    for selection in [selection, try study.selection] {
      #expect(
        try selection.nextRound(MadeUp.state(events + trained)) == rounds.prefix(2).flatMap { $0 })
    }
  }
}
