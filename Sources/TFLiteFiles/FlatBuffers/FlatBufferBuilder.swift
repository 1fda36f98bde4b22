/// Writes a FlatBuffer, from its last byte to its first, so that everything is written before what refers to it.
///
/// A table's fields follow its distance to a *vtable*, which says where each field is; tables of one form share
/// theirs. Vectors are a count and the elements; references are distances forward, in bytes.
///
/// Source: flatbuffers.dev/internals.
struct FlatBufferBuilder {
  /// A place in the buffer, as its distance from the end.
  struct Offset: Hashable {
    fileprivate let distance: Int
  }

  /// The buffer from its last byte to its first.
  private var reversed: [UInt8] = []
  private var vtables: [[UInt16]: Int] = [:]
  /// Equal vectors and texts are stored once.
  private var vectors: [SharedVector: Offset] = [:]

  private struct SharedVector: Hashable {
    let bytes: [UInt8]
    let count: Int
    let alignment: Int
    let isText: Bool
  }

  /// One field of a table.
  enum Field {
    case byte(UInt8)
    case int32(Int32)
    case float32(Float)
    case offset(Offset)

    fileprivate var width: Int { if case .byte = self { 1 } else { 4 } }
  }

  // MARK: Tables

  /// Writes a table of fields by their numbers.
  mutating func table(_ fields: [(slot: Int, field: Field)]) -> Offset {
    align(4)
    let end = reversed.count
    var places: [Int: Int] = [:]
    for (slot, field) in fields.sorted(by: { ($1.field.width, $0.slot) < ($0.field.width, $1.slot) }
    ) {
      switch field {
      case .byte(let value): push(value)
      case .int32(let value): push(value)
      case .float32(let value): push(value.bitPattern)
      case .offset(let offset): push(reference: offset)
      }
      places[slot] = reversed.count
    }
    align(4)
    let table = reversed.count + 4
    let slots = (places.keys.max() ?? -1) + 1
    var vtable = [UInt16(4 + 2 * slots), UInt16(table - end)]
    for slot in 0..<slots { vtable.append(places[slot].map { UInt16(table - $0) } ?? 0) }
    if let known = vtables[vtable] {
      push(Int32(known - table))
    } else {
      // The new vtable comes right before its table.
      let distance = table + 2 * vtable.count
      push(Int32(distance - table))
      for entry in vtable.reversed() { push(entry) }
      vtables[vtable] = distance
    }
    return Offset(distance: table)
  }

  // MARK: Vectors

  mutating func text(_ text: String) -> Offset {
    let bytes = Array(text.utf8)
    return shared(bytes + [0], count: bytes.count, alignment: 4, isText: true)
  }

  mutating func vector(_ values: [Int32]) -> Offset {
    shared(bytes(of: values), count: values.count, alignment: 4)
  }

  mutating func vector(_ values: [Int64]) -> Offset {
    shared(bytes(of: values), count: values.count, alignment: 8)
  }

  mutating func vector(_ values: [Float]) -> Offset {
    vector(values.map { Int32(bitPattern: $0.bitPattern) })
  }

  /// Writes bytes whose first has an address that `alignment` divides; they are not shared.
  mutating func vector(_ bytes: [UInt8], alignment: Int) -> Offset {
    vector(bytes, count: bytes.count, alignment: alignment)
  }

  mutating func vector(_ offsets: [Offset]) -> Offset {
    align(4)
    for offset in offsets.reversed() { push(reference: offset) }
    push(UInt32(offsets.count))
    return Offset(distance: reversed.count)
  }

  private mutating func shared(
    _ bytes: [UInt8], count: Int, alignment: Int, isText: Bool = false
  ) -> Offset {
    let key = SharedVector(bytes: bytes, count: count, alignment: alignment, isText: isText)
    if let known = vectors[key] { return known }
    let offset = vector(bytes, count: count, alignment: alignment)
    vectors[key] = offset
    return offset
  }

  private mutating func vector(_ bytes: [UInt8], count: Int, alignment: Int) -> Offset {
    align(max(4, alignment), before: bytes.count)
    reversed.append(contentsOf: bytes.reversed())
    push(UInt32(count))
    return Offset(distance: reversed.count)
  }

  // MARK: The whole

  /// Returns the buffer with its root and the four letters that name its format.
  mutating func finished(root: Offset, identifier: String, alignment: Int = 16) -> [UInt8] {
    precondition(identifier.utf8.count == 4)
    align(alignment, before: 8)
    reversed.append(contentsOf: identifier.utf8.reversed())
    push(reference: root)
    return reversed.reversed()
  }

  /// Appends zeros, so that what follows, `length` bytes of it, begins at a multiple of `alignment` from the end.
  private mutating func align(_ alignment: Int, before length: Int = 0) {
    while (reversed.count + length) % alignment != 0 { reversed.append(0) }
  }

  private mutating func push(reference offset: Offset) {
    push(UInt32(reversed.count + 4 - offset.distance))
  }

  private mutating func push(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { reversed.append(contentsOf: $0) }
  }
}

/// Returns the values' bytes, each from its lowest to its highest.
func bytes<Value: FixedWidthInteger>(of values: [Value]) -> [UInt8] {
  values.map(\.littleEndian).withUnsafeBytes { Array($0) }
}
