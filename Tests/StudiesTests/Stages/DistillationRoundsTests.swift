import Foundation
import Testing

@testable import Studies

/// A study of eight flash trials and five finalists, three in the first round, that was run without a
/// break with made-up workers, once. Its full trainings rank otherwise than flash.
private enum Whole {
  static let text = StudyText.tiny.setting("finalists", "{\"count\": 5, \"baseline\": false}")

  private static let made = Result {
    let study = try TinyStudy(text)
    try StudyRun(try worker(study))(study)
    return study
  }

  static func study() throws -> TinyStudy { try made.get() }

  /// Answers and leaves weights, as a real one would.
  static func worker(_ study: TinyStudy, onTask: String = "answer") throws -> FakeWorker {
    try FakeWorker(
      in: study.temporary,
      atStart: """
        answer() {
          correct=$((40 + trial * 17 % 43))
          [ "$kind" = flash ] || correct=$((55 + trial * 29 % 31))
          evaluation='{"count":100,"correct":'$correct',"negative_log_likelihood":0.5}'
          test=''
          [ "$kind" = flash ] || test=',"test":'$evaluation
          say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
        }
        """,
      onTask: """
        key=${line#*'"key":"'}; key=${key%%'"'*}
        if [ "$kind" = distill ]; then
          mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          echo "$trial" >> "$folder/tasks"
        fi
        \(onTask)
        """)
  }

  static func selections(_ study: TinyStudy) throws -> [[Int]] {
    try study.journalLines().compactMap { line in
      let event = try JSONDecoder().decode(JournalEvent.self, from: Data(line.utf8))
      guard case .selected(let value) = event else { return nil }
      return value.trials
    }
  }
}

@Suite("the rounds of full trainings")
struct DistillationRoundsTests {
  @Test("follow one another: the second is chosen when the first is trained")
  func order() throws {
    let study = try Whole.study()
    let lines = study.journalLines()
    let selections = try Whole.selections(study)
    #expect(selections.map(\.count) == [3, 5])
    #expect(selections.first == selections.last.map { Array($0.prefix(3)) })
    let kinds = lines.compactMap { line in
      ["selected", "distilled"].first { line.contains("\"\($0)\"") }
    }
    #expect(
      kinds == [
        "selected", "distilled", "distilled", "distilled", "selected", "distilled", "distilled",
      ])
    let state = try Journal.state(of: study.folder)
    #expect(Set(state.distilled.prefix(3).map(\.trial)) == Set(selections.first ?? []))
    #expect(Set(state.distilled.map(\.trial)) == Set(state.finalists ?? []))
  }

  @Test("come to the same end from a journal cut anywhere in them", arguments: [1, 2])
  func cut(workers: Int) throws {
    let whole = try Whole.study()
    let lines = whole.journalLines()
    let first = try #require(lines.firstIndex { $0.contains("\"search_ended\"") }) + 1
    try #require(lines.count - first >= 8)
    for count in first..<lines.count {
      let study = try TinyStudy(copyOf: whole)
      try study.cutJournal(toLines: count, andBytes: 17)
      try StudyRun(try Whole.worker(study), workers: workers)(study)
      let (found, expected) = (try study.outcome(), try whole.outcome())
      #expect(found == expected, "\(count) lines: \(found.difference(from: expected))")
      #expect(try Whole.selections(study) == Whole.selections(whole))
    }
    // From the end of the search, without anything of the trainings.
    let study = try TinyStudy(copyOf: whole)
    try study.cutJournal(toLines: first)
    try FileManager.default.removeItem(atPath: study.temporary.file("candidates"))
    try StudyRun(try Whole.worker(study), workers: workers)(study)
    #expect(try study.outcome() == whole.outcome())
  }

  @Test("come to the same end after a stop in each of them", arguments: [1, 2])
  func stopped(workers: Int) throws {
    let whole = try Whole.study()
    let first = try #require(whole.journalLines().firstIndex { $0.contains("\"search_ended\"") })
    let study = try TinyStudy(copyOf: whole)
    try study.cutJournal(toLines: first + 1)
    var run = StudyRun(try Whole.worker(study), workers: workers)
    run.stopsAfter = { $0 >= 1 }
    var stops = 0
    while (try study.outcome().distilled.count) < 5 {
      do {
        try run(study)
      } catch StudyError.interrupted {
        stops += 1
      }
      try #require(stops < 6)
    }
    #expect(stops >= (workers == 1 ? 4 : 2))
    try StudyRun(try Whole.worker(study), workers: workers)(study)
    #expect(try study.outcome() == whole.outcome())
  }

  @Test("go on where trainings of the first diverge or crash, all of them even")
  func failures() throws {
    let whole = try Whole.study()
    let first = try #require(whole.journalLines().firstIndex { $0.contains("\"search_ended\"") })
    let chosen = try #require(try Whole.selections(whole).first)
    for count in [1, 3] {
      let failing = chosen.prefix(count).map { " \($0) " }.joined()
      for failure in ["say '{\"id\":'$id',\"status\":\"diverged\"}'", "kill -SEGV $$"] {
        let study = try TinyStudy(copyOf: whole)
        try study.cutJournal(toLines: first + 1)
        let worker = try Whole.worker(
          study,
          onTask: """
            case "$kind:\(failing)" in
            *distill:*" $trial "*) \(failure);;
            *) answer;;
            esac
            """)
        let state = try StudyRun(worker)(study)
        #expect(Array(state.finalists?.prefix(3) ?? []) == chosen)
        #expect(Set(state.finalists ?? []).count == 5 && state.distilled.count == 5)
        #expect(state.distilled.count { $0.outcome != .measured } == count)
        let results = StudyResults(try study.inputs().definition, state)
        #expect(results.failedFinalists.count == count && results.students.count == 5 - count)
      }
    }
  }

  @Test("are complete where one event has chosen all finalists, as it once did")
  func oldJournal() throws {
    let whole = try Whole.study()
    let lines = whole.journalLines()
    let finalists = try #require(try whole.outcome().finalists)
    // Others than the model chooses, in the order of their numbers.
    let others = (0..<8).filter { !finalists.contains($0) }
    let old = (others + finalists.prefix(5 - others.count)).sorted()
    let study = try TinyStudy(copyOf: whole)
    let end = try #require(lines.firstIndex { $0.contains("\"search_ended\"") })
    let encoder = JSONEncoder()
    let selected = JournalEvent.selected(JournalEvent.Selected(trials: old))
    let line = String(decoding: try encoder.encode(selected), as: UTF8.self)
    try study.writeJournal(lines[...end] + [line])
    let state = try StudyRun(try Whole.worker(study))(study)
    #expect(state.finalists == old && Set(state.distilled.map(\.trial)) == Set(old))
    #expect(try Whole.selections(study) == [old])
    // Done: another run adds nothing.
    let done = study.journalLines()
    try FileManager.default.removeItem(atPath: study.temporary.file("tasks"))
    try StudyRun(try Whole.worker(study))(study)
    #expect(study.journalLines() == done && !study.temporary.has("tasks"))
  }
}
