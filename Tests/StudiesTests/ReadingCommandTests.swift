import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("commands that read a study", Program.isBuilt)
struct ReadingCommandTests {
  @Test("need neither the raw data nor a file system that can be written to", ReadOnly.isPossible)
  func readOnly() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    for name in ["images.npy", "labels.npy"] {
      try FileManager.default.removeItem(atPath: study.temporary.file(name))
    }
    let path = study.folder.path
    let elsewhere = try TemporaryFolder()
    for arguments in [
      ["status", path], ["status", path, "--json"], ["verify", path], ["watch", path],
      ["report", path, "--terminal"], ["report", path, "--output", elsewhere.file("report")],
      ["compare", path, path],
      ["export", path, "best", "--output", elsewhere.file("student.safetensors")],
      [
        "export", path, "best", "--format", "tflite", "--output", elsewhere.file("student.tflite"),
        "--verify",
      ],
    ] {
      let ended = try ReadOnly.run(arguments, folder: path)
      #expect(ended.status == 0, "\(arguments): \(ended.output)")
    }
    #expect(
      try elsewhere.read("report/front.csv") == study.temporary.read("report/front.csv"))
    // What has to write says where it cannot.
    for arguments in [["report", path], ["run", path]] {
      let ended = try ReadOnly.run(arguments, folder: path)
      #expect(ended.status == 5 || ended.status == 3, "\(arguments): \(ended.output)")
      #expect(ended.output.contains("autodistill: error: \(path)"), "\(ended.output)")
    }
  }

  @Test("read it while it runs, and disturb nobody")
  func whileRunning() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    let elsewhere = try TemporaryFolder()
    var rounds = 0
    while running.process.isRunning && rounds < 200 {
      for arguments in [
        ["status"], ["verify"], ["report", "--output", elsewhere.file("report")],
      ] {
        let ended = try Program.Running(
          [arguments[0], study.folder.path] + arguments.dropFirst()
        ).end()
        #expect(ended.status == 0, "\(arguments): \(ended.output)\(ended.errors)")
      }
      rounds += 1
    }
    #expect(rounds > 0)
    try FinishedStudy.expectSame(study, running.end())
  }
}

/// Commands that see a folder without being able to write to it.
private enum ReadOnly {
  static let isPossible: ConditionTrait = .enabled(
    if: (try? shell("mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp"))?.status == 0,
    "this needs a mount that is read-only, which takes root or user namespaces")

  static func run(_ arguments: [String], folder: String) throws -> (status: Int32, output: String) {
    let program = try #require(Program.path)
    return try shell(
      "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && shift && exec \"$@\"",
      [folder, program] + arguments)
  }

  private static func shell(
    _ script: String, _ arguments: [String] = []
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["unshare", "--mount", "--map-root-user", "/bin/sh", "-c", script, "sh"] + arguments
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
