import Foundation
import Processes
import Testing

@Suite("a shell command")
struct ShellCommandTests {
  private func run(
    _ text: String, limit: Double = 30, isCancelled: () -> Bool = { false }
  ) throws -> ShellCommand.Ended {
    try ShellCommand.run(text, timeLimitSeconds: limit, isCancelled: isCancelled)
  }

  @Test("tells its two outputs apart, and has an empty input")
  func outputs() throws {
    let ended = try run("echo 3.5 ms; echo first >&2; echo second >&2; echo >&2")
    #expect(ended.end == .status(0) && ended.output == "3.5 ms\n")
    #expect(ended.lastErrorLine == "second")
    #expect(try run("cat; echo 4").output == "4\n")
  }

  @Test("tells how it ended: a status or a signal")
  func ends() throws {
    #expect(try run("exit 7").end == .status(7))
    #expect(try run("/no/such/program").end == .status(127))
    #expect(try run("kill -9 $$").end == .signal(9))
    #expect(try run("kill -SEGV $$").end == .signal(11))
  }

  @Test("is not spared a broken pipe, whatever its parent ignores")
  func brokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    // 128 and the signal's number, which a program that ignored it would not end with.
    #expect(try run("(yes; echo $? >&2) | true", limit: 10).lastErrorLine == "141")
  }

  @Test("that hangs is ended with all that it has started")
  func timeLimit() throws {
    let marker = "31.0\(UInt32.random(in: 0..<1_000_000))"
    #expect(try run("sleep \(marker) | cat", limit: 0.5).end == .timeLimit)
    #expect(try run("yes", limit: 0.5).end == .timeLimit)
    let stubborn = "trap '' TERM INT; sleep \(marker); sleep \(marker)"
    #expect(try run(stubborn, limit: 0.5).end == .timeLimit)
    var isGone = false
    for _ in 0..<200 where !isGone {
      isGone = !Self.isRunning(marker)
      if !isGone { usleep(10_000) }
    }
    #expect(isGone)
  }

  @Test("ends with the shell, whatever it leaves behind")
  func background() throws {
    let began = Date()
    #expect(try run("sleep 30 & echo 3.5").output == "3.5\n")
    #expect(Date().timeIntervalSince(began) < 20)
  }

  @Test("is stopped where the user wants to stop")
  func cancelled() throws {
    var asked = 0
    let ended = try run("sleep 30") {
      asked += 1
      return asked > 3
    }
    #expect(ended.end == .cancelled)
  }

  @Test("keeps the end of a long output")
  func longOutput() throws {
    let ended = try run(
      "i=0; while [ $i -lt 30000 ]; do echo line $i of a long output, that no pipe holds; "
        + "i=$((i+1)); done; echo 2.5 ms")
    #expect(ended.output.hasSuffix("line 29999 of a long output, that no pipe holds\n2.5 ms\n"))
    #expect(ended.output.utf8.count <= 1 << 20)
  }

  private static func isRunning(_ text: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.contains { process in
      let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline"))
      return String(decoding: line ?? Data(), as: UTF8.self).contains(text)
    }
  }
}
