import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill run with limits", Program.isBuilt)
struct LimitCommandTests {
  @Test("ends with status 6 and a report, and comes to the same end when it is run again")
  func trials() throws {
    let study = try TinyStudy(TinyStudy.slow)
    for count in [3, 6] {
      let ended = try study.run("run", "--workers", "2", "--max-trials", "3")
      #expect(ended.status == 6, "\(ended.errors)")
      #expect(
        ended.errors.contains(
          "the limit of 3 flash trials of this run is reached; everything finished is kept. "
            + "To continue: autodistill run \(study.folder.path)"))
      #expect(ended.output.contains("report:  \(study.folder.report)/index.html"))
      #expect(try study.outcome().trials.count { $0.result != nil } == count)
      let page = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
      #expect(page.contains("\(count) of 8 flash trials have ended"))
    }
    try FinishedStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test(
    "of time and processor time as well",
    arguments: [["--max-time", "0.3s"], ["--max-cpu-hours", "0.0001"]])
  func time(limit: [String]) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let ended = try study.run("run", limit[0], limit[1])
    #expect(ended.status == 6, "\(ended.errors)")
    #expect(try study.outcome().distilled.count < 4)
    #expect(study.temporary.has("report/front.json") && !study.temporary.has("progress.json"))
    try FinishedStudy.expectSame(study, try study.run())
  }

  @Test("writes its report when it is interrupted, too, and the time that it took")
  func interrupted() throws {
    // A stage of less than half a second is not worth a line.
    let study = try TinyStudy(
      TinyStudy.slow
        .setting("full", "{\"epochs\": 600, \"batch\": 24, \"learning_rate\": 0.1}"))
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(2, with: "\"finished\"") })
    kill(running.process.processIdentifier, SIGINT)
    let ended = try running.end(seconds: 20)
    #expect(ended.status == 130 && study.temporary.has("report/index.html"))
    #expect(ended.output.contains("next:    autodistill run \(study.folder.path)"))
    let timed = try Journal.state(of: study.folder).stageSeconds
    #expect(timed.contains { $0.stage == "search" && $0.isInterrupted == true })
    #expect(timed.allSatisfy { $0.seconds > 0.5 && $0.processorSeconds ?? 0 > 0 })
  }

  @Test("prints commands that a shell takes as they are, whatever the folder is called")
  func pasted() throws {
    let outer = try TemporaryFolder()
    let study = try TinyStudy()
    let path = outer.file("it's a \"study\" $HOME")
    try FileManager.default.copyItem(atPath: study.folder.path, toPath: path)
    let ended = try Program.run("search", path, "--max-trials", "2")
    #expect(ended.status == 6, "\(ended.errors)")
    let line = try #require(ended.errors.firstMatch(of: /To continue: autodistill (.*)/)?.1)
    let program = try #require(Program.path)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "'\(program)' \(line) --max-trials 2 > /dev/null 2>&1"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 6)
    let state = try Journal.state(of: StudyFolder(path))
    #expect(state.trials.count { $0.result != nil } == 4)
  }
}

@Suite("autodistill run --progress json", Program.isBuilt)
struct ProgressCommandTests {
  private func events(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test("tells events on standard output and nothing else, from its begin to its status")
  func whole() throws {
    let study = try TinyStudy()
    let ended = try study.run("run", "--progress", "json")
    #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
    let events = try events(ended.output)
    let names = events.compactMap { $0["event"] as? String }
    #expect(names.first == "run_started" && names.last == "run_ended")
    #expect(names.count { $0 == "trial_finished" } == 8)
    #expect(names.count { $0 == "training_finished" } == 4)
    #expect(names.filter { $0 == "report" }.count == 1)
    #expect(
      events.filter { $0["event"] as? String == "stage" }.compactMap { $0["stage"] as? String }
        == ["teacher", "search", "distillation"])
    let trials = events.filter { $0["event"] as? String == "trial_finished" }
    #expect(trials.compactMap { $0["done"] as? Int } == Array(1...8))
    #expect(
      trials.allSatisfy { $0["flash_accuracy"] is Double && $0["flash_fraction"] as? Double == 0.5 }
    )
    let seconds = events.compactMap { $0["seconds"] as? Double }
    #expect(seconds.count == events.count && seconds == seconds.sorted())
    #expect(events.last?["status"] as? Int == 0)
  }

  @Test("tells limits and errors as the end of the run")
  func ends() throws {
    let study = try TinyStudy()
    let limited = try study.run("run", "--progress", "json", "--max-trials", "1")
    #expect(limited.status == 6)
    let last = try #require(try events(limited.output).last)
    #expect(last["status"] as? Int == 6)
    #expect((last["message"] as? String)?.contains("1 flash trial of this run") == true)
    try study.temporary.write("{", to: "study.json")
    let wrong = try study.run("run", "--progress", "json")
    #expect(wrong.status == 3 && wrong.errors.contains("not valid JSON"))
    let events = try events(wrong.output)
    #expect(events.count == 1 && events[0]["status"] as? Int == 3)
  }
}
