import Foundation
import Testing

@testable import Studies

@Suite("the length of flash trainings")
struct FlashLengthStageTests {
  /// A study that leaves the length to the program, from 5 % on: with three classes and a teacher, chance is
  /// left behind well above 33 %.
  private static let text = StudyText.tiny.setting(
    "flash", "{\"fraction\": 0.05, \"batch\": 12, \"images_per_class\": 1}")

  /// Says 34 of 100 for trainings that are told one of the fractions, what a fake worker says otherwise; keeps
  /// the tasks of the kind flash.
  private static func onTask(near chance: [String]) -> String {
    let patterns = chance.map { "*'\"fraction\":\($0),'*|*'\"fraction\":\($0)}'*" }
    return """
      [ "$kind" != flash ] || say "$line" >> "$folder/flash-tasks"
      case "$line" in
      \(patterns.isEmpty ? "nothing" : patterns.joined(separator: "|")))
        say '{"id":'$id',"status":"measured","steps":7,"validation":{"count":100,"correct":34,"negative_log_likelihood":1}}';;
      *'"fraction":'*)
        say '{"id":'$id',"status":"measured","steps":7,"validation":{"count":100,"correct":80,"negative_log_likelihood":1}}';;
      *) answer;;
      esac
      """
  }

  private func run(
    _ text: StudyText = text, near chance: [String]
  ) throws -> (study: TinyStudy, state: StudyState) {
    let study = try BeforeSearch.copy(text)
    let worker = try FakeWorker(
      in: study.temporary, onTask: FlashLengthStageTests.onTask(near: chance))
    return (study, try StudyRun(worker)(study, through: .search))
  }

  @Test("is doubled while the first students stay near chance")
  func doubles() throws {
    let (study, state) = try run(near: ["0.05", "0.1"])
    let length = try #require(state.flashLength)
    #expect(length.fraction == 0.2 && length.attempts.map(\.fraction) == [0.05, 0.1, 0.2])
    #expect(
      length.attempts.map { $0.accuracies.map { $0 ?? 0 } } == [
        [0.34, 0.34], [0.34, 0.34], [0.8, 0.8],
      ])
    #expect(length.wantedAccuracy > 0.34 && length.wantedAccuracy < 0.8)
    // They are the students that the search begins with.
    #expect(length.keys == state.trials.prefix(2).map(\.key))
    #expect(state.trials.count == 8 && state.trials.allSatisfy { $0.result?.fraction == nil })
    #expect(try study.inputs().definition.flash.fraction == 0.05)
    #expect(try study.inputs().calibrated(by: state).definition.flash.fraction == 0.2)
    #expect(
      length.description.contains("5 % of the images gave 34.0 and 34.0 %, 10 % of the images gave")
    )
  }

  @Test("stays as it is where they learn, and ends at half of the full training")
  func ends() throws {
    let enough = try #require(try run(near: []).state.flashLength)
    #expect(enough.fraction == 0.05 && enough.attempts.count == 1)
    let never = try #require(
      try run(near: ["0.05", "0.1", "0.2", "0.4", "0.5"]).state.flashLength)
    #expect(never.attempts.map(\.fraction) == [0.05, 0.1, 0.2, 0.4, 0.5])
    #expect(never.fraction == 0.5)
  }

  @Test("is found once, whatever interrupts the study")
  func resumes() throws {
    let (study, state) = try run(near: ["0.05"])
    let lines = study.journalLines()
    let found = try #require(lines.firstIndex { $0.contains("\"flash_length\"") })
    for kept in [found, found + 1, found + 3] {
      try study.cutJournal(toLines: kept)
      let worker = try FakeWorker(
        in: study.temporary, onTask: FlashLengthStageTests.onTask(near: ["0.05"]))
      let again = try StudyRun(worker)(study, through: .search)
      #expect(again.flashLength == state.flashLength)
      #expect(again.trials.map(\.key) == state.trials.map(\.key))
    }
  }

  @Test("is not looked for where the study names a share")
  func explicit() throws {
    let text = StudyText.tiny.setting("flash", "{\"fraction\": 0.05, \"batch\": 12}")
    let (study, state) = try run(text, near: ["0.05"])
    #expect(state.flashLength == nil && state.trials.count == 8)
    let tasks = try String(decoding: study.temporary.read("flash-tasks"), as: UTF8.self)
    #expect(!tasks.contains("\"fraction\""))
  }

  @Test("may not be set in a journal after the first trial")
  func journal() {
    let length = JournalEvent.FlashLength(
      fraction: 0.1, keys: ["a"], wantedAccuracy: 0.5,
      attempts: [.init(fraction: 0.1, accuracies: [0.6])])
    var state = StudyState()
    #expect(state.problem(with: .flashLength(length)) == nil)
    state.apply(.flashLength(length))
    // What another teacher's students needed is another matter.
    var retrained = state
    retrained.apply(MadeUp.teacherReady)
    #expect(state.flashLength == length && retrained.flashLength == nil)
    state.apply(MadeUp.proposed(0, macs: 100))
    #expect(state.problem(with: .flashLength(length)) == nil)
    var other = length
    other.fraction = 0.2
    #expect(state.problem(with: .flashLength(other)) != nil)
  }
}
