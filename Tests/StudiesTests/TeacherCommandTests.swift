import Datasets
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill run with a teacher from elsewhere", Program.isBuilt)
struct TeacherCommandTests {
  /// Expects a study to have found, trained and reported what the one with the network has.
  private func expectSameFront(
    _ study: TinyStudy, _ ended: Program.Ended, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(ended.status == 0, "\(ended.errors)", sourceLocation: sourceLocation)
    let (found, expected) = (try study.outcome(), try FinishedStudy.study().outcome())
    #expect(found.trials == expected.trials, sourceLocation: sourceLocation)
    #expect(found.distilled == expected.distilled, sourceLocation: sourceLocation)
    #expect(
      found.teacher?.test == expected.teacher?.test && found.teacher?.test != nil,
      sourceLocation: sourceLocation)
    #expect(try study.front() == FinishedStudy.study().front(), sourceLocation: sourceLocation)
  }

  @Test("gives the same front for a network's logits as for the network, bit for bit")
  func logits() throws {
    let study = try TinyStudy(TinyStudy.slow.taughtByLogits)
    try study.writeLogits(FinishedStudy.study().teacherLogits())
    try expectSameFront(study, try study.run("run", "--workers", "2"))
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    for part in [
      "precomputed logits (t.npy)", "may have seen the validation images",
      "unknown: only its answers are known",
    ] {
      #expect(report.contains(part))
    }
    let front = String(decoding: try study.temporary.read("report/front.json"), as: UTF8.self)
    for part in ["\"macs\": null", "\"parameters\": null", "\"teacher_weights_sha256\": null"] {
      #expect(front.contains(part))
    }
    let hash = try #require(try study.outcome().teacher?.logitsHash)
    #expect(front.contains("\"teacher_logits_sha256\": \"\(hash)\""))
  }

  @Test("gives the same front for a program that says what the network does, bit for bit")
  func command() throws {
    let study = try TinyStudy(
      TinyStudy.slow.taught(
        by: """
          {"command": ["sh", "teacher.sh", "{images}", "{logits}"], "kind": "logits"}
          """))
    let logits = try FinishedStudy.study().teacherLogits()
    for (call, split) in [DatasetSplit.training, .validation, .test].enumerated() {
      let order = try study.inputs().dataset.sourceOrder(of: split).indices
      try study.writeLogits(
        order.flatMap { logits[3 * $0..<3 * $0 + 3] }, to: "rows-\(call).npy")
    }
    try study.temporary.write(
      "n=$(cat calls 2> /dev/null | wc -l); cp rows-$n.npy \"$2\"; echo call >> calls",
      to: "teacher.sh")
    try expectSameFront(study, try study.run("run", "--workers", "2"))
    #expect(!study.temporary.has("teacher/chunks"))
    // All is known: nothing is asked again.
    try expectSameFront(study, try study.run("run", "--workers", "2"))
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 3 * 5)
  }

  @Test("trains students on stored views of an ensemble, the same with any number of workers")
  func storedViews() throws {
    let text = StudyText.tiny.setting("full", StoredViewsStageTests.full)
      .taught(by: "[{\(StudyText.tinyNetwork)}, {\(StudyText.tinyNetwork), \"weight\": 2}]")
    let (one, other) = (try TinyStudy(text), try TinyStudy(text))
    let ended = try one.run("run", "--workers", "1")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try one.outcome().distilled.allSatisfy { $0.outcome == .measured })
    try other.expectSameEnd(
      try other.run("run", "--workers", "3"), as: one, sourceLocation: #_sourceLocation)
  }

  @Test("is stopped by Ctrl-C with the program's children, and continues from its finished chunks")
  func interrupted() throws {
    let marker = "41.0\(UInt32.random(in: 0..<1_000_000))"
    let study = try TinyStudy(
      StudyText.tiny.taught(
        by: """
          {"command": ["sh", "teacher.sh", "{images}", "{logits}"], "kind": "logits", "chunk": 120}
          """))
    let logits = try FinishedStudy.study().teacherLogits()
    let order = try study.inputs().dataset.sourceOrder(of: .training).indices
    for (call, part) in [order[0..<120], order[120..<240]].enumerated() {
      try study.writeLogits(part.flatMap { logits[3 * $0..<3 * $0 + 3] }, to: "rows-\(call).npy")
    }
    let validation = try study.inputs().dataset.sourceOrder(of: .validation).indices
    try study.writeLogits(validation.flatMap { logits[3 * $0..<3 * $0 + 3] }, to: "rows-2.npy")
    try study.temporary.write(
      """
      n=$(cat calls 2> /dev/null | wc -l)
      if [ $n = 1 ] && [ ! -e hung ]; then : > hung; sleep \(marker) & sleep \(marker); fi
      cp rows-$n.npy "$2"; echo call >> calls
      """, to: "teacher.sh")
    let running = try study.start("search")
    #expect(Processes.wait(seconds: 30) { Processes.running(marker).count >= 2 })
    kill(running.process.processIdentifier, SIGINT)
    #expect(try running.end(seconds: 20).status == 130)
    #expect(Processes.wait(seconds: 5) { Processes.running(marker).isEmpty })
    #expect(study.temporary.has("teacher/chunks/training-0-120.safetensors"))
    let ended = try study.run("search")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 3 * 5)
  }
}
