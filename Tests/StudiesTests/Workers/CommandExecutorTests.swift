import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("tasks behind a command")
struct CommandExecutorTests {
  private let temporary: TemporaryFolder
  private let notes = Recorded<String>()

  init() throws { temporary = try TemporaryFolder() }

  private func executor(
    _ ssh: FakeSSH, onTask: String = "answer", hosts: [String] = ["a", "b"]
  ) throws -> LocalProcesses {
    let worker = try FakeWorker(in: temporary, onTask: onTask)
    let notes = notes
    return try LocalProcesses(
      workerCount: 2, commands: ssh.commands(for: worker, hosts: hosts),
      settings: ExecutorDriver.hasty, note: { notes.add($0) })
  }

  private func run(_ executor: LocalProcesses, _ trials: Range<Int>) throws -> [Int: Int?] {
    var results: [Int: Int?] = [:]
    var waiting = trials[...]
    let end = Date(timeIntervalSinceNow: 60)
    while true {
      while executor.idleCount > 0, let trial = waiting.popFirst() {
        _ = executor.submit(ExecutorDriver.task(trial))
      }
      if executor.isIdle { return results }
      let ended = try executor.wait { if Date() > end { throw ExecutorDriver.TooSlow() } }
      results[ended.number] = .some(ended.outcome.result?.validation?.correct)
    }
  }

  @Test("uses hosts in turn, and gets the study's path through a shell")
  func turns() throws {
    let ssh = try FakeSSH(in: temporary)
    let executor = try executor(ssh, onTask: "echo \"$1\" > \"$folder/path\"; answer")
    #expect(try run(executor, 0..<4) == ExecutorDriver.expected(0..<4))
    #expect(Set(ssh.hosts) == ["a", "b"])
    let path = try String(contentsOfFile: temporary.file("path"), encoding: .utf8)
    #expect(path == temporary.path + "/a study\n")
    let counts = try #require(executor.workerCounts)
    #expect(counts.executor == "command" && counts.ready == 2 && counts.excludedHosts.isEmpty)
  }

  @Test("does not use a host any more where workers do not start, and names it")
  func excluded() throws {
    let ssh = try FakeSSH(
      in: temporary, before: "[ $host = b ] && { echo 'no route to host' >&2; exit 255; }")
    let executor = try executor(ssh)
    #expect(try run(executor, 0..<6) == ExecutorDriver.expected(0..<6))
    for trial in 6..<40 where executor.workerCounts?.excludedHosts.isEmpty == true {
      _ = try run(executor, trial..<trial + 1)
      usleep(20_000)
    }
    #expect(ssh.hosts.filter { $0 == "b" }.count <= 3)
  }

  @Test("gives up where no host is left, and says what the last one said")
  func allExcluded() throws {
    let ssh = try FakeSSH(in: temporary, before: "echo 'no route to host' >&2; exit 255")
    let executor = try executor(ssh)
    expectError(["no other host is left", "no route to host"]) { _ = try run(executor, 0..<2) }
    #expect(notes.all.contains { $0.contains("host ") && $0.contains("no further workers") })
  }

  @Test("does what was in flight again elsewhere when a connection is lost, however often")
  func lostConnections() throws {
    let ssh = try FakeSSH(in: temporary)
    // Each trial loses its connection three times.
    let executor = try executor(
      ssh,
      onTask: """
        for n in 1 2 3; do mkdir "$folder/lost-$trial-$n" 2>/dev/null && exit 255; done; answer
        """)
    #expect(try run(executor, 0..<5) == ExecutorDriver.expected(0..<5))
  }
}
