import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("commands that read a study", Program.isBuilt)
struct ReadingCommandTests {
  @Test("need neither the raw data nor a file system that can be written to", Mounts.arePossible)
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
      let ended = try Mounts.run(arguments, readOnly: path)
      #expect(ended.status == 0, "\(arguments): \(ended.output)")
    }
    #expect(
      try elsewhere.read("report/front.csv") == study.temporary.read("report/front.csv"))
    // What has to write says where it cannot.
    for arguments in [["report", path], ["run", path]] {
      let ended = try Mounts.run(arguments, readOnly: path)
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
