/// Bounded reading of FlatBuffers: every place is checked before it is read, and what is taken out is counted,
/// because any number of tables may share a part.
///
/// Source: the format's internals page, flatbuffers.dev/internals.
final class FlatBuffer {
  let bytes: [UInt8]
  /// The bytes that may still be taken out.
  private var allowance: Int

  init(bytes: [UInt8]) { (self.bytes, allowance) = (bytes, 8 * bytes.count) }

  /// A table: where it is, and where its fields are told.
  struct Table {
    let position: Int
    let fields: Int
    let fieldBytes: Int
  }

  func integer<T: FixedWidthInteger>(_: T.Type, at place: Int) throws(Refusal) -> Int {
    let size = T.bitWidth / 8
    try require(
      place >= 0 && place <= bytes.count - size, "byte \(place)", "the end of the file",
      "\(size) bytes")
    var value: T = 0
    for byte in 0..<size { value |= T(truncatingIfNeeded: bytes[place + byte]) << (8 * byte) }
    guard let number = Int(exactly: value) else {
      throw Refusal(
        "byte \(place)", found: "\(value)", expected: "a number of \(Int.bitWidth) bits")
    }
    return number
  }

  /// Follows a reference.
  func target(at place: Int) throws(Refusal) -> Int {
    let offset = try integer(UInt32.self, at: place)
    try require(offset <= bytes.count - place, "byte \(place)", "\(offset)", "a place in the file")
    return place + offset
  }

  func table(at place: Int) throws(Refusal) -> Table {
    let fields = place - (try integer(Int32.self, at: place))
    let size = try integer(UInt16.self, at: fields)
    try require(
      size >= 4 && size % 2 == 0 && fields + size <= bytes.count, "byte \(fields)", "\(size)",
      "the size of a table's fields")
    return Table(position: place, fields: fields, fieldBytes: size)
  }

  /// Returns where a field is; nil if the table does not have it.
  func place(_ field: Int, of table: Table) throws(Refusal) -> Int? {
    guard 4 + 2 * field + 2 <= table.fieldBytes else { return nil }
    let offset = try integer(UInt16.self, at: table.fields + 4 + 2 * field)
    return offset == 0 ? nil : table.position + offset
  }

  /// Returns a number, 0 if it is left out.
  func number<T: FixedWidthInteger>(
    _ type: T.Type, _ field: Int, of table: Table
  ) throws(Refusal) -> Int {
    guard let place = try place(field, of: table) else { return 0 }
    return try integer(type, at: place)
  }

  func table(_ field: Int, of table: Table) throws(Refusal) -> Table? {
    guard let place = try place(field, of: table) else { return nil }
    return try self.table(at: target(at: place))
  }

  /// Returns where the elements of a vector are, all inside of the file; an empty range if it is left out.
  ///
  /// - Throws: `Refusal` also where all that was taken out is many times as long as the file.
  func vector(_ field: Int, of table: Table, elementBytes: Int) throws(Refusal) -> Range<Int> {
    guard let place = try place(field, of: table) else { return 0..<0 }
    let start = try target(at: place) + 4
    let count = try integer(UInt32.self, at: start - 4)
    try require(
      count <= (bytes.count - start) / elementBytes, "byte \(start - 4)", "a vector of \(count)",
      "one inside of the file")
    allowance -= count * elementBytes
    try require(
      allowance >= 0, "byte \(start - 4)",
      "parts that are used so often that they are many times the file's size",
      "a model whose parts stand for themselves")
    return start..<start + count * elementBytes
  }

  /// Returns what `read` makes of each element's place.
  private func elements<Element>(
    _ field: Int, of table: Table, size: Int, _ read: (Int) throws(Refusal) -> Element
  ) throws(Refusal) -> [Element] {
    let range = try vector(field, of: table, elementBytes: size)
    return try stride(from: range.lowerBound, to: range.upperBound, by: size).map(read)
  }

  func tables(_ field: Int, of table: Table) throws(Refusal) -> [Table] {
    try elements(field, of: table, size: 4) { place throws(Refusal) in
      try self.table(at: target(at: place))
    }
  }

  func integers<T: FixedWidthInteger>(
    _ type: T.Type, _ field: Int, of table: Table
  ) throws(Refusal) -> [Int] {
    try elements(field, of: table, size: T.bitWidth / 8) { place throws(Refusal) in
      try integer(type, at: place)
    }
  }

  func floats(_ field: Int, of table: Table) throws(Refusal) -> [Float] {
    floats(try vector(field, of: table, elementBytes: 4))
  }

  func text(_ field: Int, of table: Table) throws(Refusal) -> String {
    String(decoding: bytes[try vector(field, of: table, elementBytes: 1)], as: UTF8.self)
  }

  func floats(_ range: Range<Int>) -> [Float] {
    stride(from: range.lowerBound, to: range.upperBound, by: 4).map { place in
      let bits: UInt32 = (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
      return Float(bitPattern: bits)
    }
  }
}
