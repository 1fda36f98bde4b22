import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("atomic files")
struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a write replaces the old contents and leaves nothing else behind")
  func replaces() throws {
    try AtomicFile.write("old, and longer", to: folder.file("a.txt"))
    try AtomicFile.write("new", to: folder.file("a.txt"))
    #expect(try bytes(ofFile: folder.file("a.txt")) == Array("new".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
  }

  @Test("a file that is open or mapped keeps the old contents")
  func mappedFileKeepsOld() throws {
    try AtomicFile.write("old", to: folder.file("a.txt"))
    let mapped = try MappedFile(folder.file("a.txt"))
    try AtomicFile.write("new contents", to: folder.file("a.txt"))
    #expect(mapped.withUnsafeBytes { Array($0) } == Array("old".utf8))
  }

  @Test("a folder that cannot be written names the file and the reason")
  func readOnlyFolder() throws {
    let path = try unwritableFolder(folder) + "/a.txt"
    expectSystemError(path, [EACCES, EROFS, EPERM]) { try AtomicFile.write("x", to: path) }
  }

  @Test("a folder that is not there names the file and the reason")
  func missingFolder() {
    let path = folder.file("none/a.txt")
    expectSystemError(path, [ENOENT]) { try AtomicFile.write("x", to: path) }
  }

  @Test("a failed rename leaves no partial file behind")
  func failedRename() throws {
    try Folder.create(folder.file("a.txt/inside"))
    let path = folder.file("a.txt")
    expectSystemError(path, [EISDIR, ENOTEMPTY, EEXIST]) { try AtomicFile.write("x", to: path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
  }
}

@Suite("folders")
struct FolderTests {
  @Test("folders are made with those above them, and once is enough")
  func create() throws {
    let temporary = try TemporaryFolder()
    for _ in 0..<2 { try Folder.create(temporary.file("a/b/c")) }
    var isFolder: ObjCBool = false
    #expect(
      FileManager.default.fileExists(atPath: temporary.file("a/b/c"), isDirectory: &isFolder))
    #expect(isFolder.boolValue)
  }

  @Test("a file in the way and a read-only folder are errors with the path")
  func errors() throws {
    let temporary = try TemporaryFolder()
    let file = try temporary.write([1], to: "file")
    expectSystemError(file, [ENOTDIR]) { try Folder.create(file) }
    // A folder that is there, and of which the system says that it is not.
    expectSystemError("/proc/none", [ENOENT, EACCES, EPERM]) { try Folder.create("/proc/none") }
    expectSystemError(file + "/a", [ENOTDIR]) { try Folder.create(file + "/a") }
    let inside = try unwritableFolder(temporary) + "/a"
    expectSystemError(inside, [EACCES, EROFS, EPERM]) { try Folder.create(inside) }
  }
}
