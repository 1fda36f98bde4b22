/// A C structure, as far as its size matters: members in order, each at a multiple of its own alignment, the
/// whole a multiple of the largest. Both the ABI of 32-bit Arm and that of 64-bit systems lay them out so.
struct CStructure: Hashable, Sendable {
  enum Member: Hashable, Sendable {
    case boolean
    case int16
    /// Also an enumeration, a `float` and an `int`.
    case int32
    case double
    /// Also a `size_t` and the hidden pointer to a table of virtual functions.
    case pointer
    /// Several of one kind.
    case array(Int, [Member])
    case structure(CStructure)
  }

  let members: [Member]

  init(_ members: [Member]) { self.members = members }

  /// Returns the size and the alignment in bytes.
  ///
  /// - Parameter pointer: The bytes of a pointer: 4 or 8.
  func layout(pointer: Int) -> (bytes: Int, alignment: Int) {
    var (bytes, alignment) = (0, 1)
    for member in members {
      let part = member.layout(pointer: pointer)
      bytes = bytes.rounded(upTo: part.alignment) + part.bytes
      alignment = max(alignment, part.alignment)
    }
    return (bytes.rounded(upTo: alignment), alignment)
  }
}

extension CStructure.Member {
  fileprivate func layout(pointer: Int) -> (bytes: Int, alignment: Int) {
    switch self {
    case .boolean: (1, 1)
    case .int16: (2, 2)
    case .int32: (4, 4)
    case .double: (8, 8)
    case .pointer: (pointer, pointer)
    case .structure(let structure): structure.layout(pointer: pointer)
    case .array(let count, let members):
      {
        let one = CStructure(members).layout(pointer: pointer)
        return (one.bytes * count, one.alignment)
      }()
    }
  }

  static func int32s(_ count: Int) -> CStructure.Member { .array(count, [.int32]) }
  static func pointers(_ count: Int) -> CStructure.Member { .array(count, [.pointer]) }
}

extension Int {
  /// Returns the next multiple of an alignment.
  func rounded(upTo alignment: Int) -> Int { (self + alignment - 1) / alignment * alignment }
}
