import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("paths of folders")
struct FolderPathTests {
  @Test(
    "the folder of a path is what stands before its last name",
    arguments: [
      ("a", "."), (".", "."), ("é", "."), ("", "."), ("ab", "."), ("a/", "."), ("a/b", "a"),
      ("a/b/", "a"), ("a//b", "a"), ("./a", "."), ("a/b/c", "a/b"), ("/", "/"), ("/a", "/"),
      ("//", "/"), ("/a/b", "/a"), ("../a", ".."), ("..", "."),
    ])
  func parent(path: String, folder: String) {
    #expect(Folder.parent(of: path) == folder)
  }

  @Test("a file is not written over a folder, and the message says so")
  func folderInTheWay() throws {
    let temporary = try TemporaryFolder()
    try Folder.create(temporary.file("x/y"))
    for path in [temporary.file("x"), temporary.file("x/."), "."] {
      #expect {
        try AtomicFile.write("text", to: path)
      } throws: {
        "\($0)" == "\(path): cannot write: Is a directory"
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["x"])
  }
}
