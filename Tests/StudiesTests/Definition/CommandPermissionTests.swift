import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the commands of a study")
struct RequestedCommandTests {
  private static let program = """
    {"command": ["python3", "t.py", "{images}", "{logits}", "a b"], "kind": "logits"}
    """

  @Test("are all that it would run, each by its field, as a shell would take them")
  func commands() throws {
    let text = StudyText.tiny.setting("hardware", "\"device.json\"")
    #expect(try text.definition().commands.isEmpty)
    let measured = try text.taught(by: "[{\(StudyText.tinyNetwork)}, \(Self.program)]")
      .setting("measure", "{\"command\": \"ssh pi ./b {model} | tail -1\"}").definition()
    #expect(
      measured.commands.map(\.description) == [
        "teacher[1].command: python3 t.py '{images}' '{logits}' 'a b'",
        "measure.command: sh -c 'ssh pi ./b {model} | tail -1'",
      ])
    let array = try text.setting("measure", "{\"command\": [\"b\", \"--m={model}\", \"\"]}")
      .definition()
    #expect(array.commands.map(\.words) == [["b", "--m={model}", ""]])
    #expect(array.measure?.source == "safetensors: b '--m={model}' ''")
  }

  @Test("are those of workers elsewhere too, whichever kind of executor is chosen")
  func executors() throws {
    let executor = """
      {"kind": "local", "slurm": {"arguments": ["--qos=low"], "setup": ["module load x"]},
       "command": {"command": ["ssh", "{host}", "autodistill", "worker", "{quoted_study}"], "hosts": ["a"]}}
      """
    #expect(
      try StudyText.tiny.setting("executor", executor).definition().commands.map(\.description) == [
        "executor.slurm.arguments: sbatch --qos=low",
        "executor.slurm.setup: sh -c 'module load x'",
        "executor.command.command: ssh '{host}' autodistill worker '{quoted_study}'",
      ])
  }

  @Test("are shown without anything that a terminal obeys, and not endlessly")
  func escaped() {
    let hostile = RequestedCommand(field: "f", words: ["a", "\u{1B}[2J", "it's"])
    #expect(hostile.description == "f: a $'\\x1b[2J' 'it'\\''s'")
    let long = RequestedCommand(field: "f", words: [String(repeating: "x", count: 5000)])
    #expect(long.description.hasSuffix("xxx… and 3000 characters more"))
  }

  @Test(
    "are refused where they cannot be run as they are written",
    arguments: [
      ("[]", "an array of a program and its arguments"),
      ("[\"\", \"{model}\"]", "the name of a program"),
      ("[\"b\", 7, \"{model}\"]", "an argument, a text"),
      ("[\"b\", \"{model}\\u0000\"]", "a text without zero bytes"),
      ("\"b {model} \\u0000\"", "a text without zero bytes"), ("[\"{model}\"]", "{model}"),
    ])
  func wrongCommands(value: String, expected: String) {
    expectError(["study.json: measure.command", expected]) {
      _ = try StudyText.tiny.setting("hardware", "\"device.json\"")
        .setting("measure", "{\"command\": \(value)}").definition()
    }
  }
}

@Suite("the permission to run commands")
struct CommandPermissionTests {
  private let temporary: TemporaryFolder
  private let commands = [RequestedCommand(field: "teacher.command", words: ["a", "b"])]

  init() throws { temporary = try TemporaryFolder() }

  private var environment: [String: String] { ["HOME": temporary.path] }

  private func check(
    _ commands: [RequestedCommand], in folder: String, isGiven: Bool = false,
    _ environment: [String: String]? = nil
  ) throws -> String? {
    try CommandPermission(isGiven: isGiven, environment: environment ?? self.environment)
      .check(commands, of: StudyFolder(folder))
  }

  @Test("holds for exactly these commands of exactly this folder, from then on")
  func remembered() throws {
    #expect(try check([], in: "s") == nil)
    expectError([
      "s: study.json would run commands", "\n  teacher.command: a b\n", "--allow-commands",
    ]) {
      _ = try check(commands, in: "s")
    }
    #expect(try check(commands, in: "s", isGiven: true) == nil)
    #expect(try check(commands, in: "./s/") == nil)
    for other in [
      [RequestedCommand(field: "teacher.command", words: ["a b"])],
      [RequestedCommand(field: "measure.command", words: ["a", "b"])], commands + commands,
      [RequestedCommand(field: "teacher.command", words: ["a", "b", ""])],
    ] {
      #expect(throws: CommandRefusal.self) { try check(other, in: "s") }
    }
    #expect(throws: CommandRefusal.self) { try check(commands, in: "t") }
    let records = temporary.path + "/.local/state/autodistill/allowed-commands"
    #expect(try FileManager.default.contentsOfDirectory(atPath: records).count == 1)
  }

  @Test("is given to all by a variable, which leaves nothing behind")
  func general() throws {
    var all = environment
    all[CommandPermission.variable] = "1"
    #expect(try check(commands, in: "s", all) == nil)
    all[CommandPermission.variable] = "0"
    #expect(throws: CommandRefusal.self) { try check(commands, in: "s", all) }
  }

  @Test("holds for one run where there is nothing to remember it in, and says so")
  func homeless() throws {
    let note = try check(commands, in: "s", isGiven: true, [:])
    #expect(note?.contains("for this run alone: there is no HOME") == true)
    #expect(throws: CommandRefusal.self) { try check(commands, in: "s", [:]) }
    try temporary.write("", to: "file")
    let blocked = ["XDG_STATE_HOME": temporary.file("file")]
    #expect(
      try check(commands, in: "s", isGiven: true, blocked)?.contains("for this run alone") == true)
    // A relative path depends on where one is, and counts as none.
    #expect(
      try check(commands, in: "s", isGiven: true, ["XDG_STATE_HOME": "x"])?.contains("HOME") == true
    )
  }
}

@Suite("autodistill run of a study with commands", Program.isBuilt)
struct CommandPermissionCommandTests {
  @Test("runs none of them before they are allowed, with status 7 and the commands")
  func refusal() throws {
    let study = try TinyStudy(
      StudyText.tiny.taught(
        by: """
          {"command": ["sh", "-c", "echo ran >> ran; exit 3", "{images}", "{logits}"], "kind": "logits"}
          """))
    let home = try TemporaryFolder()
    func run(_ options: String...) throws -> Program.Ended {
      try Program.Running(
        ["run", study.folder.path] + options,
        environment: ["AUTODISTILL_ALLOW_COMMANDS": "", "HOME": home.path, "XDG_STATE_HOME": ""]
      ).end()
    }
    let refused = try run()
    #expect(refused.status == 7)
    #expect(refused.errors.contains("teacher.command: sh -c 'echo ran >> ran; exit 3'"))
    #expect(!study.temporary.has("ran") && !study.temporary.has("journal.jsonl"))
    #expect(!study.temporary.has("data"))
    // The program fails, and not the permission.
    #expect(try run("--allow-commands").status == 5)
    #expect(study.temporary.has("ran"))
    #expect(try run().status == 5)
    try study.write(
      StudyText.tiny.taught(
        by: """
          {"command": ["sh", "-c", "echo more >> ran; exit 3", "{images}", "{logits}"], "kind": "logits"}
          """))
    #expect(try run().status == 7)
    #expect(try study.temporary.read("ran") == Data("ran\nran\n".utf8))
  }
}
