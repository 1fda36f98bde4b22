import Foundation

/// The members of a zip archive, stored or deflated, as NumPy's `.npz` files are.
///
/// Source: PKWARE, ".ZIP File Format Specification", version 6.3.
struct ZipArchive {
  /// A file in the archive.
  struct Member: Hashable {
    let name: String
    /// 0 stored, 8 deflated.
    let method: Int
    let checksum: UInt32
    let compressedBytes: Int
    let bytes: Int
    /// Where its own header starts.
    let offset: Int
  }

  let path: String
  let members: [Member]
  private let data: Data

  /// Reads the archive's directory.
  ///
  /// - Throws: `FileFormatError`.
  init(_ path: String) throws { try self.init(SystemFile.readAll(path), path: path) }

  init(_ data: Data, path: String) throws {
    (self.data, self.path) = (data, path)
    let directory = try ZipDirectory(data, path: path)
    members = directory.members
  }

  /// Returns the contents of a member.
  ///
  /// - Throws: `FileFormatError` if it is damaged, encrypted or compressed in another way.
  func contents(of member: Member) throws -> Data {
    func malformed(_ found: String, _ expected: String) -> FileFormatError {
      .malformed(
        path: path, location: "member \(member.name)", found: found, expected: expected)
    }
    guard member.offset >= 0, member.offset <= data.count - 30,
      data.littleEndian(4, at: member.offset) == 0x0403_4B50
    else { throw malformed("no header at byte \(member.offset)", "one, as the directory says") }
    let first =
      member.offset + 30 + data.littleEndian(2, at: member.offset + 26)
      + data.littleEndian(2, at: member.offset + 28)
    guard data.littleEndian(2, at: member.offset + 6) & 1 == 0 else {
      throw malformed("encrypted contents", "none of that")
    }
    guard first <= data.count, member.compressedBytes <= data.count - first else {
      throw malformed("\(max(0, data.count - first)) bytes", "\(member.compressedBytes) bytes")
    }
    let stored = data[first..<first + member.compressedBytes]
    let contents: Data
    switch member.method {
    case 0: contents = stored
    case 8:
      do {
        contents = Data(
          try stored.withUnsafeBytes { bytes throws(Inflater.Failure) in
            try Inflater.inflate(bytes, limit: member.bytes).output
          })
      } catch {
        throw malformed("\(error)", "a DEFLATE stream of \(member.bytes) bytes")
      }
    default: throw malformed("compression method \(member.method)", "0 (stored) or 8 (deflated)")
    }
    guard contents.count == member.bytes, CRC32.value(of: contents) == member.checksum else {
      throw malformed(
        "\(contents.count) bytes with another checksum", "\(member.bytes) bytes with its own")
    }
    return contents
  }
}

/// The directory at the end of a zip archive.
private struct ZipDirectory {
  let members: [ZipArchive.Member]

  init(_ data: Data, path: String) throws {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    // The record that ends the file has a comment of up to 65,535 bytes behind it.
    let last = data.count - 22
    let end = stride(from: last, through: max(0, last - 65_535), by: -1).first {
      $0 >= 0 && data.littleEndian(4, at: $0) == 0x0605_4B50
    }
    guard let end else { throw malformed("end", "no directory", "that of a zip archive") }
    var count = data.littleEndian(2, at: end + 10)
    var position = data.littleEndian(4, at: end + 16)
    // Large archives have 64-bit figures in a record of their own, which another one points to.
    if end >= 20, data.littleEndian(4, at: end - 20) == 0x0706_4B50 {
      let record = data.littleEndian(8, at: end - 12)
      guard record >= 0, record <= data.count - 56, data.littleEndian(4, at: record) == 0x0606_4B50
      else { throw malformed("end", "a damaged directory", "that of a zip archive") }
      (count, position) = (
        data.littleEndian(8, at: record + 32), data.littleEndian(8, at: record + 48)
      )
    }
    var members: [ZipArchive.Member] = []
    for index in 0..<max(0, count) {
      guard position >= 0, position <= data.count - 46,
        data.littleEndian(4, at: position) == 0x0201_4B50
      else { throw malformed("directory entry \(index)", "something else", "an entry") }
      let nameBytes = data.littleEndian(2, at: position + 28)
      let extraBytes = data.littleEndian(2, at: position + 30)
      let next = position + 46 + nameBytes + extraBytes + data.littleEndian(2, at: position + 32)
      guard next <= data.count else {
        throw malformed("directory entry \(index)", "the end of the file", "a whole entry")
      }
      var sizes = [24, 20, 42].map { data.littleEndian(4, at: position + $0) }
      let extra = position + 46 + nameBytes
      ZipDirectory.widen(&sizes, data[extra..<extra + extraBytes])
      guard sizes.allSatisfy({ $0 >= 0 }) else {
        throw malformed("directory entry \(index)", "a size beyond all files", "a size")
      }
      members.append(
        ZipArchive.Member(
          name: String(decoding: data[position + 46..<extra], as: UTF8.self),
          method: data.littleEndian(2, at: position + 10),
          checksum: UInt32(data.littleEndian(4, at: position + 16)), compressedBytes: sizes[1],
          bytes: sizes[0], offset: sizes[2]))
      position = next
    }
    self.members = members
  }

  /// Takes 64-bit figures from an entry's extra field where the 32-bit ones have no room for them.
  private static func widen(_ sizes: inout [Int], _ extra: Data) {
    var position = extra.startIndex
    while position + 4 <= extra.endIndex {
      let (kind, count) = (
        extra.littleEndian(2, at: position), extra.littleEndian(2, at: position + 2)
      )
      var place = position + 4
      let end = min(extra.endIndex, place + count)
      if kind == 1 {
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF && place + 8 <= end {
          sizes[index] = extra.littleEndian(8, at: place)
          place += 8
        }
      }
      position = end
    }
  }
}

extension Data {
  /// Returns the whole number in some bytes, the lowest first; one of eight bytes may come out negative.
  fileprivate func littleEndian(_ count: Int, at position: Int) -> Int {
    (0..<count).reduce(0) {
      $0 | Int(truncatingIfNeeded: UInt64(self[position + $1]) << UInt64(8 * $1))
    }
  }
}
