import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill where the system gives little", Program.isBuilt)
struct ResourceCommandTests {
  /// Runs a shell's command with the program as `$0` and a study's folder as `$1`.
  private func shell(_ command: String, seconds: Double = 60) throws -> Program.Ended {
    let study = try TinyStudy(.tiny.setting("search", "{\"trials\": 2}"))
    let running = try Program.Running(
      ["-c", command, try #require(Program.path), study.folder.path], of: "/bin/sh")
    return try running.end(seconds: seconds)
  }

  @Test(
    "ends with a message where there is too little memory, and does not wait for more",
    arguments: [250_000, 400_000, 500_000])
  func memory(kibibytes: Int) throws {
    let ended = try shell("ulimit -v \(kibibytes); exec \"$0\" run \"$1\" --workers 1")
    // What is enough depends on the machine's libraries.
    if ended.status != 0 {
      #expect(!ended.errors.isEmpty, "status \(ended.status.map(String.init) ?? "none")")
    }
  }

  @Test("says that the linear algebra has no memory")
  func linearAlgebra() throws {
    let ended = try shell("ulimit -d 120000; exec \"$0\" run \"$1\" --workers 1")
    #expect(ended.status == 5)
    #expect(ended.errors.contains("(OpenBLAS) needs 160 MiB of memory"), "\(ended.errors)")
  }

  @Test("says that threads cannot be started")
  func threads() throws {
    // Each has room for its stack, 8 MiB.
    let ended = try shell("ulimit -v 4000000; exec \"$0\" run \"$1\" --workers 1 --threads 1000")
    #expect(ended.status == 5)
    #expect(ended.errors.contains("cannot start a thread"), "\(ended.errors)")
  }

  @Test("uses only the cores that it is bound to")
  func cores() throws {
    let ended = try shell("exec taskset -c 0 \"$0\" run \"$1\" --progress json")
    #expect(ended.status == 0)
    let began = ended.output.split(separator: "\n").first ?? ""
    #expect(began.contains("\"workers\": 1,") || began.contains("\"workers\":1,"), "\(began)")
    #expect(began.contains("\"threads\": 1,") || began.contains("\"threads\":1,"), "\(began)")
  }

  @Test("leaves the environment of the programs that it starts as it was")
  func environment() throws {
    let study = try TinyStudy(.tiny.setting("search", "{\"trials\": 2}"))
    let (path, seen) = (study.folder.path, study.temporary.file("seen"))
    for (before, expected) in [
      ("unset OPENBLAS_NUM_THREADS", "none"), ("export OPENBLAS_NUM_THREADS=7", "7"),
    ] {
      let running = try Program.Running(
        [
          "-c",
          "\(before); exec \"$0\" profile measure --command 'echo ${OPENBLAS_NUM_THREADS-none} > \(seen); "
            + "echo 1 ms; : {model}' --space \"$1/space.json\" --count 1 --output \"$1/measured-\(expected).csv\"",
          try #require(Program.path), path,
        ], of: "/bin/sh")
      _ = try running.end()
      #expect(String(decoding: try study.temporary.read("seen"), as: UTF8.self) == expected + "\n")
    }
  }
}
