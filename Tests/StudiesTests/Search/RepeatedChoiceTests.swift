import RandomStreams
import TestSupport
import Testing

@testable import Studies

@Suite("a study's choices, repeated")
struct RepeatedChoiceTests {
  /// A study whose finalists are trained, by the rule of the study.
  private func repeated(
    _ search: HandMadeSearch, _ variation: ChoiceStability.Variation
  ) throws -> (choice: RepeatedChoice, state: StudyState) {
    let finalists = try search.rounds().flatMap { $0 }
    let state = MadeUp.state(
      search.searched + [.selected(JournalEvent.Selected(trials: finalists))]
        + finalists.map { search.trained($0) })
    let selection = try search.selection
    return (
      RepeatedChoice(selection, StudyResampling(selection.definition, state, variation)), state
    )
  }

  private func outcomes(_ choice: RepeatedChoice, count: Int) throws -> [RepeatedChoice.Outcome] {
    try (0..<count).map { repetition in
      var random = RandomStream(seed: 3, purpose: "stability", repetition)
      return try choice.outcome(using: &random)
    }
  }

  @Test("are the same where one student is better than all others by far")
  func clear() throws {
    var search = try HandMadeSearch()
    search.full = { choices, flash in choices == [2, 2, 2, 0] ? 990 : flash - 100 }
    let (choice, state) = try repeated(search, .both)
    let best = try #require(state.trials.first { $0.key == "2220" }).number
    let count = Thoroughness.pick(20, usually: 8)
    let outcomes = try outcomes(choice, count: count)
    #expect(outcomes.allSatisfy { $0.best == [best] })
    // Now and then a student that has not been trained is imagined to be better still.
    #expect(outcomes.count { $0.chosen == [best] } >= count * 7 / 10)
  }

  @Test("are spread where all students are equally good")
  func equal() throws {
    var search = try HandMadeSearch()
    search.full = { _, _ in 900 }
    let (choice, state) = try repeated(search, .images)
    let count = Thoroughness.pick(30, usually: 12)
    let outcomes = try outcomes(choice, count: count)
    let counts = Dictionary(grouping: outcomes.map { $0.best[0] }) { $0 }.mapValues(\.count)
    #expect(counts.count > 3 && (counts.values.max() ?? count) < count * 2 / 3)
    #expect(counts.keys.allSatisfy { $0.map(state.fullTrials.contains) ?? false })
  }

  @Test("train others where flash would have ranked others first, and know what they came to")
  func imagined() throws {
    let (choice, state) = try repeated(try HandMadeSearch(), .both)
    let outcomes = try outcomes(choice, count: Thoroughness.pick(20, usually: 8))
    #expect(outcomes.contains { $0.imagined > 0 })
    #expect(outcomes.allSatisfy { $0.imagined < 8 })
    // As it is, nothing is imagined: the same rule chooses the same students.
    let selection = try HandMadeSearch().selection
    var again = state
    (again.finalists, again.earlierFinalists) = (nil, [])
    while true {
      let next = try selection.nextRound(again)
      if next.count == again.finalists?.count ?? 0 { break }
      again.finalists = next
    }
    #expect(again.finalists == state.finalists)
  }

  @Test("depend on their number alone")
  func repeatable() throws {
    let (choice, _) = try repeated(try HandMadeSearch(), .both)
    let first = try outcomes(choice, count: 2)
    let again = try outcomes(choice, count: 2)
    #expect(first.map(\.chosen) == again.map(\.chosen) && first.map(\.best) == again.map(\.best))
    #expect(first.map(\.imagined) == again.map(\.imagined))
  }
}
