import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the test on corrupted images")
struct RobustnessStageTests {
  /// A study whose made-up workers note their tasks and leave weights.
  private func run(_ study: TinyStudy) throws -> StudyState {
    let onTask = """
      key=${line#*'"key":"'}; key=${key%%'"'*}
      mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
      echo "$kind $trial" >> "$folder/tasks"
      if [ $kind = robustness ]; then
        count=${line#*'"images":'}; count=${count%%[,\\}]*}
        say '{"id":'$id',"status":"measured","seconds":0.5,"robustness":[{"severity":0,"count":'$count',"correct":7}]}'
      else
        answer
      fi
      """
    return try StudyRun(try FakeWorker(in: study.temporary, onTask: onTask))(study)
  }

  private func tasks(_ study: TinyStudy) throws -> [String] {
    String(decoding: try study.temporary.read("tasks"), as: UTF8.self).split(separator: "\n")
      .map(String.init).filter { $0.hasPrefix("robustness") }
  }

  private static let text = StudyText.tiny.setting("robustness", "{\"images\": 20}")

  @Test("comes last, once for each student, and again where more images are asked for")
  func students() throws {
    let study = try TinyStudy(Self.text)
    let state = try run(study)
    let finalists = try #require(state.finalists)
    #expect(finalists.count == 2 && Set(state.robustness.map(\.trial)) == Set(finalists))
    #expect(state.robustness.allSatisfy { $0.images == 20 && $0.results?.first?.count == 20 })
    let kinds = study.journalLines().map { $0.contains("robustness_tested") }
    #expect(kinds.suffix(2) == [true, true] && kinds.count { $0 } == 2)
    #expect(try run(study).robustness == state.robustness)
    #expect(try tasks(study).count == 2)
    try study.write(Self.text.setting("robustness", "{\"images\": 30}"))
    let more = try run(study)
    #expect(more.robustness.map(\.images) == [20, 20, 30, 30])
    let results = StudyResults(try study.inputs().definition, more)
    #expect(results.students.allSatisfy { $0.robustness?.first?.count == 30 })
    try study.write(Self.text.setting("robustness", "false"))
    let none = StudyResults(try study.inputs().definition, try run(study))
    #expect(none.students.allSatisfy { $0.robustness == nil })
    #expect(try tasks(study).count == 4)
  }

  @Test("continues with the students that are left after a kill")
  func resumes() throws {
    let study = try TinyStudy(Self.text)
    let whole = try run(study)
    try study.cutJournal(toLines: study.journalLines().count - 1, andBytes: 30)
    #expect(try run(study).robustness.map(\.trial) == whole.robustness.map(\.trial))
    #expect(try tasks(study).count == 3)
  }

  @Test("is not done with students whose weights are not there")
  func noWeights() throws {
    let study = try TinyStudy(Self.text)
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    #expect(state.finalists?.count == 2 && state.robustness.isEmpty)
  }
}
