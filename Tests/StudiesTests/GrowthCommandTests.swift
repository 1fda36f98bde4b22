import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill with a study that grows", Program.isBuilt)
struct GrowthCommandTests {
  @Test("trains only what is new, ends as a study from the start, and reports what was added")
  func grows() throws {
    let text = StudyText.tiny.setting("finalists", "{\"count\": 1, \"baseline\": false}")
    let more = StudyText.tiny.setting("finalists", "{\"count\": 3, \"baseline\": false}")
    let study = try TinyStudy(text)
    #expect(try study.run().status == 0)
    let lines = study.journalLines()
    try study.write(more)
    // A report waits until the new question has been taken over.
    let early = try study.run("report")
    #expect(early.status == 3)
    #expect(early.errors.contains("finalists.count: 1 → 3"))
    // Nobody is told that all is done, or that something is damaged.
    let status = try study.run("status", "--json")
    #expect(status.output.contains("\"complete\": false"), "\(status.output)")
    #expect(status.output.contains("study.json asks for since: finalists.count: 1 → 3"))
    #expect(status.output.contains("\"phase\": \"stopped\""))
    let verified = try study.run("verify")
    #expect(verified.status == 0, "\(verified.output)")
    let checked = try study.run("check", "--require", "accuracy>=0")
    #expect(checked.errors.contains("asks for more than the report has: finalists.count: 1 → 3"))
    #expect(study.journalLines() == lines)
    #expect(try study.run().status == 0)
    let clean = try study.run("check", "--require", "accuracy>=0", "--format", "json")
    #expect(clean.status == 0 && clean.errors.isEmpty, "\(clean.errors)")
    #expect(clean.output.contains("\"remarks\": []"))
    #expect(Array(study.journalLines().prefix(lines.count)) == lines)
    #expect(study.journalLines().dropFirst(lines.count).count { $0.contains("\"distilled\"") } == 2)
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(report.contains("What was added when"))
    let front = String(decoding: try study.temporary.read("report/front.json"), as: UTF8.self)
    try study.temporary.write(
      front.replacing("\"trial\": 0", with: "\"trial\": 1", maxReplacements: 1),
      to: "report/front.json")
    let edited = try study.run("check", "--require", "accuracy>=0")
    #expect(edited.errors.contains("is not what the journal and this version give"))
    try study.temporary.write(front, to: "report/front.json")
    let whole = try TinyStudy(copyOf: study)
    try FileManager.default.removeItem(atPath: whole.folder.journal)
    try FileManager.default.removeItem(atPath: whole.temporary.file("candidates"))
    #expect(try whole.run().status == 0)
    #expect(try whole.front() == study.front())
  }

  @Test("asks, is told, and merges")
  func elsewhere() throws {
    let study = try TinyStudy(
      .tiny.setting("search", "{\"sampler\": \"random\", \"trials\": 2}"))
    let file = study.temporary.file("next.json")
    let asked = try study.run("ask", "--output", file, "--models", study.temporary.file("models"))
    #expect(asked.status == 0, "\(asked.errors)")
    let text = String(decoding: try study.temporary.read("next.json"), as: UTF8.self)
    let key = try #require(try Journal.state(of: study.folder).trials.first).key
    #expect(text.contains("\"key\": \"\(key)\"") && study.temporary.has("models/\(key).onnx"))
    try study.temporary.write(
      text.replacing("\"result\": null", with: "\"result\": {\"validation\": {\"correct\": 41}}"),
      to: "next.json")
    let told = try study.run("tell", file)
    #expect(told.status == 0, "\(told.errors)")
    #expect(told.output.contains("2 of 2 results are new"))
    #expect(try study.run("search").status == 0)
    let state = try Journal.state(of: study.folder)
    #expect(state.trials.allSatisfy { $0.result?.validation?.correct == 41 })
    let other = try TinyStudy(copyOf: study)
    let merged = try study.run("merge", other.folder.path, "--output", study.temporary.file("both"))
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(merged.output.contains("2 flash trials"))
    #expect(study.temporary.has("both/study.json"))
    #expect(try study.run("ask").status == 2)
    #expect(try study.run("merge", other.folder.path).status == 2)
  }
}
