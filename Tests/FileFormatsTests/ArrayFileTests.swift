import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("an array that is read in pieces")
struct ArrayFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of 7 × 3 × 4 elements whose bytes are 0, 1, 2, …
  private func array(_ type: String, bytesEach: Int, isFortran: Bool) throws -> ArrayFile {
    var header = "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), "
    header += "'shape': (7, 3, 4), }\n"
    let length = header.utf8.count
    let elements = (0..<84 * bytesEach).map { UInt8(truncatingIfNeeded: $0 &* 3) & 0x3F }
    let file = try folder.write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length), 0] + Array(header.utf8) + elements,
      to: "a.npy")
    return try StoredArray.open(file, scratchFolder: folder.path).numbers(path: file)
  }

  @Test(
    "is the same as one that is read at once",
    arguments: [("|u1", 1), ("<i4", 4), (">i2", 2), ("<f2", 2), (">f8", 8), ("|b1", 1)],
    [false, true])
  func pieces(type: (name: String, bytes: Int), isFortran: Bool) throws {
    let array = try array(type.name, bytesEach: type.bytes, isFortran: isFortran)
    let whole = try array.read()
    #expect(whole.shape == [7, 3, 4] && whole.elementType == array.elementType)
    let rowBytes = 12 * whole.elementType.byteCount
    for range in [0..<7, 0..<1, 2..<5, 6..<7, 3..<3] {
      let piece = try array.read(rows: range)
      #expect(piece.shape == [range.count, 3, 4])
      #expect(
        Data(piece.bytes)
          == Data(whole.bytes.dropFirst(range.lowerBound * rowBytes).prefix(piece.bytes.count)))
    }
  }

  @Test("that is shortened meanwhile is an error, not rubbish")
  func shortened() throws {
    let array = try array("<i4", bytesEach: 4, isFortran: false)
    #expect(truncate(folder.file("a.npy"), 100) == 0)
    expectMalformed(folder.file("a.npy"), "size", "shortened") { _ = try array.read(rows: 5..<7) }
  }

  @Test("comes out of .npy.gz and .idx.gz alike")
  func compressed() throws {
    let values = NumericArray(shape: [3, 2], [Int16(1), -2, 3, 4, 500, 6])
    try NPYFile.write(values, to: folder.file("x.npy"))
    try IDXFile.write(values, to: folder.file("x.idx"))
    for name in ["x.npy", "x.idx"] {
      let path = try folder.gzip(folder.file(name))
      #expect(path.hasSuffix(".gz"))
      let array = try StoredArray.open(path, scratchFolder: folder.path).numbers(path: path)
      #expect(try array.read() == values)
    }
  }

  @Test("is refused where it is a pipe or a folder, without waiting")
  func noFile() throws {
    let pipe = folder.file("pipe.npy")
    #expect(mkfifo(pipe, 0o600) == 0)
    expectMalformed(pipe, "a pipe") { _ = try NPYFile.read(pipe) }
    expectMalformed(folder.path, "a folder") { _ = try IDXFile.read(folder.path) }
    let compressed = folder.file("pipe.gz")
    #expect(mkfifo(compressed, 0o600) == 0)
    expectMalformed(compressed, "a pipe") { _ = try IDXFile.read(compressed) }
  }
}
