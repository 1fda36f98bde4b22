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
  private let file: RandomAccessFile

  /// Reads the archive's directory.
  ///
  /// - Throws: `FileFormatError`.
  init(_ path: String) throws {
    (self.path, file) = (path, try RandomAccessFile(path))
    members = try ZipDirectory(MappedFile(path), path: path).members
  }

  /// Returns where the contents of a member are: in the archive itself, or in a file of their own if they are
  /// compressed. Little memory is used.
  ///
  /// - Parameter scratchFolder: On which disk there is room to unpack.
  /// - Throws: `FileFormatError` if they are damaged, encrypted or compressed in another way.
  func contents(
    of member: Member, scratchFolder: String
  ) throws -> (file: RandomAccessFile, part: Range<Int>) {
    func malformed(_ found: String, _ expected: String) -> FileFormatError {
      .malformed(
        path: path, location: "member \(member.name)", found: found, expected: expected)
    }
    let stored = try storedBytes(of: member, malformed)
    var check = CRC32()
    var (found, part) = (file, stored)
    switch member.method {
    case 0: try file.forEachPiece(stored) { check.update($0) }
    case 8:
      guard member.bytes / Inflater.greatestRatio <= stored.count else {
        throw malformed(
          "\(stored.count) compressed bytes",
          "those of \(member.bytes) bytes: DEFLATE never saves more than a factor of "
            + "\(Inflater.greatestRatio)")
      }
      found = try unpacked(stored, limit: member.bytes, scratchFolder, &check, malformed)
      part = 0..<found.byteCount
    default: throw malformed("compression method \(member.method)", "0 (stored) or 8 (deflated)")
    }
    guard part.count == member.bytes, check.value == member.checksum else {
      throw malformed(
        "\(part.count) bytes with another checksum", "\(member.bytes) bytes with its own")
    }
    return (found, part)
  }

  /// Returns where a member's bytes are in the archive, as its own header says.
  private func storedBytes(
    of member: Member, _ malformed: (String, String) -> FileFormatError
  ) throws -> Range<Int> {
    guard member.offset >= 0, member.offset <= file.byteCount - 30,
      case let header = try file.data(member.offset..<member.offset + 30),
      header.littleEndian(4, at: 0) == 0x0403_4B50
    else { throw malformed("no header at byte \(member.offset)", "one, as the directory says") }
    guard header.littleEndian(2, at: 6) & 1 == 0 else {
      throw malformed("encrypted contents", "none of that")
    }
    let first =
      member.offset + 30 + header.littleEndian(2, at: 26) + header.littleEndian(2, at: 28)
    guard first <= file.byteCount, member.compressedBytes <= file.byteCount - first else {
      throw malformed("\(max(0, file.byteCount - first)) bytes", "\(member.compressedBytes) bytes")
    }
    return first..<first + member.compressedBytes
  }

  private func unpacked(
    _ stored: Range<Int>, limit: Int, _ scratchFolder: String, _ check: inout CRC32,
    _ malformed: (String, String) -> FileFormatError
  ) throws -> RandomAccessFile {
    let writer = try ScratchWriter(in: scratchFolder)
    let archive = try MappedFile(path, expectedBytes: file.byteCount)
    do {
      _ = try Inflater.inflate(
        UnsafeRawBufferPointer(rebasing: archive.bytes[stored]), limit: limit
      ) { piece in
        // What has been read of the archive need not stay in memory.
        archive.release()
        return writer.append(piece)
      }
    } catch .outputRefused {
      throw writer.error ?? malformed("no room to unpack it", "room on the disk")
    } catch {
      throw malformed("\(error)", "a DEFLATE stream of \(limit) bytes")
    }
    check = writer.check
    return try writer.finish(path: path)
  }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
  /// Returns the whole number in some bytes, the lowest first; one of eight bytes may come out negative.
  func littleEndian(_ count: Int, at position: Int) -> Int {
    (0..<count).reduce(0) {
      $0 | Int(truncatingIfNeeded: UInt64(self[position + $1]) << UInt64(8 * $1))
    }
  }
}
