import Foundation
import Testing

@testable import Studies

/// A study that has been searched with made-up workers, made once.
private enum Searched {
  private static let study = Result {
    let study = try TinyStudy(
      StudyText.tiny.setting("finalists", "{\"count\": 3, \"seeds\": 2}"))
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: .search)
    return study
  }

  static func copy() throws -> TinyStudy { try TinyStudy(copyOf: study.get()) }
}

/// Writes the weights that a real worker would leave.
private let leavingWeights = """
  key=${line#*'"key":"'}; key=${key%%'"'*}
  mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
  echo "$kind $trial" >> "$folder/tasks"
  """

@Suite("the full trainings")
struct DistillationStageTests {
  @Test("are done for every finalist, repetition and baseline, and no more than once")
  func all() throws {
    let study = try Searched.copy()
    let run = StudyRun(
      try FakeWorker(in: study.temporary, onTask: leavingWeights + "\nanswer"), workers: 3)
    let state = try run(study)
    let finalists = try #require(state.finalists)
    #expect(finalists.count == 3 && state.distilled.count == 12)
    for trial in finalists {
      for repetition in 0..<2 {
        for isBaseline in [false, true] {
          let result = state.distillation(
            of: trial, repetition: repetition, isBaseline: isBaseline)
          #expect(result?.validation?.correct == FakeWorker.correct(trial))
          #expect(result?.test != nil)
        }
      }
    }
    #expect(state.teacher?.test?.count == 60)
    try run(study)
    let tasks = String(decoding: try study.temporary.read("tasks"), as: UTF8.self)
    #expect(tasks.split(separator: "\n").count == 12)
  }

  @Test("leave the test split alone until the search has ended")
  func testSplit() throws {
    let study = try Searched.copy()
    #expect(try study.outcome().teacher?.test == nil)
    let journal = study.journalLines().filter { $0.contains("\"test\":{") }
    #expect(journal.isEmpty)
  }

  @Test("go on after a stop, and keep what was done")
  func resumes() throws {
    let study = try Searched.copy()
    let worker = try FakeWorker(in: study.temporary, onTask: leavingWeights + "\nanswer")
    var run = StudyRun(worker, workers: 1)
    run.stopsAfter = { $0 >= 5 }
    #expect(throws: StudyError.interrupted) { try run(study) }
    let before = try study.outcome().distilled.count
    #expect((5..<12).contains(before))
    #expect(try StudyRun(worker)(study).distilled.count == 12)
  }

  @Test("are done again for a student whose weights have been deleted, to the same results")
  func deletedWeights() throws {
    let study = try Searched.copy()
    let run = StudyRun(
      try FakeWorker(in: study.temporary, onTask: leavingWeights + "\nanswer"))
    let state = try run(study)
    let key = state.trials[try #require(state.finalists?.first)].key
    try FileManager.default.removeItem(atPath: study.folder.weights(of: key))
    #expect(StudyOutcome(try run(study)) == StudyOutcome(state))
    #expect(FileManager.default.fileExists(atPath: study.folder.weights(of: key)))
    let tasks = String(decoding: try study.temporary.read("tasks"), as: UTF8.self)
    #expect(tasks.split(separator: "\n").count == 13)
  }

  @Test("that crash or diverge are results, and the others go on")
  func failures() throws {
    let study = try Searched.copy()
    let finalists = try #require(
      try StudyRun(try FakeWorker(in: study.temporary))(study).finalists)
    let again = try Searched.copy()
    let worker = try FakeWorker(
      in: again.temporary,
      onTask: """
        [ $trial = \(finalists[0]) ] && [ "$kind" = distill ] && kill -SEGV $$
        if [ $trial = \(finalists[1]) ]; then say '{"id":'$id',"status":"diverged"}'; else answer; fi
        """)
    let state = try StudyRun(worker)(again)
    #expect(state.finalists == finalists && state.distilled.count == 12)
    func outcomes(_ trial: Int, _ isBaseline: Bool) -> [JournalEvent.Distilled.Outcome?] {
      (0..<2).map {
        state.distillation(of: trial, repetition: $0, isBaseline: isBaseline)?.outcome
      }
    }
    #expect(outcomes(finalists[0], false) == [.crashed, .crashed])
    #expect(outcomes(finalists[0], true) == [.measured, .measured])
    #expect(outcomes(finalists[1], false) == [.diverged, .diverged])
    #expect(outcomes(finalists[2], false) == [.measured, .measured])
    let results = StudyResults(try again.inputs().definition, state)
    #expect(results.failedFinalists == [finalists[0], finalists[1]])
    #expect(results.students.map(\.trial) == [finalists[2]])
  }
}
