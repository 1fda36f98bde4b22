/// A prefix code of DEFLATE as a table: the next bits of the stream lead to a symbol at once.
struct HuffmanCode {
  /// For every value of the next `bitCount` bits the symbol and, in the low four bits, its length; 0 where no
  /// code begins so.
  private var table: [UInt16]
  private let bitCount: Int

  /// Makes the canonical code of the given lengths, 0 for symbols that do not occur.
  ///
  /// - Parameter name: What the symbols are, for errors.
  /// - Throws: `Inflater.Failure.invalid` if more codes are given than such lengths allow, or fewer, but for a
  ///   single one and for none.
  init(lengths: [UInt8], of name: String) throws(Inflater.Failure) {
    let longest = Int(lengths.max() ?? 0)
    bitCount = max(1, longest)
    table = [UInt16](repeating: 0, count: 1 << bitCount)
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var free = 1
    var next = [Int](repeating: 0, count: 16)
    for length in 1...15 {
      free = 2 * free - counts[length]
      guard free >= 0 else { throw .invalid("more codes for \(name) than their lengths allow") }
      if length < 15 { next[length + 1] = (next[length] + counts[length]) << 1 }
    }
    let used = counts.reduce(0, +)
    guard free == 0 || used == 0 || (used == 1 && longest == 1) else {
      throw .invalid("fewer codes for \(name) than their lengths demand")
    }
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      let code = next[length]
      next[length] += 1
      // Codes stand in the stream with their highest bit first.
      var reversed = 0
      for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      let entry = UInt16(symbol << 4 | length)
      for value in stride(from: reversed, to: table.count, by: 1 << length) { table[value] = entry }
    }
  }

  /// Takes the next symbol from a stream.
  func next(_ input: inout BitReader) throws(Inflater.Failure) -> Int {
    let entry = Int(table[input.peek(bitCount)])
    guard entry != 0 else { throw .invalid("bits that are no code") }
    try input.take(entry & 15)
    return entry >> 4
  }

  /// The codes of a block that gives none of its own.
  static let fixedLiterals = fixed(
    (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  static let fixedDistances = fixed([UInt8](repeating: 5, count: 32))

  private static func fixed(_ lengths: [UInt8]) -> HuffmanCode {
    guard let code = try? HuffmanCode(lengths: lengths, of: "fixed codes") else {
      preconditionFailure("the codes of RFC 1951, section 3.2.6, are complete")
    }
    return code
  }
}
