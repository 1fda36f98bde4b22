import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill status and watch", Program.isBuilt)
struct WatchCommandTests {
  private func status(_ study: TinyStudy) throws -> [String: Any] {
    let ended = try study.run("status", "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
  }

  @Test("show a study before it begins and after its end, and write nothing")
  func ends() throws {
    let new = try TinyStudy()
    #expect(try status(new)["phase"] as? String == "not_begun")
    #expect(!new.temporary.has("journal.jsonl") && !new.temporary.has(".lock"))
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    #expect(try status(study)["phase"] as? String == "finished")
    let ended = try study.run("status")
    #expect(ended.output.contains("8 of 8 ended") && ended.output.contains("nothing"))
    let watched = try study.run("watch")
    #expect(watched.status == 0 && watched.output.split(separator: "\n").count == 1)
  }

  @Test("show a study at any point of its way, half a line at the end")
  func anyPoint() throws {
    for lines in [1, 2, 5, 12, 20] {
      let study = try TinyStudy(copyOf: FinishedStudy.study())
      try study.cutJournal(toLines: lines, andBytes: 17)
      #expect(try status(study)["phase"] as? String == "stopped")
      #expect(study.journalLines().count == lines)
    }
  }

  @Test("follow a run, and notice that it was killed")
  func killed() throws {
    // A stage of less than half a second is not worth a line.
    let study = try TinyStudy(
      TinyStudy.slow.setting("search", "{\"trials\": 12}")
        .setting("full", "{\"epochs\": 1000, \"batch\": 24, \"learning_rate\": 0.1}"))
    let running = try study.start("run", "--workers", "2")
    let watching = try study.start("watch", "--interval", "0.1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"finished\"") })
    #expect(Processes.wait(seconds: 10) { study.temporary.has("progress.json") })
    let now = try status(study)
    #expect(now["phase"] as? String == "running")
    let run = try #require(now["run"] as? [String: Any])
    #expect(run["process"] as? Int == Int(running.process.processIdentifier))
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.end()
    let ended = try watching.end(seconds: 20)
    #expect(ended.status == 5, "\(ended.errors)")
    #expect(ended.errors.contains("the run has ended before the study is finished"))
    #expect(ended.errors.contains("killed: process \(running.process.processIdentifier) on "))
    #expect(ended.output.contains("of 12 trials"))
    #expect(try status(study)["phase"] as? String == "killed")
    // The next run knows what the killed one has spent.
    #expect(try study.run("run", "--max-trials", "1").status == 6)
    #expect(
      try Journal.state(of: study.folder).stageSeconds.contains { $0.isInterrupted == true })
    #expect(try status(study)["phase"] as? String == "stopped")
  }

  @Test("draw the front as lines no wider than the terminal")
  func terminal() throws {
    let study = try FinishedStudy.study()
    let ended = try study.run("report", "--terminal")
    #expect(ended.status == 0 && ended.output.contains("validation accuracy (%) over MACs"))
    #expect(ended.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(!ended.output.contains("\u{1B}"))
  }
}
