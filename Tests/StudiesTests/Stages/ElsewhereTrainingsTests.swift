import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a study that is trained elsewhere")
struct ElsewhereTrainingsTests {
  @Test("finds what it would have found here")
  func same() throws {
    let elsewhere = try Elsewhere()
    try elsewhere.train()
    let study = try BeforeSearch.copy(Elsewhere.text)
    let worker = try FakeWorker(
      in: study.temporary,
      atStart: """
        answer() {
          correct=$((10 + trial * 17 % 43))
          [ "$kind" = flash ] || correct=$((15 + trial * 29 % 41))
          evaluation='{"count":60,"correct":'$correct',"negative_log_likelihood":0}'
          test=''
          case "$line" in
          *'"kind":"flash"'*|*'"uses_test":false'*) ;;
          *) test=',"test":'$evaluation;;
          esac
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          fi
          say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
        }
        """)
    let (found, expected) = (try elsewhere.state(), try StudyRun(worker)(study))
    #expect(found.trials.map(\.key) == expected.trials.map(\.key))
    #expect(found.trials.map(\.flashAccuracy) == expected.trials.map(\.flashAccuracy))
    #expect(found.audited == expected.audited && found.finalists == expected.finalists)
    #expect(found.searchEnded == expected.searchEnded)
    let definition = try study.inputs().definition
    let (mine, theirs) = (StudyResults(definition, found), StudyResults(definition, expected))
    #expect(mine.students.map(\.validation) == theirs.students.map(\.validation))
    #expect(mine.students.map(\.test) == theirs.students.map(\.test))
    #expect(mine.students.map(\.baselineTest) == theirs.students.map(\.baselineTest))
    #expect(!mine.students.isEmpty && mine.students.allSatisfy { !$0.test.isEmpty })
  }

  @Test("is asked the same until something is told, and no more than the look-ahead allows")
  func again() throws {
    let elsewhere = try Elsewhere(Elsewhere.withoutAudit)
    let first = try elsewhere.ask(9)
    #expect(first.count == 4 && first.allSatisfy { $0.name.kind == .flash && !$0.usesTest })
    let lines = elsewhere.study.journalLines()
    #expect(try elsewhere.ask(9) == first)
    #expect(elsewhere.study.journalLines() == lines)
    #expect(try Elsewhere(Elsewhere.withoutAudit).ask(2) == Array(first.prefix(2)))
    // Nothing is filled in, nothing is told.
    #expect(try elsewhere.tell() == 0)
    #expect(elsewhere.study.journalLines() == lines)
    try elsewhere.answer()
    #expect(try elsewhere.tell() == 4)
    #expect(try elsewhere.tell() == 0)
    let next = try elsewhere.ask()
    #expect(Set(next.map(\.name)).isDisjoint(with: first.map(\.name)) && !next.isEmpty)
  }

  @Test("says of each training how it is done, by the study's recipes")
  func recipes() throws {
    let elsewhere = try Elsewhere()
    let asked = try #require(try elsewhere.ask(1).first)
    let definition = try elsewhere.study.inputs().definition
    #expect(asked.recipe == definition.flash.compressed(definition.full))
    #expect(asked.name.fraction == 0.5 && asked.isRepeated)
    let text = String(decoding: try elsewhere.study.temporary.read("next.json"), as: UTF8.self)
    for part in [
      "\"format\": \"autodistill-trainings/1\"", "\"classes\": 3", "\"validation\": 60",
      "\"key\": \"\(asked.name.key)\"", "\"epochs\": 1.5", "\"batch\": 12", "\"macs\": ",
      "\"width\": ", "\"result\": null",
    ] { #expect(text.contains(part), "\(part)") }
    let path = elsewhere.study.temporary.file("model.onnx")
    try asked.writeModel(to: path)
    #expect(elsewhere.study.temporary.has("model.onnx"))
  }

  @Test("is not trained again here, wherever the study would do it")
  func notAgain() throws {
    let elsewhere = try Elsewhere(Elsewhere.withoutAudit)
    _ = try elsewhere.ask()
    try elsewhere.answer()
    try elsewhere.tell()
    let told = Set(try elsewhere.state().told.map(\.training.key))
    let worker = try FakeWorker(
      in: elsewhere.study.temporary,
      onTask: "[ $kind = flash ] && echo \"$key\" >> \"$folder/tasks\"; answer")
    let state = try StudyRun(worker)(elsewhere.study, through: .search)
    let trained = String(decoding: try elsewhere.study.temporary.read("tasks"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    #expect(told.count == 4 && told.isDisjoint(with: trained))
    #expect(state.trials.count == 6 && trained.count == 2)
    for trial in state.trials where told.contains(trial.key) {
      #expect(trial.result?.validation?.count == 60)
    }
  }

  @Test("takes a training that diverged")
  func diverged() throws {
    let elsewhere = try Elsewhere()
    _ = try elsewhere.ask(1)
    try elsewhere.fill("{\"outcome\": \"diverged\", \"seconds\": 3}")
    #expect(try elsewhere.tell() == 1)
    _ = try elsewhere.ask(1)
    #expect(try elsewhere.state().trials.first?.result?.outcome == .diverged)
  }

  @Test(
    "is refused what cannot be, naming the field",
    arguments: [
      ("{\"validation\": {\"correct\": 61}}", "validation.correct: got 61"),
      ("{\"validation\": {\"accuracy\": 1.5}}", "validation.accuracy: got 1.5"),
      ("{\"validation\": {\"accuracy\": 0.44}}", "such as 0.4333: 26 right answers"),
      (
        "{\"validation\": {\"count\": 100, \"correct\": 4}}", "expected 60, the images of the split"
      ),
      ("{\"validation\": {}}", "accuracy"), ("{}", "validation"),
      ("{\"outcome\": \"good\"}", "\"measured\" or \"diverged\""),
      (
        "{\"validation\": {\"correct\": 4}, \"test\": {\"correct\": 4}}",
        "a search must not know it"
      ),
      ("{\"valdation\": {\"correct\": 4}}", "did you mean \"validation\"?"),
    ])
  func refused(result: String, part: String) throws {
    let elsewhere = try Elsewhere()
    _ = try elsewhere.ask(1)
    let lines = elsewhere.study.journalLines()
    try elsewhere.fill(result)
    expectError([elsewhere.path, "trainings[0].result", part]) { try elsewhere.tell() }
    #expect(elsewhere.study.journalLines() == lines)
  }

  @Test("is refused other students, trainings and files")
  func strict() throws {
    let elsewhere = try Elsewhere()
    _ = try elsewhere.ask(1)
    try elsewhere.fill("{\"validation\": {\"correct\": 4}}")
    let text = String(decoding: try elsewhere.study.temporary.read("next.json"), as: UTF8.self)
    for (old, new, part) in [
      ("\"training\": \"flash\"", "\"training\": \"short\"", "trainings[0].training"),
      ("autodistill-trainings/1", "autodistill-trainings/2", "format"),
      ("\"baseline\": false", "\"baseline\": true", "trainings[0].baseline"),
      ("\"identity\": \"", "\"identity\": \"0", "another study of this name"),
      ("\"key\": \"", "\"key\": \"9", "trainings[0].key"),
    ] {
      try elsewhere.study.temporary.write(text.replacing(old, with: new), to: "next.json")
      expectError([elsewhere.path, part]) { try elsewhere.tell() }
    }
    // A file of an earlier version says nothing of it.
    let first = try #require(text.range(of: "\"identity\": \""))
    let end = try #require(text[first.upperBound...].range(of: ","))
    try elsewhere.study.temporary.write(
      text.replacingCharacters(in: first.lowerBound..<end.upperBound, with: ""), to: "next.json")
    #expect(try elsewhere.tell() == 1)
  }
}
