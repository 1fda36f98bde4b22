/// Bounded reading of FlatBuffers: every place is checked before it is read.
///
/// Source: the format's internals page, flatbuffers.dev/internals.
struct FlatBuffer {
  let bytes: [UInt8]

  /// A table: where it is, and where its fields are told.
  struct Table {
    let position: Int
    let fields: Int
    let fieldBytes: Int
  }

  func integer<T: FixedWidthInteger>(_: T.Type, at place: Int) throws(Refusal) -> Int {
    guard place >= 0, place + T.bitWidth / 8 <= bytes.count else {
      throw Refusal("byte \(place)", found: "the end of the file", expected: "\(T.bitWidth / 8) bytes")
    }
    var value: T = 0
    for byte in 0..<T.bitWidth / 8 { value |= T(truncatingIfNeeded: bytes[place + byte]) << (8 * byte) }
    guard let result = Int(exactly: value) else {
      throw Refusal("byte \(place)", found: "\(value)", expected: "a number of 63 bits")
    }
    return result
  }

  /// Follows a reference.
  func target(at place: Int) throws(Refusal) -> Int { place + (try integer(UInt32.self, at: place)) }

  func table(at place: Int) throws(Refusal) -> Table {
    let fields = place - (try integer(Int32.self, at: place))
    let size = try integer(UInt16.self, at: fields)
    guard size >= 4, size % 2 == 0, fields + size <= bytes.count else {
      throw Refusal("byte \(fields)", found: "\(size)", expected: "the size of a table's fields")
    }
    return Table(position: place, fields: fields, fieldBytes: size)
  }

  /// Returns where a field is; nil if the table does not have it.
  func place(_ field: Int, of table: Table) throws(Refusal) -> Int? {
    guard 4 + 2 * field + 2 <= table.fieldBytes else { return nil }
    let offset = try integer(UInt16.self, at: table.fields + 4 + 2 * field)
    return offset == 0 ? nil : table.position + offset
  }

  /// Returns a number, 0 if it is left out.
  func number<T: FixedWidthInteger>(_ type: T.Type, _ field: Int, of table: Table) throws(Refusal) -> Int {
    guard let place = try place(field, of: table) else { return 0 }
    return try integer(type, at: place)
  }

  func table(_ field: Int, of table: Table) throws(Refusal) -> Table? {
    guard let place = try place(field, of: table) else { return nil }
    return try self.table(at: target(at: place))
  }

  /// Returns where the elements of a vector are, all inside of the file; an empty range if it is left out.
  func vector(_ field: Int, of table: Table, elementBytes: Int) throws(Refusal) -> Range<Int> {
    guard let place = try place(field, of: table) else { return 0..<0 }
    let start = try target(at: place) + 4
    let count = try integer(UInt32.self, at: start - 4)
    guard count * elementBytes <= bytes.count - start else {
      throw Refusal(
        "byte \(start - 4)", found: "a vector of \(count) elements", expected: "one inside of the file")
    }
    return start..<start + count * elementBytes
  }

  func tables(_ field: Int, of table: Table) throws(Refusal) -> [Table] {
    let range = try vector(field, of: table, elementBytes: 4)
    var tables: [Table] = []
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      tables.append(try self.table(at: target(at: place)))
    }
    return tables
  }

  func integers<T: FixedWidthInteger>(_ type: T.Type, _ field: Int, of table: Table) throws(Refusal) -> [Int] {
    let range = try vector(field, of: table, elementBytes: T.bitWidth / 8)
    var values: [Int] = []
    for place in stride(from: range.lowerBound, to: range.upperBound, by: T.bitWidth / 8) {
      values.append(try integer(type, at: place))
    }
    return values
  }

  func text(_ field: Int, of table: Table) throws(Refusal) -> String {
    String(decoding: bytes[try vector(field, of: table, elementBytes: 1)], as: UTF8.self)
  }

  func floats(_ range: Range<Int>) -> [Float] {
    stride(from: range.lowerBound, to: range.upperBound, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }
}
