import Foundation
import TestSupport
import Testing

/// Scripts of `.ci` that run the command, in the short form; `make check-all` runs them at length.
@Suite("autodistill run, whatever happens", Program.isBuilt)
struct ChaosCommandTests {
  @Test("comes to the same end under random faults of processes, disk and system calls")
  func faults() throws {
    try expectPassed("check-chaos", "--faults", "6", "--per-round", "6", "--variants", "plain")
  }

  @Test("comes to the same end from states that crashes leave")
  func crashes() throws {
    try expectPassed("check-crashes", "--states", "3", "--variants", "plain")
  }

  private func expectPassed(
    _ script: String, _ options: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let temporary = try TemporaryFolder()
    try temporary.write("", to: "output")
    let output = try FileHandle(forWritingTo: URL(filePath: temporary.file("output")))
    let process = Process()
    process.executableURL = repository.appending(path: ".ci/\(script)").standardizedFileURL
    process.arguments = [try #require(Program.path)] + options + ["--size", "short"]
    process.environment = ProcessInfo.processInfo.environment
      .merging(["TMPDIR": temporary.path]) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    (process.standardOutput, process.standardError) = (output, output)
    Processes.letSignalsThrough()
    try process.run()
    let hasEnded = Processes.wait(seconds: 500) { !process.isRunning }
    if !hasEnded { process.terminate() }
    process.waitUntilExit()
    #expect(hasEnded, sourceLocation: sourceLocation)
    let text = String(decoding: try temporary.read("output"), as: UTF8.self)
    // 77: something that the script needs cannot be had here, which it says.
    #expect([0, 77].contains(process.terminationStatus), "\(text)", sourceLocation: sourceLocation)
    #expect(text.contains(process.terminationStatus == 0 ? "PASS: " : "skipped: "))
  }
}
