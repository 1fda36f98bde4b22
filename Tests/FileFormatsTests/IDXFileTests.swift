import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("IDX files")
struct IDXFileTests {
  let folder: TemporaryFolder
  /// Two 2×3 byte images, spelled out by hand.
  let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(1...12)

  init() throws { folder = try TemporaryFolder() }

  @Test("a file spelled out byte by byte reads as its shape and elements")
  func readsBytes() throws {
    let array = try IDXFile.read(folder.write(images, to: "images"))
    #expect(array == NumericArray(shape: [2, 2, 3], Array(UInt8(1)...12)))
  }

  @Test("big-endian elements are brought into the machine's order")
  func readsBigEndian() throws {
    let path = try folder.write(
      [0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE], to: "shorts")
    #expect(try IDXFile.read(path) == NumericArray(shape: [2], [Int16(258), -2]))
  }

  @Test(
    "what is written is read back",
    arguments: [
      NumericArray(shape: [2, 2], [UInt8(0), 1, 2, 255]),
      NumericArray(shape: [3], [Int8(-1), 0, 1]),
      NumericArray(shape: [1, 3], [Int16(-300), 0, 300]),
      NumericArray(shape: [2], [Int32(-70_000), 70_000]),
      NumericArray(shape: [2, 1], [Float(0.1), -3]),
      NumericArray(shape: [2], [0.1, -1e300]),
      NumericArray(shape: [0, 4], [UInt8]()),
    ])
  func roundTrip(array: NumericArray) throws {
    try IDXFile.write(array, to: folder.file("round"))
    #expect(try IDXFile.read(folder.file("round")) == array)
  }

  @Test("a gzipped file larger than a pipe's buffer reads like the plain one")
  func readsGzip() throws {
    var state: UInt32 = 1
    let noise = (0..<300_000).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    let array = NumericArray(shape: [300, 1000], noise)
    try IDXFile.write(array, to: folder.file("noise"))
    #expect(try IDXFile.read(folder.gzip(folder.file("noise"))) == array)
  }

  @Test("a file cut short anywhere is one error", arguments: [0, 3, 4, 10, 15, 16, 27])
  func truncated(length: Int) throws {
    let path = try folder.write(images.prefix(length), to: "short")
    expectMalformed(path, "found", "expected") { _ = try IDXFile.read(path) }
  }

  @Test("bytes after the last element are an error that counts them")
  func tooLong() throws {
    let path = try folder.write(images + [0], to: "long")
    expectMalformed(path, "at byte 16", "13 bytes", "12 bytes") { _ = try IDXFile.read(path) }
  }

  @Test(
    "a wrong magic number is shown", arguments: [[1, 0, 8, 1], [0, 0, 7, 1], [0, 0, 0x0A, 1]])
  func wrongMagic(magic: [UInt8]) throws {
    let path = try folder.write(magic + [0, 0, 0, 0], to: "magic")
    expectMalformed(path, "magic number", "0x") { _ = try IDXFile.read(path) }
  }

  @Test("dimensions whose product overflows are refused")
  func overflow() throws {
    let path = try folder.write(
      [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12), to: "huge")
    expectMalformed(path, "dimensions") { _ = try IDXFile.read(path) }
  }

  @Test("a gzip file cut short is one error with gzip's words", arguments: [1, 12, 40])
  func gzipCutShort(length: Int) throws {
    let whole = try bytes(ofFile: folder.gzip(folder.write(images, to: "cut")))
    let path = try folder.write(whole.prefix(min(length, whole.count - 1)), to: "short.gz")
    expectMalformed(path, "gzip stream") { _ = try IDXFile.read(path) }
  }

  @Test("a gzip file with a flipped byte, or that is none, is an error")
  func gzipCorrupt() throws {
    var whole = try bytes(ofFile: folder.gzip(folder.write(images, to: "flip")))
    whole[whole.count - 6] ^= 0xFF  // in the checksum
    let corrupt = try folder.write(whole, to: "corrupt.gz")
    expectMalformed(corrupt, "gzip stream", "crc") { _ = try IDXFile.read(corrupt) }
    let plain = try folder.write(images, to: "plain.gz")
    expectMalformed(plain, "gzip stream", "not in gzip format") { _ = try IDXFile.read(plain) }
  }

  @Test("a file that is not there, gzipped or not, is an error of the system")
  func missing() {
    for name in ["none", "none.gz"] {
      let path = folder.file(name)
      expectSystemError(path, [ENOENT]) { _ = try IDXFile.read(path) }
    }
  }

  @Test("no more is unpacked than the header says, however much a small file holds")
  func bomb() throws {
    let path = try folder.gzip(
      folder.write(images + [UInt8](repeating: 0, count: 4_000_000), to: "bomb"))
    expectMalformed(path, "more than 28 bytes", "as its header says") {
      _ = try IDXFile.read(path)
    }
    let zeros = try folder.gzip(
      folder.write([UInt8](repeating: 0, count: 4_000_000), to: "zeros"))
    expectMalformed(zeros, "more than 65536 bytes", "an IDX file") { _ = try IDXFile.read(zeros) }
  }
}
