import Foundation

/// Writes a message in the wire format of Protocol Buffers, field by field; `ProtobufMessage` describes it.
package struct ProtobufWriter {
  package private(set) var data = Data()

  package init() {}

  /// Writes an `int32`, `int64` or enumeration value.
  package mutating func write(_ value: Int, field: Int) {
    key(field, wireType: 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  package mutating func write(_ value: Float, field: Int) {
    key(field, wireType: 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  package mutating func write(_ bytes: Data, field: Int) {
    key(field, wireType: 2)
    varint(UInt64(bytes.count))
    data.append(bytes)
  }

  package mutating func write(_ text: String, field: Int) { write(Data(text.utf8), field: field) }

  /// Writes a message that `body` fills.
  package mutating func writeMessage(field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    body(&message)
    write(message.data, field: field)
  }

  private mutating func key(_ field: Int, wireType: UInt64) {
    precondition(field > 0, "fields are numbered from 1, got \(field)")
    varint(UInt64(field) << 3 | wireType)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      data.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }
}
