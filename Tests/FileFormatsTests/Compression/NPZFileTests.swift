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
      for _ in 0..<600 {
        var changed = archive
        changed[random.integer(below: changed.count)] = UInt8(random.integer(below: 256))
        if random.integer(below: 4) == 0 {
          changed.removeLast(random.integer(below: changed.count))
        }
        let found = try? ZipArchive(Data(changed), path: "a.npz").members
          .first { $0.name == "a.npy" }
          .map { try ZipArchive(Data(changed), path: "a.npz").contents(of: $0) }
        guard let contents = found ?? nil else { continue }
        // What has its checksum is what it was.
        #expect(try NPYFile.parse(contents, path: "a") == expected)
      }
    }
  }
}
