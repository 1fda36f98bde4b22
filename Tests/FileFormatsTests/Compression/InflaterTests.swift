import Foundation
import RandomStreams
import Testing

@testable import FileFormats

@Suite("a DEFLATE stream")
struct InflaterTests {
  /// What the streams below were made from.
  private static let text = Array(
    (0..<60).map { "student \($0 % 7) of teacher \($0 * $0 % 11); " }.joined().utf8)

  /// Made by Python's `zlib`, with its fixed codes and with its own.
  private static let streams = [
    """
    eAErLilNSc0rUTBQyE9TKElNTM5ILVIwsFYohoobIosbIsSNkMVNEOLGyOKWCHETZHFThLgpsrgxQtwMh7gBDnMMcdhLlDsNcbjTA\
    Ic7DXG40wSHOy1xuNMUhzuNcbjTmMTwtCTRnYY43GmAw52GONxpgsOdljjcaUpivBuTGJ6WJLrTEIc7DXC40xCHO01ITJ+mJMa7MY\
    nhaUmiO3HldwMS85EJienTlMR4NyYxPC1JdCeu/G5AYj4yITF9At0PACi03qE=
    """,
    """
    eNqV0zEKAkEMheGrzBGSTSIETyM6YqWwO95fCyFpHvjav9j9SCbHet/mcw0Zr/tY83J9zH3IeRy/rr1r9a13r269Z3XvPapH71b9B\
    LqA7yj4719OBU4BTgVOB84EzgBOA04j55mkU4FTgFOB04EzgTPIvRs5zySdCpwCnAqcTr7PIPdu5DyTdKJ7F/KOnHyfQe7dyHkm6U\
    T3LuQdOfk+v/4PKLTeoQ==
    """,
  ].map { [UInt8](Data(base64Encoded: $0) ?? Data()) }

  private func decompress(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    try bytes.withUnsafeBytes { try ZlibStream.decompress($0, limit: limit) }
  }

  @Test("comes out as it went in, by fixed codes and by its own", arguments: streams.indices)
  func known(index: Int) throws {
    #expect(try decompress(Self.streams[index]) == Self.text)
  }

  @Test("may be stored, in several blocks")
  func stored() throws {
    let bytes = (0..<200).map { UInt8($0) }
    #expect(try decompress(storedStream(bytes, blockBytes: 64)) == bytes)
    #expect(try decompress(storedStream([], blockBytes: 1)).isEmpty)
  }

  @Test("gives no more than it may")
  func limit() {
    let count = Self.text.count
    for stream in Self.streams + [storedStream(Self.text, blockBytes: 500)] {
      #expect(throws: Inflater.Failure.tooLong(limit: count - 1)) {
        try decompress(stream, limit: count - 1)
      }
    }
  }

  @Test("is refused where it is cut short, and never misread where a bit is wrong")
  func damaged() {
    var random = RandomStream(seed: 1, purpose: "damaged streams")
    for stream in Self.streams {
      for count in 0..<stream.count {
        #expect(throws: Inflater.Failure.self) { try decompress(Array(stream.prefix(count))) }
      }
      for _ in 0..<500 {
        var changed = stream
        changed[random.integer(below: changed.count)] ^= 1 << UInt8(random.integer(below: 8))
        // Some bits say nothing, such as those that fill the last byte.
        let found = try? decompress(changed)
        #expect(found == nil || found == Self.text)
      }
    }
  }

  @Test("of noise ends in an error, not in a crash")
  func noise() {
    var random = RandomStream(seed: 2, purpose: "noise")
    for _ in 0..<3000 {
      let bytes = (0..<random.integer(below: 80)).map { _ in UInt8(random.integer(below: 256)) }
      bytes.withUnsafeBytes { bytes in
        if let found = try? Inflater.inflate(bytes, limit: 10_000) {
          #expect(found.output.count <= 10_000 && found.consumed <= bytes.count)
        }
      }
    }
  }

  @Test("says what it cannot have")
  func refusals() {
    func failure(_ bytes: [UInt8]) -> Inflater.Failure? {
      do {
        _ = try decompress(bytes)
        return nil
      } catch {
        return error as? Inflater.Failure
      }
    }
    #expect(failure([0x79, 0x9C, 0, 0, 0, 0]) == .invalid("no zlib header"))
    #expect(failure([0x78, 0xBB, 0, 0, 0, 0]) == .invalid("a preset dictionary"))
    #expect(failure([0x78, 0x9C, 7, 0, 0, 0]) == .invalid("a block of type 3"))
    #expect(
      failure([0x78, 0x9C, 1, 1, 0, 0, 0, 9])
        == .invalid("a stored block whose length and its complement differ"))
    var wrong = storedStream([1, 2, 3], blockBytes: 3)
    wrong[wrong.count - 1] ^= 1
    #expect(failure(wrong) == .invalid("another checksum than the stream's"))
  }

  @Test("has the checksums of zlib and of zip files")
  func checksums() {
    // zlib.adler32(b"Wikipedia"), zlib.crc32(b"123456789")
    #expect(ZlibStream.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    #expect(CRC32.value(of: "123456789".utf8) == 0xCBF4_3926)
    #expect(CRC32.value(of: Self.text) == 4_030_994_835)
    for size in [1, 5, 8, 13] {
      var check = CRC32()
      Self.text.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: size) {
          check.update(
            UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + size)]))
        }
      }
      #expect(check.value == 4_030_994_835)
    }
  }
}

/// Returns a zlib stream that holds bytes as they are.
func storedStream(_ bytes: [UInt8], blockBytes: Int) -> [UInt8] {
  var stream: [UInt8] = [0x78, 0x01]
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(blockBytes)
    rest = rest.dropFirst(blockBytes)
    let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
    stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
  } while !rest.isEmpty
  return stream + bigEndian(ZlibStream.adler32(bytes))
}

/// Returns a number's four bytes, the highest first.
func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
