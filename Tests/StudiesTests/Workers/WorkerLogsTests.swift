import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the logs of lost workers")
struct WorkerLogsTests {
  @Test("are bounded in size, and keep the last")
  func size() throws {
    let temporary = try TemporaryFolder()
    let logs = WorkerLogs(folder: temporary.file("logs"))
    for attempt in 1...3 {
      let text = String(repeating: "line \(attempt)\n", count: 8000)
      _ = logs.add(text, to: "trial-1-flash-0", heading: "attempt \(attempt)")
    }
    let kept = try Data(contentsOf: URL(filePath: temporary.file("logs/trial-1-flash-0.log")))
    #expect(kept.count == WorkerLogs.mostFileBytes)
    #expect(String(decoding: kept, as: UTF8.self).hasSuffix("line 3\n"))
  }

  @Test("are bounded in number, and the newest stay")
  func number() throws {
    let temporary = try TemporaryFolder()
    let logs = WorkerLogs(folder: temporary.file("logs"))
    for trial in 0..<WorkerLogs.mostFiles {
      let path = try #require(logs.add("words", to: "trial-\(trial)", heading: "h"))
      // As if one had come after the other.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Double(trial))], ofItemAtPath: path)
    }
    _ = logs.add("words", to: "trial-last", heading: "h")
    #expect(!temporary.has("logs/trial-0.log") && temporary.has("logs/trial-1.log"))
    #expect(temporary.has("logs/trial-last.log"))
  }

  @Test("are not there where nothing was said, nothing is kept or nothing can be written")
  func nothing() throws {
    let temporary = try TemporaryFolder()
    #expect(
      WorkerLogs(folder: temporary.file("logs")).add(" \n", to: "a", heading: "h") == nil)
    #expect(!temporary.has("logs"))
    #expect(WorkerLogs(folder: nil).add("words", to: "a", heading: "h") == nil)
    try temporary.write("", to: "file")
    #expect(WorkerLogs(folder: temporary.file("file")).add("words", to: "a", heading: "h") == nil)
  }

  @Test("are quoted by the line that says most, without control characters")
  func tellingLine() {
    #expect(WorkerLogs.tellingLine(of: "") == nil && WorkerLogs.tellingLine(of: " \n\n") == nil)
    #expect(WorkerLogs.tellingLine(of: "one\ntwo\n\n") == "two")
    #expect(
      WorkerLogs.tellingLine(of: "a.swift:3: Fatal error: no\n0 libc.so\n")
        == "a.swift:3: Fatal error: no")
    #expect(WorkerLogs.tellingLine(of: "\u{1B}[31mred\u{7}") == "[31mred")
    #expect(WorkerLogs.tellingLine(of: String(repeating: "x", count: 5000))?.count == 300)
  }
}
