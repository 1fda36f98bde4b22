import Foundation
import Testing

@testable import Studies

@Suite("what repetitions with other seeds choose")
struct RetrainedChoicesTests {
  /// The students of a made-up study, in the order of their costs.
  private func students(
    full: @escaping ([Int], Int) -> Int? = { _, flash in flash + 60 }
  ) throws -> (definition: StudyDefinition, results: StudyResults, students: [StudyResults.Student])
  {
    var search = try HandMadeSearch()
    search.full = full
    let finalists = try search.rounds().flatMap { $0 }
    let state = MadeUp.state(
      search.searched + [.selected(JournalEvent.Selected(trials: finalists))]
        + finalists.map { search.trained($0) })
    let definition = try search.selection.definition
    let results = StudyResults(definition, state)
    return (definition, results, results.candidates(definition)[0].students)
  }

  private func repetitions(
    _ candidates: [[StudyResults.Student]]
  ) -> [RetrainedChoices.Repetition] {
    candidates.enumerated().map { RetrainedChoices.Repetition(seed: 4 + $0, candidates: [$1]) }
  }

  @Test("have entropy 0 where all choose as the study does, which is unlikely by chance")
  func same() throws {
    let (definition, results, students) = try students()
    try #require(students.count > 2)
    let retrained = RetrainedChoices(
      definition, results, repetitions: repetitions([students, students, students]),
      unfinished: [9])
    #expect(retrained.seeds == [4, 5, 6] && retrained.unfinished == [9])
    let choice = try #require(retrained.choices.first)
    #expect(
      choice.key == students.mostAccurate?.key && choice.trial == students.mostAccurate?.trial)
    #expect(choice.share == 1 && choice.none == 0 && choice.entropyBits == 0)
    #expect(abs(choice.chance - pow(1 / Double(students.count), 3)) < 1e-12)
    #expect(choice.students == [.init(key: choice.key, chosen: 1, trained: 1)])
    #expect(choice.accuracy?.deviation == 0)
    let runnerUp = try #require(choice.runnerUp)
    #expect(runnerUp.repetitions == 3 && runnerUp.difference >= 0 && runnerUp.key != choice.key)
    #expect(runnerUp.low <= runnerUp.difference && runnerUp.difference <= runnerUp.high)
  }

  @Test("have the entropy of their choices, of which some are others and some are of nobody")
  func others() throws {
    let (definition, results, students) = try students()
    let best = try #require(students.mostAccurate)
    let rest = students.filter { $0.key != best.key }
    let retrained = RetrainedChoices(
      definition, results, repetitions: repetitions([students, rest, rest, []]))
    let choice = try #require(retrained.choices.first)
    #expect(choice.share == 0.25 && choice.none == 0.25 && abs(choice.entropyBits - 1.5) < 1e-12)
    #expect(choice.students.first?.key == rest.mostAccurate?.key)
    #expect(choice.students.map(\.chosen) == [0.5, 0.25])
    #expect(choice.students.map(\.trained) == [0.75, 0.25])
    // Only the first has trained the study's student, and could choose it.
    #expect(abs(choice.chance - 1 / Double(students.count)) < 1e-12)
    #expect(choice.runnerUp?.repetitions == 1)
    #expect(try #require(choice.accuracy?.deviation) > 0)
  }

  @Test("are told in no words where there are no repetitions")
  func none() throws {
    let (definition, results, _) = try students()
    #expect(RetrainedChoices(definition, results, repetitions: []).choices.isEmpty)
  }

  @Test("agree by chance as often as the binomial distribution says")
  func chance() {
    #expect(RetrainedChoices.chance(ofAtLeast: 0, [0.3, 0.2]) == 1)
    #expect(abs(RetrainedChoices.chance(ofAtLeast: 2, [0.3, 0.2]) - 0.06) < 1e-12)
    #expect(abs(RetrainedChoices.chance(ofAtLeast: 1, [0.3, 0.2]) - 0.44) < 1e-12)
    #expect(abs(RetrainedChoices.chance(ofAtLeast: 3, [0.5, 0.5, 0.5, 0.5]) - 5.0 / 16) < 1e-12)
    #expect(RetrainedChoices.chance(ofAtLeast: 1, [0, 0]) == 0)
    #expect(RetrainedChoices.chance(ofAtLeast: 3, [1, 1]) == 0)
  }
}
