import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("a file that is built at any place")
struct AtomicFileBuilderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("has its name once it is whole, and can be read before")
  func builds() throws {
    let path = folder.file("built")
    let builder = try AtomicFileBuilder(path, byteCount: 10)
    try Array("world".utf8).withUnsafeBytes { try builder.write($0, at: 5) }
    try Array("hello".utf8).withUnsafeBytes { try builder.write($0, at: 0) }
    #expect(!folder.has("built"))
    var pieces: [String] = []
    try builder.forEachPiece(1..<9, pieceBytes: 3) {
      pieces.append(String(decoding: $0, as: UTF8.self))
    }
    #expect(pieces == ["ell", "owo", "rl"])
    try builder.finish()
    #expect(try bytes(ofFile: path) == Array("helloworld".utf8))
  }

  @Test("leaves nothing behind where it is given up, and the old file where there was one")
  func givesUp() throws {
    let path = try folder.write("old".utf8, to: "built")
    var builder: AtomicFileBuilder? = try AtomicFileBuilder(path, byteCount: 1000)
    #expect(builder != nil)
    builder = nil
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["built"])
    #expect(try bytes(ofFile: path) == Array("old".utf8))
    let place = try unwritableFolder(folder) + "/built"
    expectSystemError(place, [EACCES, EPERM, EROFS, ENOENT, EINVAL]) {
      _ = try AtomicFileBuilder(place, byteCount: 1)
    }
  }
}
