import Distillation
import FileFormats
import Foundation
import Testing

@testable import Studies

/// A study that was run without a break, once.
private enum Finished {
  private static let run = Result {
    let study = try TinyStudy(TinyStudy.slow)
    return (study: study, ended: try study.run("run", "--workers", "2"))
  }

  static func study() throws -> TinyStudy { try run.get().study }
  static func ended() throws -> Program.Ended { try run.get().ended }

  /// Expects a study to have come to the same end.
  static func expectSame(
    _ other: TinyStudy, _ ended: Program.Ended, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(ended.status == 0, "\(ended.errors)", sourceLocation: sourceLocation)
    let (found, expected) = (try other.outcome(), try study().outcome())
    #expect(
      found == expected, "\(found.difference(from: expected))", sourceLocation: sourceLocation)
    #expect(try other.front() == study().front(), sourceLocation: sourceLocation)
  }
}

@Suite("autodistill run", Program.isBuilt)
struct RunCommandTests {
  @Test("takes a study to its front and says what to do next")
  func runs() throws {
    let study = try Finished.study()
    let ended = try Finished.ended()
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(outcome.trials.count == 8 && outcome.finalists?.count == 2)
    #expect(outcome.distilled.count == 4)
    #expect(outcome.distilled.allSatisfy { $0.outcome == .measured && $0.test?.count == 60 })
    for trial in outcome.finalists ?? [] {
      #expect(study.temporary.has("candidates/\(outcome.trials[trial].key)/weights.safetensors"))
    }
    let front = try study.front()
    #expect(front.split(whereSeparator: \.isNewline).count == 3 && front.hasPrefix("on_front,key,"))
    for part in ["report/index.html", "report/front.csv", "next:    autodistill export"] {
      #expect(ended.output.contains(part), "\(ended.output)")
    }
  }

  @Test("leaves nothing behind but what the study's folder should hold")
  func files() throws {
    let study = try Finished.study()
    var names: [String] = []
    for name in try FileManager.default.subpathsOfDirectory(atPath: study.folder.path) {
      if name.contains("checkpoint") || name.contains("partial") { names.append(name) }
    }
    #expect(names.isEmpty)
    #expect(study.workers.isEmpty)
  }

  @Test("comes to the same end with any number of workers and threads", arguments: [1, 3, 4, 9])
  func workers(count: Int) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let ended = try study.run("run", "--workers", "\(count)", "--threads", "\(count)")
    try Finished.expectSame(study, ended)
  }

  @Test("comes to the same end in two stages")
  func stages() throws {
    let study = try TinyStudy(TinyStudy.slow)
    #expect(try study.run("search").status == 0)
    #expect(try study.outcome().searchEnded != nil && study.outcome().finalists == nil)
    try Finished.expectSame(study, try study.run("distill"))
  }

  @Test("has nothing to do when it is done")
  func again() throws {
    let study = try TinyStudy(copyOf: Finished.study())
    let lines = study.journalLines()
    try Finished.expectSame(study, try study.run())
    #expect(study.journalLines() == lines)
  }

  @Test("comes to the same end after kill -9 of everything at several moments")
  func killed() throws {
    let study = try TinyStudy(TinyStudy.slow)
    var lengths: [Int] = []
    var kills = 0
    for length in [1, 6, 12, 17, 23] {
      let running = try study.start("run", "--workers", "2")
      _ = Processes.wait(seconds: 30) { study.hasLines(length) || !running.process.isRunning }
      study.killEverything()
      // A run that was over before it was killed is no fault, but proves nothing.
      if try running.end().status == nil { kills += 1 }
      lengths.append(study.journalLines().count)
    }
    #expect(kills >= 3)
    #expect(lengths == lengths.sorted())
    try Finished.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test(
    "comes to the same end from a journal of any length, its last line half written",
    arguments: [0, 1, 2, 3, 7, 15, 19, 20, 21, 22, 24])
  func cutJournal(lines: Int) throws {
    let study = try TinyStudy(copyOf: Finished.study())
    try study.cutJournal(toLines: lines, andBytes: 17)
    try Finished.expectSame(study, try study.run("run", "--workers", "\(1 + lines % 3)"))
  }

  @Test(
    "stops at Ctrl-C or SIGTERM with status 130, and goes on to the same end",
    arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"proposed\"") })
    kill(running.process.processIdentifier, signal)
    let ended = try running.end(seconds: 20)
    #expect(ended.status == 130)
    #expect(ended.errors.contains("To go on: autodistill run \(study.folder.path)"))
    #expect(try study.outcome().searchEnded == nil)
    #expect(Processes.wait(seconds: 10) { study.workers.isEmpty })
    try Finished.expectSame(study, try study.run("run", "--workers", "2"))
  }
}

@Suite("the students of autodistill run", Program.isBuilt)
struct TrainedStudentTests {
  private func outcome(full: String) throws -> StudyOutcome {
    let study = try TinyStudy(
      StudyText.tiny.setting("full", full).setting("finalists", "{\"count\": 2, \"seeds\": 2}"))
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    return try study.outcome()
  }

  /// Validation and test of each finalist: repetitions 0 and 1, distilled, then their baselines.
  private func results(_ outcome: StudyOutcome) -> [[[Evaluation?]]] {
    (outcome.finalists ?? []).map { trial in
      [false, true].flatMap { isBaseline in
        outcome.distilled.filter { $0.trial == trial && $0.isBaseline == isBaseline }
          .map { [$0.validation, $0.test] }
      }
    }
  }

  @Test("differ between distilled and baseline, and between repetitions")
  func differ() throws {
    let outcome = try outcome(full: "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1}")
    #expect(outcome.distilled.count == 8)
    for student in results(outcome) { #expect(Set(student).count == 4) }
    // The baseline takes the same number of steps.
    #expect(outcome.distilled.allSatisfy { $0.steps == 30 })
  }

  @Test("are their own baselines where the teacher has no weight")
  func noWeight() throws {
    let outcome = try outcome(
      full:
        "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1, \"distillation_weight\": 0}")
    for student in results(outcome) {
      #expect(student.count == 4)
      #expect(Array(student.prefix(2)) == Array(student.suffix(2)))
    }
  }

  @Test("may be taught on the augmented images that they see")
  func augmentedView() throws {
    func full(_ view: String) -> String {
      """
      {"epochs": 3, "batch": 24, "learning_rate": 0.1, "teacher_view": "\(view)",
       "augmentation": {"shift_pixels": 2}}
      """
    }
    let (clean, augmented) = (
      try outcome(full: full("clean")), try outcome(full: full("augmented"))
    )
    #expect(augmented.trials.allSatisfy { $0.flashAccuracy != nil })
    #expect(clean.trials[0].key == augmented.trials[0].key)
    #expect(clean.trials[0].result?.validation != augmented.trials[0].result?.validation)
  }
}

@Suite("the workers of autodistill run", Program.isBuilt)
struct WorkerProcessTests {
  @Test("are replaced when one is killed, and the end is the same")
  func killedOnce() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"finished\"") })
    let first = study.workers
    #expect(first.count == 1)
    for worker in first { kill(worker, SIGKILL) }
    #expect(
      Processes.wait(seconds: 10) { study.workers.contains { !first.contains($0) } })
    try Finished.expectSame(study, try running.end())
  }

  @Test("that are killed always make a trial that crashed, and no more")
  func killedAlways() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "1")
    #expect(
      Processes.wait(seconds: 30) {
        if study.hasLines(1, with: "\"proposed\"") {
          for worker in study.workers { kill(worker, SIGKILL) }
        }
        return study.hasLines(1, with: "\"crashed\"")
      })
    #expect(try running.end().status == 0)
    let outcome = try study.outcome()
    let crashed = outcome.trials.filter { $0.result?.outcome == .crashed }.map(\.number)
    #expect(crashed.first == 0 && crashed.count <= 2)
    #expect(outcome.trials.count == 8 && outcome.finalists?.count == 2)
    #expect(Set(outcome.finalists ?? []).isDisjoint(with: crashed))
  }

  @Test("end by themselves, quietly, when the parent has been killed")
  func orphans() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    #expect(Processes.wait(seconds: 30) { study.hasLines(2, with: "\"finished\"") })
    #expect(study.workers.count == 2)
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.end()
    #expect(Processes.wait(seconds: 10) { study.workers.isEmpty })
    #expect(!running.errors.contains("rash") && !running.errors.contains("Fatal"))
    study.killEverything()
  }

  @Test("that get numbers beyond all bounds say so: the trials diverged")
  func overflow() throws {
    // One step, after which no weight is finite.
    let study = try TinyStudy(
      StudyText.tiny.setting(
        "full",
        "{\"epochs\": 0.1, \"batch\": 24, \"learning_rate\": 1e300, \"schedule\": \"constant\"}"
      ))
    _ = try study.run(seconds: 20)
    study.killEverything()
    let outcome = try study.outcome()
    #expect(outcome.trials.count == 8)
    #expect(outcome.trials.allSatisfy { $0.result?.outcome == .diverged })
  }
}

@Suite("autodistill where nothing is feasible", Program.isBuilt)
struct InfeasibleCommandTests {
  @Test("ends with status 4, names the nearest student and what binds, each time")
  func nothingFeasible() throws {
    let study = try TinyStudy(.tiny.setting("constraints", "[\"macs<=10\"]"))
    for verb in ["run", "run", "search", "distill", "report"] {
      let ended = try study.run(verb)
      #expect(ended.status == 4, "\(verb): \(ended.errors)")
      if verb != "report" {
        #expect(ended.errors.contains("no student meets the constraints"))
        #expect(ended.errors.contains("breaks macs<=10 by "))
      }
      #expect(ended.output.contains("loosen a constraint"))
    }
    let nearest = try #require(try study.outcome().nothingFeasible).leastInfeasible
    #expect(nearest.first?.key == "000" && nearest.first?.binding == "macs<=10")
    #expect(try study.front().split(whereSeparator: \.isNewline).count == 1)
    #expect(
      try String(contentsOfFile: study.temporary.file("report/report.md"), encoding: .utf8)
        .contains("macs<=10"))
  }
}

@Suite("autodistill with wrong input", Program.isBuilt)
struct WrongInputTests {
  @Test(
    "says what is wrong with the command line, with status 2",
    arguments: [
      (["rum"], "unknown command 'rum', expected one of run, search, distill"),
      (["run"], "expected STUDY, got nothing"), (["run", "a", "b"], "expected STUDY, got a b"),
      (["run", "a", "--wrokers", "2"], "unknown option '--wrokers', expected one of --workers"),
      (["run", "a", "--workers"], "--workers needs a value"),
      (["run", "a", "--workers", "0"], "--workers: got '0', expected a whole number from 1"),
      (["search", "a", "--threads=x"], "--threads: got 'x', expected a whole number"),
      (["export", "a"], "expected STUDY KEY, got a"),
      (["export", "a", "b", "--format", "onnx2"], "--format: got 'onnx2', expected safetensors"),
      (["profile", "guess"], "profile: got 'guess', expected measure"),
      (["profile", "measure"], "profile measure needs --output FILE"),
      (["bench", "--network", "Q"], "--network: got 'Q', expected S, M, L or T"),
    ])
  func badUsage(arguments: [String], part: String) throws {
    let ended = try Program.Running(arguments).end()
    #expect(ended.status == 2)
    #expect(ended.errors.contains("autodistill: error: \(part)"), "\(ended.errors)")
    #expect(ended.errors.split(separator: "\n").count == 1 && ended.output.isEmpty)
  }

  @Test("says which file is wrong, with status 3 and one line")
  func badInput() throws {
    func expect(
      _ parts: [String], _ verb: String = "run", _ text: StudyText = .tiny,
      sourceLocation: SourceLocation = #_sourceLocation, after change: (TinyStudy) throws -> Void
    ) throws {
      let study = try TinyStudy(text)
      try change(study)
      let ended = try study.run(verb)
      #expect(ended.status == 3, "\(ended.errors)", sourceLocation: sourceLocation)
      for part in parts {
        #expect(ended.errors.contains(part), "\(ended.errors)", sourceLocation: sourceLocation)
      }
      #expect(ended.errors.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
    }
    try expect(["study.json: cannot be read: there is no such file"]) {
      try FileManager.default.removeItem(atPath: $0.folder.definition)
    }
    try expect(["study.json:", "not valid JSON"]) {
      try $0.temporary.write(String(StudyText.tiny.json.prefix(200)), to: "study.json")
    }
    try expect(["seed: got \"one\""], "search", .tiny.setting("seed", "\"one\"")) { _ in }
    try expect(["hardware: got nothing"], "run", .tiny.setting("minimize", "[\"latency_ms\"]")) {
      _ in
    }
    try expect(["images.npy"]) { try $0.temporary.write("cut", to: "images.npy") }
    try expect(["the search has not ended; run autodistill search"], "distill") { _ in }
    try expect(["journal.jsonl:2: the journal is damaged here"]) {
      try $0.temporary.write("{}\n", to: "journal.jsonl")
      let journal = try Writer.journal(of: $0, lines: 3)
      try $0.temporary.write(journal.replacing("\"proposed\"", with: "\"prop"), to: "journal.jsonl")
    }
  }

  /// Journals made by hand.
  private enum Writer {
    static func journal(of study: TinyStudy, lines: Int) throws -> String {
      let encoder = JSONEncoder()
      let events = [MadeUp.began, MadeUp.proposed(0, macs: 5), MadeUp.stageTimed]
      return try events.prefix(lines)
        .map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }
  }

  @Test("refuses a study that was changed after it began, with status 3, and touches nothing")
  func changed() throws {
    let study = try TinyStudy(copyOf: Finished.study())
    let lines = study.journalLines()
    try study.write(TinyStudy.slow.setting("seed", "77"))
    let ended = try study.run()
    #expect(ended.status == 3)
    #expect(ended.errors.contains("study.json has changed since the journal was begun"))
    #expect(study.journalLines() == lines)
  }

  @Test("refuses a study that another process runs, with status 5")
  func locked() throws {
    let study = try TinyStudy()
    let lock = try StudyLock(study.folder)
    let ended = try study.run()
    #expect(ended.status == 5)
    #expect(ended.errors.contains("another process is running this study"))
    withExtendedLifetime(lock) {}
    #expect(study.journalLines().isEmpty)
  }

  @Test("says what cannot be written in a read-only folder or on a full disk, with status 5")
  func cannotWrite() throws {
    // Nobody, not even root, makes files in /sys.
    for (name, target, reason) in [
      ("data", "/sys", "cannot "), ("journal.jsonl", "/sys/journal.jsonl", "cannot append"),
      ("journal.jsonl", "/dev/full", "No space left"), (".lock", "/sys/lock", "cannot create"),
      ("teacher", "/sys", "cannot "),
    ] {
      let study = try TinyStudy()
      try FileManager.default.createSymbolicLink(
        atPath: study.temporary.file(name), withDestinationPath: target)
      let ended = try study.run()
      #expect(ended.status == 5, "\(name): \(ended.errors)")
      #expect(ended.errors.contains("autodistill: error: \(study.temporary.file(name))"))
      #expect(ended.errors.contains(reason))
    }
  }
}

@Suite("autodistill export", Program.isBuilt)
struct ExportCommandTests {
  @Test("writes a student's weights with all that is needed to use them")
  func exports() throws {
    let study = try Finished.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let temporary = try TemporaryFolder()
    let path = temporary.file("student.safetensors")
    let ended = try Program.run("export", study.folder.path, key, "--output", path)
    #expect(ended.status == 0, "\(ended.errors)")
    let file = try SafetensorsFile.read(path)
    let weights = try SafetensorsFile.read(study.folder.weights(of: key))
    #expect(file.tensors == weights.tensors)
    #expect(file.metadata["architecture"] == key && file.metadata["classes"] == "3")
    for name in ["description", "network", "pixel_mean", "pixel_deviation"] {
      #expect(file.metadata[name]?.isEmpty == false)
    }
  }

  @Test("of an unknown key lists the known ones, with status 3", arguments: ["zzz", "1", "other"])
  func unknownKey(key: String) throws {
    let study = try Finished.study()
    let outcome = try study.outcome()
    let finalists = try #require(outcome.finalists)
    // "other": a student of the space that has not been distilled.
    let other = outcome.trials.first { !finalists.contains($0.number) }?.key
    let asked = key == "other" ? try #require(other) : key
    let ended = try Program.run("export", study.folder.path, asked)
    #expect(ended.status == 3)
    for finalist in finalists {
      #expect(ended.errors.contains(outcome.trials[finalist].key), "\(ended.errors)")
    }
  }
}

@Suite("autodistill's help", Program.isBuilt)
struct HelpTests {
  @Test(
    "is there for every command, with status 0",
    arguments: ["run", "search", "distill", "report", "profile", "export", "bench"])
  func verbs(name: String) throws {
    let ended = try Program.run(name, "--help")
    #expect(ended.status == 0 && ended.errors.isEmpty)
    #expect(ended.output.hasPrefix("USAGE: autodistill \(name)"))
    #expect(try Program.run("--help").output.contains("  \(name) "))
  }

  @Test("lists every exit status; without a command it is shown with status 2")
  func overall() throws {
    let help = try Program.run("--help")
    #expect(help.status == 0)
    for status in [0, 2, 3, 4, 5, 130] { #expect(help.output.contains("\n  \(status) ")) }
    let bare = try Program.run()
    #expect(bare.status == 2 && bare.output == help.output)
    #expect(try Program.run("--version").output.hasPrefix("autodistill "))
  }

  @Test("does not crash where its reader has gone")
  func brokenPipe() throws {
    let path = try #require(Program.path)
    let process = Process()
    let temporary = try TemporaryFolder()
    try temporary.write("", to: "errors")
    process.executableURL = URL(filePath: "/bin/sh")
    // The pipe's reader ends before the command begins to write.
    process.arguments = [
      "-c", "{ sleep 0.2; '\(path)' --help; echo $? > '\(temporary.file("status"))'; } | true",
    ]
    process.standardError = try FileHandle(
      forWritingTo: URL(filePath: temporary.file("errors")))
    try process.run()
    process.waitUntilExit()
    #expect(Processes.wait(seconds: 10) { temporary.has("status") })
    let status = String(decoding: try temporary.read("status"), as: UTF8.self)
    #expect(["0\n", "5\n"].contains(status))
    #expect(!String(decoding: try temporary.read("errors"), as: UTF8.self).contains("Fatal"))
  }
}

@Suite("autodistill report", Program.isBuilt)
struct ReportCommandTests {
  @Test("writes the report of a study at any point of its way, and the same one again")
  func anyPoint() throws {
    let finished = try Finished.study()
    for lines in [0, 1, 2, 5, 12, 20, 22] {
      let study = try TinyStudy(copyOf: finished)
      try study.cutJournal(toLines: lines)
      let ended = try study.run("report")
      #expect(ended.status == 0, "\(lines) lines: \(ended.errors)")
      #expect(study.journalLines().count == lines)
    }
    let study = try TinyStudy(copyOf: finished)
    let front = try study.front()
    try FileManager.default.removeItem(atPath: study.folder.report)
    #expect(try study.run("report").status == 0)
    #expect(try study.front() == front)
  }
}
