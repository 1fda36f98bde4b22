import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FileFormats

@Suite("NPZ files")
struct NPZFileTests {
  /// `numpy.savez(f, a=numpy.arange(6, dtype='f4').reshape(2, 3), y=numpy.array([1, 0]))` and the same by
  /// `savez_compressed`, NumPy 2.4.
  private static let archives = [
    """
    UEsDBC0AAAAAAAAAIQBP6QAq//////////8FABQAYS5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog\
    JzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAAABAQAAAgEAAAKBAUEsDBC0AAAAAAAAAIQBx+zmr\
    //////////8FABQAeS5ucHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29y\
    ZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\
    ICAgICAgICAgICAgICAKAQAAAAAAAAAAAAAAAAAAAFBLAQItAy0AAAAAAAAAIQBP6QAqmAAAAJgAAAAFAAAAAAAAAAAAAACAAQAA\
    AABhLm5weVBLAQItAy0AAAAAAAAAIQBx+zmrkAAAAJAAAAAFAAAAAAAAAAAAAACAAc8AAAB5Lm5weVBLBQYAAAAAAgACAGYAAACW\
    AQAAAAA=
    """,
    """
    UEsDBC0AAAAIAAAAIQBP6QAq//////////8FABQAYS5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l\
    oG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMELQAAAAgA\
    AAAhAHH7Oav//////////wUAFAB5Lm5weQEAEACQAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6W\
    X1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALkYGVAAAUEsBAi0DLQAAAAgAAAAhAE/pACpVAAAAmAAAAAUAAAAA\
    AAAAAAAAAIABAAAAAGEubnB5UEsBAi0DLQAAAAgAAAAhAHH7OatIAAAAkAAAAAUAAAAAAAAAAAAAAIABjAAAAHkubnB5UEsFBgAA\
    AAACAAIAZgAAAAsBAAAAAA==
    """,
  ].map { [UInt8](Data(base64Encoded: $0) ?? Data()) }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("give the array of a name, stored or compressed", arguments: archives.indices)
  func named(index: Int) throws {
    let path = try folder.write(Self.archives[index], to: "a.npz")
    #expect(
      try NPZFile.read(path, name: "a")
        == NumericArray(shape: [2, 3], [Float(0), 1, 2, 3, 4, 5]))
    #expect(try NPZFile.read(path, name: "y") == NumericArray(shape: [2], [Int64(1), 0]))
  }

  @Test("name the arrays that they have where it is not clear which is meant")
  func unclear() throws {
    let path = try folder.write(Self.archives[0], to: "a.npz")
    expectMalformed(path, "arrays", "a, y", "the name of one") { _ = try NPZFile.read(path) }
    expectMalformed(path, "a, y", "one called x") { _ = try NPZFile.read(path, name: "x") }
  }

  @Test("whose directory points beyond all files are refused")
  func beyond() throws {
    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    let name = Array("a.npy".utf8)
    // The offset is in the extra field, 64 bits wide, and the largest number that there is.
    let entry: [UInt8] =
      [0x50, 0x4B, 1, 2] + zeros(24) + [UInt8(name.count), 0, 12, 0] + zeros(10)
      + [UInt8](repeating: 0xFF, count: 4) + name + [1, 0, 8, 0]
      + [UInt8](repeating: 0xFF, count: 7) + [0x7F]
    let end: [UInt8] = [0x50, 0x4B, 5, 6] + zeros(4) + [1, 0, 1, 0] + zeros(10)
    let path = try folder.write(entry + end, to: "a.npz")
    expectMalformed(path, "member a.npy", "no header") { _ = try NPZFile.read(path) }
  }

  @Test("that are none, are cut short or damaged are refused, not misread")
  func damaged() throws {
    let path = try folder.write(Array("PK, but no archive".utf8), to: "a.npz")
    expectMalformed(path, "no directory") { _ = try NPZFile.read(path) }
    var random = RandomStream(seed: 3, purpose: "damaged archives")
    let expected = NumericArray(shape: [2, 3], [Float(0), 1, 2, 3, 4, 5])
    for archive in Self.archives {
      for _ in 0..<Thoroughness.pick(600, usually: 150) {
        var changed = archive
        changed[random.integer(below: changed.count)] = UInt8(random.integer(below: 256))
        if random.integer(below: 4) == 0 {
          changed.removeLast(random.integer(below: changed.count))
        }
        // What has its checksum is what it was.
        let damaged = try folder.write(changed, to: "damaged.npz")
        if let found = try? NPZFile.read(damaged, name: "a") { #expect(found == expected) }
      }
    }
  }

  @Test("larger than what is unpacked at once give the same array, and leave nothing behind")
  func large() throws {
    // Zeros with a number here and there: runs of copies beyond the window, as the compressor of Python writes
    // them, are what the scratch file must reproduce.
    let count = 3_000_000
    var values = [UInt8](repeating: 7, count: count)
    for place in stride(from: 0, to: count, by: 99_991) { values[place] = UInt8(place & 255) }
    let npy = NPYFile.header(shape: [count], elementType: .uint8) + Data(values)
    let deflated = try deflate([UInt8](npy))
    let path = try folder.write(
      zip("x.npy", deflated, method: 8, size: npy.count, check: CRC32.value(of: npy)), to: "l.npz")
    let scratch = folder.file("scratch")
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: false)
    let array = try NPZFile.open(path, name: nil, scratchFolder: scratch).numbers(path: path)
    #expect(try array.read() == NumericArray(shape: [count], values))
    #expect(
      try array.read(rows: 2_000_000..<2_000_100)
        == NumericArray(shape: [100], Array(values[2_000_000..<2_000_100])))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
  }

  /// Compresses with the system's gzip and takes off header and trailer.
  private func deflate(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = try self.bytesOfGzip(bytes)
    // RFC 1952: ten bytes, and the name up to a zero where flag 3 says so.
    var start = 10
    if file[3] & 8 != 0 {
      while file[start] != 0 { start += 1 }
      start += 1
    }
    return Array(file[start..<file.count - 8])
  }

  private func bytesOfGzip(_ contents: [UInt8]) throws -> [UInt8] {
    try bytes(ofFile: folder.gzip(folder.write(contents, to: "contents")))
  }

  /// An archive of one member.
  private func zip(
    _ name: String, _ stored: [UInt8], method: UInt8, size: Int, check: UInt32
  ) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let common =
      [20, 0, 0, 0, method, 0, 0, 0, 0, 0] + little(Int(check), 4) + little(stored.count, 4)
      + little(size, 4) + little(name.utf8.count, 2) + [0, 0]
    let local = [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + stored
    let entry =
      [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 14) + Array(name.utf8)
    return local + entry + [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0] + little(entry.count, 4)
      + little(local.count, 4) + [0, 0]
  }
}
