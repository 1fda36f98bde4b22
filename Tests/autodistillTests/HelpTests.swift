import Foundation
import TestSupport
import Testing

@testable import autodistill

@Suite("autodistill's help", Program.isBuilt)
struct HelpTests {
  @Test(
    "is there for every command, with status 0",
    arguments: [
      "run", "search", "distill", "status", "watch", "report", "verify", "compare", "check",
      "enqueue", "profile", "export", "rollback", "monitor", "bench", "teacher", "leakage",
      "stability",
    ])
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
    for status in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 129, 130, 143] {
      #expect(help.output.contains("\n  \(status) "))
    }
    let bare = try Program.run()
    #expect(bare.status == 2 && bare.output == help.output)
    #expect(try Program.run("--version").output.hasPrefix("autodistill "))
  }

  @Test("names every command in full, apart from what it does")
  func list() throws {
    let lines = try Program.run("help").output.split(separator: "\n")
    for verb in AutoDistillCommand.verbs {
      #expect(
        lines.contains { $0.hasPrefix("  \(verb.name)  ") && $0.hasSuffix(" \(verb.summary)") },
        "\(verb.name)")
    }
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
