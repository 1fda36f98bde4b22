import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill simulate", Program.isBuilt)
struct SimulateCommandTests {
  @Test("compares numbers of workers, as text and as JSON, and leaves what it is told to keep")
  func compares() throws {
    let study = try TinyStudy.large("{\"trials\": 30, \"look_ahead\": 4, \"sampler\": \"random\"}")
    let before = try FileManager.default.subpathsOfDirectory(atPath: study.folder.path)
    let text = try study.run("simulate", "--workers", "1,4,16", "--mean-trial", "90s")
    #expect(text.status == 0, "\(text.errors)")
    for word in ["workers", "knee:", "look-ahead:", "controller:", "memory:", "16"] {
      #expect(text.output.contains(word), "\(word) in \(text.output)")
    }
    let temporary = try TemporaryFolder()
    let kept = temporary.file("kept")
    let json = try study.run(
      "simulate", "--workers", "4,1,4", "--mean-trial", "90s", "--trials", "20", "--failures", "5%",
      "--full-minutes", "30", "--keep", kept, "--json")
    #expect(json.status == 0, "\(json.errors)")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["format"] as? String == "autodistill-simulation/1")
    #expect(object["trials"] as? Int == 20 && object["failures"] as? Double == 0.05)
    let rows = try #require(object["workers"] as? [[String: Any]])
    #expect(rows.map { $0["workers"] as? Int } == [1, 4])
    let walls = rows.compactMap { $0["wall_seconds"] as? Double }
    #expect(walls.count == 2 && walls[1] < walls[0])
    // The kept study is one that others can read.
    for verb in ["report", "status"] {
      let ended = try Program.run(verb, kept)
      #expect(ended.status == 0, "\(verb): \(ended.errors)")
    }
    #expect(try Journal.state(of: StudyFolder(kept)).trials.count == 20)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: study.folder.path) == before)
  }

  @Test(
    "says what it cannot understand",
    arguments: [
      (["--workers", "0"], "--workers"), (["--workers", "1,x"], "--workers"),
      (["--failures", "1"], "--failures"), (["--failures", "101%"], "--failures"),
      (["--sampler", "best"], "--sampler"), (["--mean-trial", "90"], "--mean-trial"),
      (["--full-minutes", "0"], "--full-minutes"), (["--spread", "-1"], "--spread"),
      (["--keep", "/"], "--keep"),
    ])
  func badUsage(_ options: [String], word: String) throws {
    let study = try TinyStudy()
    let ended = try Program.Running(["simulate", study.folder.path] + options).end()
    #expect(ended.status == 2 && ended.errors.contains(word), "\(ended.errors)")
  }

  @Test("says what it needs where nothing was trained yet, and where nothing is feasible")
  func badInput() throws {
    let study = try TinyStudy()
    let ended = try study.run("simulate")
    #expect(ended.status == 3 && ended.errors.contains("--mean-trial"), "\(ended.errors)")
    try study.write(.tiny.setting("constraints", "[\"macs<=10\"]"))
    let infeasible = try study.run("simulate", "--mean-trial", "1s")
    #expect(infeasible.status == 4, "\(infeasible.errors)")
    #expect(infeasible.errors.contains(study.folder.path), "\(infeasible.errors)")
  }
}
