import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("executor in study.json")
struct ExecutorSettingsTests {
  private func settings(_ text: String) throws -> ExecutorSettings {
    try StudyText.tiny.setting("executor", text).definition().executor
  }

  @Test("is read field by field")
  func fields() throws {
    #expect(try StudyText.tiny.definition().executor == ExecutorSettings())
    let slurm = try settings(
      """
      {"slurm": {"workers": 8, "partition": "main", "account": "us", "time": "1-04:00:00",
       "memory_mib": 2000, "cpus": 2, "array_limit": 4, "arguments": ["--nice"],
       "setup": ["module load x"], "requeue": false, "signal_seconds": 30, "poll_seconds": 5,
       "most_poll_seconds": 50, "grace_seconds": 1.5, "orphan_seconds": 100}}
      """)
    var expected = SlurmSettings()
    (expected.workers, expected.partition, expected.account) = (8, "main", "us")
    (expected.time, expected.memoryMebibytes, expected.cpus) = ("1-04:00:00", 2000, 2)
    (expected.arrayLimit, expected.arguments) = (4, ["--nice"])
    (expected.setup, expected.requeue) = (["module load x"], false)
    (expected.signalSeconds, expected.pollSeconds) = (30, 5...50)
    (expected.graceSeconds, expected.orphanSeconds) = (1.5, 100)
    #expect(slurm.kind == .slurm && slurm.slurm == expected && slurm.workers == 8)
    let command = try settings(
      """
      {"command": {"workers": 3, "command": ["ssh", "{host}", "x", "{quoted_study}", "{worker}"],
       "hosts": ["a", "b"]}}
      """)
    #expect(command.kind == .command && command.workers == 3)
    #expect(command.command?.hosts == ["a", "b"] && command.command?.command.count == 5)
    let both = try settings(
      "{\"kind\": \"local\", \"slurm\": {}, \"command\": {\"command\": [\"x\", \"{study}\"]}}")
    #expect(both.kind == .local && both.slurm != nil && both.command != nil)
  }

  @Test("is no part of what the study is")
  func identity() throws {
    let plain = try StudyText.tiny.definition()
    let other = try StudyText.tiny.setting("executor", "{\"slurm\": {}}").definition()
    #expect(plain.identity == other.identity)
    #expect(try plain.difference(from: other, in: "folder").changes.isEmpty)
  }

  @Test(
    "is refused where it makes no sense",
    arguments: [
      ("{}", "executor"), ("\"slurm\"", "executor"), ("{\"kind\": \"slurm\"}", "executor.kind"),
      ("{\"kind\": \"cloud\"}", "executor.kind"),
      ("{\"slurm\": {}, \"command\": {\"command\": [\"x\", \"{study}\"]}}", "executor"),
      ("{\"slurm\": {\"workers\": 0}}", "executor.slurm.workers"),
      ("{\"slurm\": {\"time\": \"4h\"}}", "executor.slurm.time"),
      ("{\"slurm\": {\"time\": \"1:2:3:4\"}}", "executor.slurm.time"),
      ("{\"slurm\": {\"partition\": \"--wrap=x\"}}", "executor.slurm.partition"),
      ("{\"slurm\": {\"account\": \"a b\"}}", "executor.slurm.account"),
      ("{\"slurm\": {\"arguments\": [\"a\\nb\"]}}", "executor.slurm.arguments[0]"),
      ("{\"slurm\": {\"poll_seconds\": 100, \"most_poll_seconds\": 10}}", "executor.slurm"),
      ("{\"slurm\": {\"worker\": 1}}", "executor.slurm.worker"),
      ("{\"command\": {}}", "executor.command"),
      ("{\"command\": {\"command\": \"ssh x\"}}", "executor.command.command"),
      ("{\"command\": {\"command\": []}}", "executor.command.command"),
      ("{\"command\": {\"command\": [\"x\"]}}", "executor.command.command"),
      (
        "{\"command\": {\"command\": [\"x\", \"{study}\", \"{hosts}\"]}}",
        "executor.command.command[2]"
      ),
      (
        "{\"command\": {\"command\": [\"x\", \"{study}\", \"{host}\"]}}", "executor.command.command"
      ),
      (
        "{\"command\": {\"command\": [\"x\", \"{study}\"], \"hosts\": [\"a\"]}}",
        "executor.command.command"
      ),
      (
        "{\"command\": {\"command\": [\"x\", \"{study}\", \"{host}\"], \"hosts\": [\"-o\"]}}",
        "executor.command.hosts"
      ),
    ])
  func refused(_ text: String, _ field: String) {
    expectError(["study.json: \(field)"]) { _ = try settings(text) }
  }

  @Test("is chosen by the command line where the study has the settings")
  func chosen() throws {
    let folder = StudyFolder("a-study")
    #expect(try ExecutorSettings().choosing(.slurm, in: folder).slurm == SlurmSettings())
    #expect(try settings("{\"slurm\": {}}").choosing(.local, in: folder).kind == .local)
    expectError(["a-study/study.json", "executor.command"]) {
      _ = try ExecutorSettings().choosing(.command, in: folder)
    }
  }
}
