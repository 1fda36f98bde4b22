import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill that is asked to stop", Program.isBuilt)
struct SignalCommandTests {
  /// The signals that ask to stop, and the exit statuses.
  static let signals = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)]

  /// Sends signals to a command, and expects it to end soon.
  private func stop(
    _ running: Program.Running, by signals: Int32...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program.Ended {
    for signal in signals { kill(running.process.processIdentifier, signal) }
    return try running.end(seconds: 5, sourceLocation: sourceLocation)
  }

  @Test(
    "ends with a status that says how it was asked, and continues to the same end",
    arguments: signals)
  func run(signal: Int32, status: Int32) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"proposed\"") })
    let ended = try stop(running, by: signal)
    #expect(ended.status == status)
    #expect(ended.errors.contains("To continue: autodistill run \(study.folder.path)"))
    #expect(try study.outcome().searchEnded == nil)
    #expect(Processes.wait(seconds: 5) { study.workers.isEmpty })
    try FinishedStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test("keeps checkpoints of the full trainings that it stops, and continues from them")
  func fullTrainings() throws {
    let study = try TinyStudy(TinyStudy.slow)
    var hasCheckpoint = false
    // A training that a busy machine has not begun yet has nothing to keep: it is given longer the next time.
    for delay in [100_000, 300_000, 1_000_000] as [useconds_t] where !hasCheckpoint {
      let running = try study.start("run", "--workers", "2")
      #expect(
        Processes.wait(seconds: 30) {
          study.hasLines(1, with: "\"selected\"") && !study.workers.isEmpty
        })
      usleep(delay)
      let ended = try stop(running, by: SIGTERM)
      #expect(Processes.wait(seconds: 5) { study.workers.isEmpty })
      guard try study.outcome().distilled.count < 4 else { break }
      #expect(ended.status == 143)
      let files = try FileManager.default.subpathsOfDirectory(atPath: study.folder.path)
      hasCheckpoint = files.contains { $0.hasSuffix(".checkpoint.safetensors") }
    }
    #expect(try study.outcome().distilled.count == 4 || hasCheckpoint)
    try FinishedStudy.expectSame(study, try study.run("run", "--workers", "2"))
  }

  @Test("ends a worker that is asked itself, whose training another one continues")
  func worker() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"selected\"") })
    let first = study.workers
    usleep(50_000)
    for worker in first { kill(worker, SIGTERM) }
    #expect(Processes.wait(seconds: 5) { Set(study.workers).isDisjoint(with: first) })
    try FinishedStudy.expectSame(study, try running.end())
  }

  @Test("ends the program that it runs, with the program's children")
  func program() throws {
    let marker = "42.0\(UInt32.random(in: 0..<1_000_000))"
    let folder = try TemporaryFolder()
    try folder.write(tinySpace, to: "space.json")
    let running = try Program.Running([
      "profile", "measure", "--command", ": {model}; sleep \(marker) & sleep \(marker)", "--space",
      folder.file("space.json"), "--count", "3", "--output", folder.file("table.csv"), "--image",
      "8x8x1", "--classes", "3",
    ])
    // The command itself, the shell and both of its children.
    #expect(Processes.wait(seconds: 20) { Processes.running(marker).count == 4 })
    // Wrappers send it twice.
    #expect(try stop(running, by: SIGTERM, SIGTERM).status == 143)
    #expect(Processes.running(marker).isEmpty)
  }

  /// Starts a command with an output that is a full pipe, which nobody reads.
  private func startUnread(
    _ arguments: [String], output: Bool
  ) throws -> (process: Process, close: () -> Void) {
    var ends: [Int32] = [0, 0]
    #expect(Foundation.pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let blanks = [UInt8](repeating: 32, count: 4096)
    while write(ends[1], blanks, blanks.count) > 0 {}
    _ = fcntl(ends[1], F_SETFL, 0)
    let full = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
    let process = Process()
    process.executableURL = URL(filePath: try #require(Program.path))
    process.arguments = arguments
    process.standardOutput = output ? full : FileHandle.nullDevice
    process.standardError = output ? FileHandle.nullDevice : full
    Processes.letSignalsThrough()
    try process.run()
    return (process, { [ends] in for end in ends { _ = Foundation.close(end) } })
  }

  /// Expects a process to end by itself with a status.
  private func expectEnd(
    of process: Process, within seconds: Double, status: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      Processes.wait(seconds: seconds) { !process.isRunning }, sourceLocation: sourceLocation)
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(
      process.terminationReason == .exit && process.terminationStatus == status,
      sourceLocation: sourceLocation)
  }

  @Test(
    "ends at once where nobody reads its output and there is nothing to save", arguments: signals)
  func unreadOutput(signal: Int32, status: Int32) throws {
    let (process, close) = try startUnread(["--help"], output: true)
    defer { close() }
    usleep(300_000)
    #expect(process.isRunning)
    kill(process.processIdentifier, signal)
    expectEnd(of: process, within: 1, status: status)
  }

  @Test(
    "ends a run that nobody hears within five seconds, or at a second signal at once",
    arguments: [false, true])
  func unreadErrors(isTwice: Bool) throws {
    let study = try TinyStudy()
    let (process, close) = try startUnread(["run", study.folder.path], output: false)
    defer { close() }
    #expect(Processes.wait(seconds: 20) { study.hasLines(1) })
    kill(process.processIdentifier, SIGTERM)
    if isTwice {
      usleep(700_000)
      #expect(process.isRunning)
      kill(process.processIdentifier, SIGTERM)
    }
    expectEnd(of: process, within: isTwice ? 1 : 5, status: 143)
    #expect(try study.run().status == 0)
  }

  @Test("does not mind being stopped for a while, with its workers")
  func suspended() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    for (lines, text) in [(1, "\"proposed\""), (1, "\"selected\"")] {
      #expect(Processes.wait(seconds: 30) { study.hasLines(lines, with: text) })
      let processes = [running.process.processIdentifier] + study.workers
      for process in processes { kill(process, SIGSTOP) }
      usleep(400_000)
      for process in processes.reversed() { kill(process, SIGCONT) }
    }
    try FinishedStudy.expectSame(study, try running.end())
  }

  @Test("does not hear under nohup that the terminal has gone")
  func nohup() throws {
    let study = try TinyStudy()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["nohup", try #require(Program.path), "run", study.folder.path]
    (process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice
    )
    process.standardInput = FileHandle.nullDevice
    Processes.letSignalsThrough()
    try process.run()
    #expect(Processes.wait(seconds: 20) { study.hasLines(1) })
    kill(process.processIdentifier, SIGHUP)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
  }
}
