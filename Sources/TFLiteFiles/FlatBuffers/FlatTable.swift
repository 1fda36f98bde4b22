import FileFormats

/// One table of a FlatBuffer: fields by number, each of which may be absent.
struct FlatTable {
  let file: FlatBufferFile
  /// What messages call the table, such as `subgraph, tensor 3`.
  let name: String
  private let position: Int
  /// Where the fields' places stand, and how many there are.
  private let vtable: Int
  private let slots: Int
  /// The bytes of the table itself.
  private let size: Int

  /// Finds the table and its vtable.
  init(at position: Int, in file: FlatBufferFile, name: String) throws(FileFormatError) {
    (self.file, self.name, self.position) = (file, name, position)
    let end = file.bytes.count
    guard position >= 4, position <= end - 4 else {
      throw file.malformed(name, "a reference to byte \(position)", "a table in \(end) bytes")
    }
    vtable = position - Int(file.value(at: position, as: Int32.self))
    guard vtable >= 4, vtable <= end - 4 else {
      throw file.malformed(
        name, "a reference to byte \(vtable) at byte \(position)", "a vtable in \(end) bytes")
    }
    let length = Int(file.value(at: vtable, as: UInt16.self))
    size = Int(file.value(at: vtable + 2, as: UInt16.self))
    guard length >= 4, length % 2 == 0, length <= end - vtable else {
      throw file.malformed(
        name, "a vtable of \(length) bytes at byte \(vtable)",
        "an even size from 4 to \(end - vtable)")
    }
    guard size >= 4, size <= end - position else {
      throw file.malformed(
        name, "a table of \(size) bytes at byte \(position)", "4 to \(end - position)")
    }
    slots = (length - 4) / 2
  }

  /// Returns where a field of `width` bytes is, nil if the table does not have it.
  private func place(_ slot: Int, _ field: String, width: Int) throws(FileFormatError) -> Int? {
    guard slot < slots else { return nil }
    let offset = Int(file.value(at: vtable + 4 + 2 * slot, as: UInt16.self))
    guard offset != 0 else { return nil }
    guard offset >= 4, offset + width <= size else {
      throw file.malformed(
        "\(name), \(field)", "\(width) bytes at \(offset) of a table of \(size)",
        "a field inside of the table")
    }
    return position + offset
  }

  /// Whether the table has a field of four bytes: a number or a reference.
  func has(_ slot: Int, _ field: String) throws(FileFormatError) -> Bool {
    try place(slot, field, width: 4) != nil
  }

  /// Returns a number, or what stands for it where it is absent.
  func integer<Value: FixedWidthInteger>(
    _ slot: Int, _ field: String, default absent: Value
  ) throws(FileFormatError) -> Value {
    guard let place = try place(slot, field, width: MemoryLayout<Value>.size) else { return absent }
    return file.value(at: place, as: Value.self)
  }

  func flag(_ slot: Int, _ field: String) throws(FileFormatError) -> Bool {
    try integer(slot, field, default: UInt8(0)) != 0
  }

  func float(_ slot: Int, _ field: String, default absent: Float) throws(FileFormatError) -> Float {
    Float(bitPattern: try integer(slot, field, default: absent.bitPattern))
  }

  /// Returns what a field refers to; nil where it is absent.
  private func target(_ slot: Int, _ field: String) throws(FileFormatError) -> Int? {
    guard let place = try place(slot, field, width: 4) else { return nil }
    let distance = Int(file.value(at: place, as: UInt32.self))
    guard distance >= 4, distance <= file.bytes.count - 4 - place else {
      throw file.malformed(
        "\(name), \(field)", "a reference \(distance) bytes forward from byte \(place)",
        "a place inside of the file's \(file.bytes.count) bytes")
    }
    return place + distance
  }

  func table(_ slot: Int, _ field: String) throws(FileFormatError) -> FlatTable? {
    guard let target = try target(slot, field) else { return nil }
    return try FlatTable(at: target, in: file, name: "\(name), \(field)")
  }

  /// Returns the place of a vector's first element and their number.
  private func elements(
    _ slot: Int, _ field: String, width: Int
  ) throws(FileFormatError) -> (start: Int, count: Int)? {
    guard let target = try target(slot, field) else { return nil }
    let count = Int(file.value(at: target, as: UInt32.self))
    let room = (file.bytes.count - target - 4) / width
    guard count <= room else {
      throw file.malformed(
        "\(name), \(field)", "\(count) elements at byte \(target)",
        "at most the \(room) that the file has room for")
    }
    return (target + 4, count)
  }

  /// Returns a vector of numbers; empty where it is absent.
  func integers<Value: FixedWidthInteger>(
    _ slot: Int, _ field: String, as type: Value.Type
  ) throws(FileFormatError) -> [Value] {
    let width = MemoryLayout<Value>.size
    guard let (start, count) = try elements(slot, field, width: width) else { return [] }
    try file.charge(width * count, for: "\(name), \(field)")
    return (0..<count).map { file.value(at: start + width * $0, as: type) }
  }

  func floats(_ slot: Int, _ field: String) throws(FileFormatError) -> [Float] {
    try integers(slot, field, as: UInt32.self).map { Float(bitPattern: $0) }
  }

  /// Returns where the bytes of a vector are; nil where it is absent.
  func byteRange(_ slot: Int, _ field: String) throws(FileFormatError) -> Range<Int>? {
    guard let (start, count) = try elements(slot, field, width: 1) else { return nil }
    return start..<start + count
  }

  func text(_ slot: Int, _ field: String) throws(FileFormatError) -> String {
    guard let range = try byteRange(slot, field) else { return "" }
    try file.charge(range.count, for: "\(name), \(field)")
    guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
      throw file.malformed("\(name), \(field)", "bytes that are not UTF-8", "text")
    }
    return text
  }

  /// Returns a vector of tables, called `item 0`, `item 1` and so on; empty where it is absent.
  ///
  /// - Parameter bytesEach: What each of them will take in memory.
  func tables(
    _ slot: Int, _ field: String, item: String, bytesEach: Int
  ) throws(FileFormatError) -> [FlatTable] {
    guard let (start, count) = try elements(slot, field, width: 4) else { return [] }
    try file.charge(bytesEach * count, for: "\(name), \(field)")
    var tables: [FlatTable] = []
    tables.reserveCapacity(count)
    for index in 0..<count {
      let place = start + 4 * index
      let position = place + Int(file.value(at: place, as: UInt32.self))
      tables.append(try FlatTable(at: position, in: file, name: "\(item) \(index)"))
    }
    return tables
  }
}
