import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("mapped files")
struct MappedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the bytes are the file's")
  func bytesMatch() throws {
    let path = try folder.write(Array(0...255), to: "a")
    #expect(
      try MappedFile(path, expectedBytes: 256).withUnsafeBytes { Array($0) } == Array(0...255))
  }

  @Test("an empty file maps to no bytes")
  func empty() throws {
    let path = try folder.write([], to: "a")
    #expect(try MappedFile(path).bytes.isEmpty)
  }

  @Test("another size than expected is an error with both sizes")
  func wrongSize() throws {
    let path = try folder.write([1, 2, 3], to: "a")
    expectMalformed(path, "3 bytes", "4 bytes") { _ = try MappedFile(path, expectedBytes: 4) }
  }

  @Test("a file that is not there is an error of the system")
  func missing() {
    let path = folder.file("none")
    expectSystemError(path, [ENOENT]) { _ = try MappedFile(path) }
  }

  @Test("a folder is called one")
  func folderItself() {
    expectMalformed(folder.path, "a folder") { _ = try MappedFile(folder.path) }
  }

  @Test("a pipe is refused without waiting, a device without contents is empty")
  func noFile() throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    expectMalformed(pipe, "a pipe") { _ = try MappedFile(pipe) }
    #expect(try MappedFile("/dev/full").bytes.isEmpty)
  }
}
