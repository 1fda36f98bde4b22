import Testing

@testable import Studies

@Suite("finalists beside audited students")
struct AuditedFinalistsTests {
  /// Chooses all finalists of a study whose audit has trained some students.
  private func finalists(
    _ study: HandMadeSearch, audited: [Int], more: [JournalEvent] = []
  ) throws -> [Int] {
    let selection = try study.selection
    let verdict = JournalEvent.Audited(
      trials: audited, spearman: nil, macsSpearman: nil, fraction: 0.05, verdict: .undecided)
    var events = study.searched + audited.map { study.trained($0) } + [.audited(verdict)] + more
    for _ in 0..<3 {
      let chosen = try selection.nextRound(MadeUp.state(events))
      events.append(.selected(JournalEvent.Selected(trials: chosen)))
      events += chosen.map { study.trained($0) }
    }
    return MadeUp.state(events).finalists ?? []
  }

  @Test("are as many as asked for, and others than these")
  func others() throws {
    let study = try HandMadeSearch()
    let audited = [3, 11, 19, 25]
    let chosen = try finalists(study, audited: audited)
    #expect(Set(chosen).count == 8 && Set(chosen).isDisjoint(with: audited))
    #expect(try finalists(study, audited: audited) == chosen)
    // Failed trainings of the audit are known, too.
    var failing = study
    failing.full = { _, _ in nil }
    #expect(Set(try finalists(failing, audited: audited)).isDisjoint(with: audited))
  }

  @Test("leave, from the first round on, what the audit found worse than flash had said")
  func firstRound() throws {
    var study = try HandMadeSearch()
    let audited = study.keys.indices.filter { $0 % 3 == 1 }
    let agreeing = try finalists(study, audited: audited)
    study.full = { choices, flash in choices[0] == 2 ? flash - 200 : flash + 60 }
    let contradicting = try finalists(study, audited: audited)
    #expect(agreeing.contains { study.kind($0) == 2 })
    #expect(!contradicting.prefix(4).contains { study.kind($0) == 2 })
  }

  @Test("are audited ones, the best first, only where nobody else is left")
  func nobodyElse() throws {
    var study = try HandMadeSearch()
    for trial in study.keys.indices.dropFirst(6) { study.failed[trial] = MadeUp.stageTimed }
    study.finalists = "{\"count\": 5, \"baseline\": false}"
    let audited = [1, 2, 4]
    let chosen = try finalists(study, audited: audited)
    #expect(Set(chosen.prefix(3)) == [0, 3, 5] && chosen.count == 5)
    let best = audited.sorted {
      HandMadeSearch.flash(study.keys[$0]) > HandMadeSearch.flash(study.keys[$1])
    }
    #expect(chosen.suffix(2) == best.prefix(2).sorted())
  }
}
