import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("append-only files")
struct AppendOnlyFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("lines follow what is there, also after opening again")
  func appends() throws {
    let path = try folder.write("zero\n".utf8, to: "journal")
    try AppendOnlyFile(path).append(line: "one")
    let file = try AppendOnlyFile(path)
    try file.append(line: "two — ü")
    try file.append(line: "")
    #expect(try bytes(ofFile: path) == Array("zero\none\ntwo — ü\n\n".utf8))
  }

  @Test("a half-written last line is cut off where the caller says")
  func cutsPartialLine() throws {
    let path = try folder.write("one\ntw".utf8, to: "journal")
    try AppendOnlyFile(path, keepingFirst: 4).append(line: "two")
    #expect(try bytes(ofFile: path) == Array("one\ntwo\n".utf8))
  }

  @Test("a file shorter than what should be kept is an error")
  func tooShort() throws {
    let path = try folder.write("one\n".utf8, to: "journal")
    expectMalformed(path, "4 bytes", "at least 9") { _ = try AppendOnlyFile(path, keepingFirst: 9) }
  }

  @Test("lines from several threads stay whole")
  func concurrentAppends() throws {
    let file = try AppendOnlyFile(folder.file("journal"))
    let long = String(repeating: "x", count: 5000)
    DispatchQueue.concurrentPerform(iterations: 20) { _ in try? file.append(line: long) }
    let text = String(decoding: try bytes(ofFile: file.path), as: UTF8.self)
    #expect(text == String(repeating: long + "\n", count: 20))
  }

  @Test(
    "a full disk is an error that says so",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func fullDisk() throws {
    let file = try AppendOnlyFile("/dev/full")
    expectSystemError("/dev/full", [ENOSPC]) { try file.append(line: "one") }
  }

  @Test("a folder that cannot be written is an error")
  func readOnlyFolder() throws {
    let path = try unwritableFolder(folder) + "/journal"
    expectSystemError(path, [EACCES, EROFS, EPERM]) { _ = try AppendOnlyFile(path) }
  }
}
