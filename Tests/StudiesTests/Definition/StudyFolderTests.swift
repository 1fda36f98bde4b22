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
    #expect(throws: StudyError.locked(folder: temporary.path)) { try StudyLock(folder) }
    #expect(lock != nil)
    lock = nil
    _ = try StudyLock(folder)
  }

  @Test("names the folder that it cannot be made in")
  func noFolder() {
    expectError(["no-such-folder/.lock: cannot create"]) {
      _ = try StudyLock(StudyFolder("no-such-folder"))
    }
  }
}
