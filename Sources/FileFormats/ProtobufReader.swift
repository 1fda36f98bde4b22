import Foundation

/// One message in the wire format of Protocol Buffers: fields, each a number and a value, in any order.
///
///     key      varint, field number · 8 + wire type
///     value    0: varint   1: eight bytes   2: varint length, then as many bytes   5: four bytes
///
/// Source: protobuf.dev/programming-guides/encoding. Groups (wire types 3 and 4) are refused. A message in
/// a message is bytes until somebody asks for it, so how deep a file nests them does not matter.
struct ProtobufMessage {
  /// A part of the file; indices are offsets in it.
  let bytes: Data
  let path: String
  /// What errors call the message, such as `graph.node[3]`; empty for the file itself.
  let name: String

  /// Calls `body` with every field in order.
  ///
  /// - Throws: `FileFormatError.malformed` where the bytes are not fields, and what `body` throws.
  func forEachField(_ body: (ProtobufField) throws -> Void) throws {
    var cursor = ProtobufCursor(message: self)
    while let field = try cursor.next() { try body(field) }
  }

  func malformed(at offset: Int, _ found: String, _ expected: String) -> FileFormatError {
    .malformed(
      path: path, location: name.isEmpty ? "byte \(offset)" : "\(name), byte \(offset)",
      found: found, expected: expected)
  }
}

/// One field of a message.
struct ProtobufField {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Data)
    case fixed32(UInt32)
  }

  let number: Int
  let value: Value
  /// Where the field begins.
  let offset: Int
  let message: ProtobufMessage

  private func wrongType(_ name: String, expected: String) -> FileFormatError {
    let found =
      switch value {
      case .varint: "a varint"
      case .fixed64: "eight bytes"
      case .bytes(let bytes): "\(bytes.count) bytes of text, numbers or a message"
      case .fixed32: "four bytes"
      }
    return message.malformed(at: offset, "\(found) as '\(name)' (field \(number))", expected)
  }
}

extension ProtobufField {
  /// Returns an `int32`, `int64` or enumeration value.
  func integer(_ name: String) throws -> Int {
    guard case .varint(let value) = value else { throw wrongType(name, expected: "a varint") }
    return Int(truncatingIfNeeded: value)
  }

  /// Returns a `float`.
  func float(_ name: String) throws -> Float {
    guard case .fixed32(let bits) = value else { throw wrongType(name, expected: "four bytes") }
    return Float(bitPattern: bits)
  }

  /// Returns the bytes of a field with a length.
  func data(_ name: String) throws -> Data {
    guard case .bytes(let bytes) = value else {
      throw wrongType(name, expected: "a length and bytes")
    }
    return bytes
  }

  /// Returns text, which must be UTF-8.
  func text(_ name: String) throws -> String {
    guard let text = String(validating: try data(name), as: UTF8.self) else {
      throw message.malformed(
        at: offset, "bytes that are not UTF-8 as '\(name)' (field \(number))", "text")
    }
    return text
  }

  /// Returns a message; `index` numbers those of a repeated field.
  func message(_ name: String, index: Int? = nil) throws -> ProtobufMessage {
    let whole = message.name.isEmpty ? name : "\(message.name).\(name)"
    return ProtobufMessage(
      bytes: try data(name), path: message.path, name: index.map { "\(whole)[\($0)]" } ?? whole)
  }

  /// Appends a repeated integer: one, or many packed into bytes.
  func appendIntegers(_ name: String, to list: inout [Int]) throws {
    guard case .bytes = value else { return list.append(try integer(name)) }
    var cursor = ProtobufCursor(message: try message(name))
    while !cursor.isAtEnd { list.append(Int(truncatingIfNeeded: try cursor.varint())) }
  }

  /// Appends the bytes of a repeated `float` or `double`: one, or many packed.
  func appendFixed(_ name: String, width: Int, to list: inout Data) throws {
    switch value {
    case .bytes(let bytes):
      guard bytes.count % width == 0 else {
        throw message.malformed(
          at: offset, "\(bytes.count) bytes as '\(name)' (field \(number))",
          "a multiple of \(width)")
      }
      if list.isEmpty { list = bytes } else { list.append(bytes) }
    case .fixed32(let bits) where width == 4:
      withUnsafeBytes(of: bits.littleEndian) { list.append(contentsOf: $0) }
    case .fixed64(let bits) where width == 8:
      withUnsafeBytes(of: bits.littleEndian) { list.append(contentsOf: $0) }
    default: throw wrongType(name, expected: "numbers of \(width) bytes")
    }
  }
}

/// A place in a message's bytes.
private struct ProtobufCursor {
  let message: ProtobufMessage
  private var offset: Int
  private let end: Int

  init(message: ProtobufMessage) {
    self.message = message
    (offset, end) = (message.bytes.startIndex, message.bytes.endIndex)
  }

  var isAtEnd: Bool { offset == end }

  /// Returns the next field, or nil at the end.
  mutating func next() throws -> ProtobufField? {
    guard !isAtEnd else { return nil }
    let start = offset
    let key = try varint()
    guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
      throw message.malformed(at: start, "field number \(key >> 3)", "1 to 536870911")
    }
    let value: ProtobufField.Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(8))
    case 2:
      let place = offset
      let length = try varint()
      guard length <= UInt64(end - offset) else {
        throw message.malformed(
          at: place, "a length of \(length) for field \(number)",
          "at most the \(end - offset) bytes that follow")
      }
      value = .bytes(message.bytes[offset..<offset + Int(length)])
      offset += Int(length)
    case 5: value = .fixed32(UInt32(try fixed(4)))
    default:
      throw message.malformed(
        at: start, "wire type \(key & 7) for field \(number)", "0, 1, 2 or 5")
    }
    return ProtobufField(number: number, value: value, offset: start, message: message)
  }

  /// Reads seven bits a byte, the lowest first, as long as the eighth is set.
  mutating func varint() throws -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < end else {
        throw message.malformed(at: start, "a number that is cut off", "its last byte")
      }
      let byte = UInt64(message.bytes[offset])
      offset += 1
      guard shift < 63 || byte <= 1 else { break }
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw message.malformed(at: start, "a number of more than 64 bits", "at most 64 bits")
  }

  /// Reads `width` bytes, the lowest first.
  private mutating func fixed(_ width: Int) throws -> UInt64 {
    guard end - offset >= width else {
      throw message.malformed(at: offset, "\(end - offset) bytes", "\(width)")
    }
    var value: UInt64 = 0
    for place in 0..<width { value |= UInt64(message.bytes[offset + place]) << (8 * UInt64(place)) }
    offset += width
    return value
  }
}
