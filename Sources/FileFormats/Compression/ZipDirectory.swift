/// The directory at the end of a zip archive.
struct ZipDirectory {
  let members: [ZipArchive.Member]

  init(_ file: MappedFile, path: String) throws {
    let data = file.bytes
    defer { withExtendedLifetime(file) {} }
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
  private static func widen(_ sizes: inout [Int], _ extra: Slice<UnsafeRawBufferPointer>) {
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
