import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a study's folder")
struct StudyFolderTests {
  @Test("knows its files, with or without a slash at its end")
  func paths() {
    for folder in [StudyFolder("Results/a"), StudyFolder("Results/a/")] {
      #expect(folder.path == "Results/a")
      #expect(folder.definition == "Results/a/study.json")
      #expect(folder.journal == "Results/a/journal.jsonl")
      #expect(folder.weights(of: "01") == "Results/a/candidates/01/weights.safetensors")
    }
    #expect(StudyFolder("/").path == "/")
  }

  @Test("leaves absolute names alone")
  func absolute() {
    #expect(StudyFolder("a").appending("/data/x.json") == "/data/x.json")
    #expect(StudyFolder("a").appending("../x.json") == "a/../x.json")
  }

  @Test("has a checkpoint of its own for every full training of a student")
  func checkpoints() {
    let folder = StudyFolder("a")
    var paths: Set<String> = []
    for repetition in 0..<2 {
      for isBaseline in [false, true] {
        paths.insert(folder.checkpoint(of: "01", repetition: repetition, isBaseline: isBaseline))
      }
    }
    #expect(paths.count == 4)
    #expect(paths.allSatisfy { $0.hasPrefix("a/candidates/01/") })
  }
}

@Suite("the lock of a study")
struct StudyLockTests {
  @Test("is held by one at a time and free again afterwards")
  func exclusive() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    var lock: StudyLock? = try StudyLock(folder)
    #expect(!StudyLock.isHeld(StudyFolder("no-such-folder")))
    expectError([temporary.path, "another process is running this study"]) {
      _ = try StudyLock(folder)
    }
    #expect(lock != nil)
    lock = nil
    _ = try StudyLock(folder)
  }

  @Test("says on which host, in which process, since when and by which command it is held")
  func owner() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    // What a killed process has left there says nothing.
    try temporary.write("{\"host\":\"dead\",\"process\":1}\n", to: ".lock")
    #expect(StudyLock.owner(of: folder) == nil && !StudyLock.isHeld(folder))
    let owner = LockOwner(
      host: "node7", process: 4711, since: "2026-01-31T12:00:00Z", command: "autodistill run 'a b'")
    let lock = try StudyLock(folder, owner: owner)
    #expect(StudyLock.owner(of: folder) == owner)
    expectError([
      "another process is running this study: autodistill run 'a b' (process 4711 on node7, since "
        + "2026-01-31T12:00:00Z); wait for it or end it"
    ]) { _ = try StudyLock(folder) }
    withExtendedLifetime(lock) {}
    let mine = LockOwner.current
    #expect(mine.process == getpid() && !mine.host.isEmpty && mine.since.hasSuffix("Z"))
  }

  @Test("leaves nothing in its file when it is let go of, and what stands there is no lock")
  func released() throws {
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.path)
    var lock: StudyLock? = try StudyLock(folder)
    #expect(try !temporary.read(".lock").isEmpty && lock != nil)
    // Who is refused changes nothing.
    let before = try temporary.read(".lock")
    expectError(["another process"]) { _ = try StudyLock(folder) }
    #expect(try temporary.read(".lock") == before)
    lock = nil
    #expect(try temporary.read(".lock").isEmpty)
    try temporary.write("garbage", to: ".lock")
    _ = try StudyLock(folder)
  }

  @Test("names the folder that it cannot be made in")
  func noFolder() {
    expectError(["no-such-folder/.lock: cannot create"]) {
      _ = try StudyLock(StudyFolder("no-such-folder"))
    }
  }
}
