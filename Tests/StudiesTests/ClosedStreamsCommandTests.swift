import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill where nobody hears it", Program.isBuilt)
struct ClosedStreamsCommandTests {
  /// Runs a shell's command with the program as `$0` and a folder as `$1`; returns the exit status.
  private func shell(_ command: String, _ folder: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command, try #require(Program.path), folder]
    Processes.letSignalsThrough()
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test(
    "runs a study to its end, and writes into no file what was to be printed",
    arguments: [
      ("<&- >&- 2>&-", 0), (">/dev/full 2>&-", 0),
      // Events are what was asked for.
      (">/dev/full --progress json 2>/dev/full", 5),
    ])
  func runs(streams: String, status: Int32) throws {
    let study = try TinyStudy(.tiny.setting("search", "{\"trials\": 2}"))
    #expect(try shell("exec \"$0\" run \"$1\" --workers 1 \(streams)", study.folder.path) == status)
    let state = try Journal.state(of: study.folder)
    #expect(state.searchEnded != nil && state.finalists?.count == 2)
    #expect(try study.temporary.read(".lock").isEmpty)
  }

  @Test("fails where its output is what was asked for")
  func fails() throws {
    let study = try TinyStudy()
    #expect(try shell("exec \"$0\" status \"$1\" >/dev/full 2>&-", study.folder.path) == 5)
    #expect(try shell("exec \"$0\" status \"$1\" >&- 2>&-", study.folder.path) == 5)
  }
}
