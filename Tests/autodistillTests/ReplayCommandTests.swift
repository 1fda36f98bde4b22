import Foundation
import TestSupport
import Testing

/// A table, a space and the command that replays them.
private struct ReplayFiles {
  let folder: TemporaryFolder

  init(csv: String = SmallTable.csv) throws {
    folder = try TemporaryFolder()
    try folder.write(csv, to: "t.csv")
    try folder.write(SmallTable.spaceText(), to: "space.json")
  }

  /// What every replay here begins with.
  var base: [String] {
    [
      "replay", "--table", folder.file("t.csv"), "--space", folder.file("space.json"), "--key",
      "cell",
    ]
  }

  func run(_ options: [String]) throws -> Program.Ended {
    try Program.Running(base + options).end()
  }

  func json(_ options: [String]) throws -> [String: Any] {
    let ended = try run(options + ["--json"])
    #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
  }
}

@Suite("autodistill replay", Program.isBuilt)
struct ReplayCommandTests {
  private let flash = ["--maximize", "flash", "--minimize", "ms", "--known", "ms"]

  @Test("takes decisions away, and says which it does not know")
  func fixedDecisions() throws {
    let files = try ReplayFiles()
    for (options, count) in [([], 9), (["--fix", "p0=1"], 3)] {
      let ended = try files.run(few + options)
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output.contains(" in \(count) architectures"), "\(ended.output)")
    }
    for (text, message) in [
      ("b", "--fix: got 'b', expected PARAMETER=VALUE"),
      ("z=1", "the command: --fix.z: got an unknown parameter"),
      ("p0=9", "the command: --fix.p0: got \"9\", expected one of the values"),
    ] {
      let ended = try files.run(few + ["--fix", text])
      #expect(ended.status != 0 && ended.errors.contains(message), "\(ended.errors)")
    }
  }

  private var few: [String] { flash + ["--trials", "1", "--seeds", "0..1", "--sampler", "random"] }

  @Test("prints the summary, and the same as JSON, and writes the trajectories")
  func summary() throws {
    let files = try ReplayFiles()
    let search = flash + ["--trials", "5", "--seeds", "2..4", "--sampler", "random"]
    let ended = try files.run(search + ["--output", files.folder.file("o.csv")])
    #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
    #expect(
      ended.output.contains("random, 3 searches of 5 trials in 9 architectures: flash against"))
    #expect(ended.output.contains("reference flash 18, ms 9; true hypervolume"))
    let lines = String(decoding: try files.folder.read("o.csv"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines[0] == ["seed", "evaluation", "key"] && lines.count == 16)
    let proposals: [String] = lines.dropFirst().map { "\($0[0]).\($0[1])" }
    let expected: [String] = (2...4).flatMap { seed in (1...5).map { "\(seed).\($0)" } }
    #expect(proposals == expected)
    for seed in ["2", "3", "4"] {
      #expect(Set(lines.filter { $0[0] == seed }.map { $0[2] }).count == 5)
    }
    let object = try files.json(search)
    #expect(object["searches"] as? Int == 3 && object["budget"] as? Int == 5)
    let checkpoint = try #require((object["checkpoints"] as? [[String: Any]])?.first)
    let mean = try #require(checkpoint["mean"] as? Double)
    #expect(checkpoint["evaluations"] as? Int == 5 && mean > 0 && mean <= 1)
    #expect(ended.output.contains(String(format: "%.4f", mean)))
    #expect((object["peak_memory_bytes"] as? Int ?? 0) > 1_000_000)
    let times = try #require(object["proposal_seconds"] as? [String: Double])
    #expect(try #require(times["median"]) > 0)
  }

  @Test("draws the same with any number of workers")
  func workers() throws {
    let files = try ReplayFiles()
    var written: [Data] = []
    for workers in ["1", "3"] {
      let ended = try files.run(
        flash + ["--seeds", "0..5", "--workers", workers, "--output", files.folder.file("o.csv")])
      #expect(ended.status == 0, "\(ended.errors)")
      written.append(try files.folder.read("o.csv"))
    }
    #expect(written[0] == written[1])
  }

  @Test("joins a second table, minimises two columns, keeps constraints and trains finalists")
  func options() throws {
    let rows = SmallTable.csv.split(separator: "\n").map { $0.split(separator: ",") }
    func columns(_ indices: [Int], _ rows: some Sequence<[Substring]>) -> String {
      rows.map { row in indices.map { row[$0] }.joined(separator: ",") }.joined(separator: "\n")
    }
    let files = try ReplayFiles(csv: columns([0, 1, 3], rows))
    try files.folder.write(
      columns([0, 2, 4], [rows[0]] + rows.dropFirst().reversed()), to: "more.csv")
    let object = try files.json([
      "--table", files.folder.file("more.csv"), "--flash", "flash", "--full", "full",
      "--finalists", "2", "--minimize", "kb", "--minimize", "ms", "--known", "ms", "--constraint",
      "ms<=7", "--constraint", "kb<=8", "--reference", "ms=20", "--error", "0.5", "--trials", "6",
      "--seeds", "1..2", "--look-ahead", "2", "--initial-trials", "3",
    ])
    let score = try #require(object["score"] as? [String: Any])
    #expect(score["minimized"] as? [String] == ["ms", "kb"])
    #expect(score["reference_costs"] as? [Double] == [20, 9])
    let full = try #require(object["full_score"] as? [String: Any])
    #expect(full["maximized"] as? String == "full")
    let finalists = try #require(object["finalists"] as? [[String: Any]])
    #expect(finalists.allSatisfy { $0["count"] as? Int == 2 && $0["mean"] is Double })
    #expect(finalists.map { $0["rule"] as? String }.contains("flash alone"))
  }

  @Test("can be told what the networks classify")
  func images() throws {
    let files = try ReplayFiles()
    _ = try files.json(flash + ["--trials", "6", "--seeds", "1..1", "--image", "1x1x3"])
    let ended = try files.run(flash + ["--image", "2x2x3", "--classes", "4"])
    #expect(ended.status == 3 && ended.errors.contains("t.csv:2: cell: got '00'"))
  }

  @Test(
    "says what is wrong with the command line, with status 2",
    arguments: [
      (["--maximize", "flash", "--flash", "flash"], "needs one column to maximise"),
      (["--minimize", "ms"], "needs one column to maximise, --maximize COLUMN or --flash COLUMN"),
      (["--flash", "flash"], "--full goes together with --flash"),
      (["--flash", "flash", "--full", "full"], "--finalists goes together with --flash"),
      (["--maximize", "flash", "--finalists", "3"], "--finalists goes together with --flash"),
      (["--maximize", "flash", "--seeds", "3"], "--seeds: got '3', expected A..B"),
      (["--maximize", "flash", "--seeds", "5..3"], "--seeds: got '5..3', expected A..B"),
      (["--maximize", "flash", "--seeds=-1..3"], "--seeds: got '-1..3', expected A..B"),
      (["--maximize", "flash", "--sampler", "guess"], "--sampler: got 'guess', expected one of"),
      (["--maximize", "flash", "--trials", "0"], "--trials: got '0', expected a whole number"),
      (["--maximize", "flash", "--error", "-1"], "--error: got '-1', expected a number"),
      (["--maximize", "flash", "--reference", "ms"], "--reference: got 'ms', expected COLUMN=X"),
      (["--maximize", "flash", "--reference", "ms=x"], "--reference: got 'ms=x', expected"),
      (["--maximize", "flash", "--image", "32x32"], "--image: got '32x32', expected a shape"),
      (["--maximize", "flash", "--classes", "5"], "--classes goes together with --image"),
      (["--maximize", "flash", "--table", "a", "--table", "b"], "--table: got 3 tables"),
      (
        ["--maximize", "flash", "--sampler", "random", "--initial-trials", "3"],
        "--initial-trials goes together with --sampler bayesian"
      ),
    ])
  func badUsage(options: [String], part: String) throws {
    let ended = try ReplayFiles().run(options)
    #expect(ended.status == 2, "\(ended.errors)")
    #expect(ended.errors.contains("autodistill: error: "))
    #expect(ended.errors.contains(part), "\(ended.errors)")
    #expect(ended.errors.split(separator: "\n").count == 1 && ended.output.isEmpty)
  }

  @Test("needs a table, a space and a key")
  func missingOptions() throws {
    let all = ["--table", "t", "--space", "s", "--key", "k", "--maximize", "a"]
    for (index, option) in ["--table FILE.csv", "--space FILE.json", "--key COLUMN"].enumerated() {
      var options = all
      options.removeSubrange(2 * index..<2 * index + 2)
      let ended = try Program.Running(["replay"] + options).end()
      #expect(ended.status == 2 && ended.errors.contains("replay needs \(option)"))
    }
  }

  @Test("says which file is wrong, with status 3 and one line")
  func badInput() throws {
    let files = try ReplayFiles(csv: SmallTable.csv.replacing("50,44,5", with: "50,44,x"))
    for (options, part) in [
      (flash, "t.csv:6: ms: got 'x', expected a number"),
      (["--maximize", "acc"], "t.csv: got the columns cell, flash"),
      (["--maximize", "flash", "--constraint", "kb<5"], "constraint \"kb<5\": expected a column"),
      (["--maximize", "flash", "--table", "none.csv"], "none.csv: cannot read: No such file"),
      (["--maximize", "flash", "--space", "none.json"], "none.json: cannot be read"),
    ] {
      let ended = try files.run(options)
      #expect(ended.status == 3, "\(ended.errors)")
      #expect(ended.errors.contains(part), "\(ended.errors)")
      #expect(ended.errors.split(separator: "\n").count == 1 && ended.output.isEmpty)
    }
  }
}
