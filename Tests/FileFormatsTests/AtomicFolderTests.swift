import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("folders written at once")
struct AtomicFolderTests {
  private let temporary: TemporaryFolder
  private let path: String

  init() throws {
    temporary = try TemporaryFolder()
    path = temporary.file("model.kind")
  }

  private func write(_ text: String) throws {
    try AtomicFolder.write(to: path, replacing: "mark") { folder in
      try Folder.create(folder + "/inner")
      try AtomicFile.write(text, to: folder + "/inner/text")
      try AtomicFile.write("", to: folder + "/mark")
    }
  }

  private func text() throws -> String {
    try String(contentsOfFile: path + "/inner/text", encoding: .utf8)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted()
  }

  @Test("are there whole, and replace those of their kind, leaving nothing else")
  func replaces() throws {
    try write("first")
    #expect(try text() == "first")
    try AtomicFile.write("", to: path + "/more")
    try write("second")
    #expect(try text() == "second" && !FileManager.default.fileExists(atPath: path + "/more"))
    #expect(try names() == ["model.kind"])
  }

  @Test("leave what was there where they cannot be filled")
  func failure() throws {
    struct Refused: Error {}
    try write("first")
    #expect(throws: Refused.self) {
      try AtomicFolder.write(to: path, replacing: "mark") { folder in
        try AtomicFile.write("half", to: folder + "/mark")
        throw Refused()
      }
    }
    #expect(try text() == "first" && names() == ["model.kind"])
    expectError(["model.kind/no/file: cannot write"]) {
      try AtomicFolder.write(to: path, replacing: "mark") { folder in
        try AtomicFile.write("", to: folder + "/no/file")
      }
    }
    #expect(try names() == ["model.kind"])
  }

  @Test("do not replace a folder of another kind, or a file")
  func otherKinds() throws {
    try Folder.create(path)
    try AtomicFile.write("precious", to: path + "/photo")
    expectError(["model.kind: kind: found a folder without mark"]) { try write("new") }
    #expect(FileManager.default.fileExists(atPath: path + "/photo"))
    try FileManager.default.removeItem(atPath: path)
    try AtomicFile.write("precious", to: path)
    expectError(["found a file or link"]) { try write("new") }
    #expect(try names() == ["model.kind"])
  }
}
