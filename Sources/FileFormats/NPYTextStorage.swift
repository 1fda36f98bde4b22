import Foundation

/// How a `.npy` file stores texts of one greatest length, padded with zeros: `<U10` or `|S10`.
struct NPYTextStorage: Equatable {
  /// The size of one text in the file.
  let byteCount: Int
  private let isUnicode: Bool
  private let isBigEndian: Bool

  /// Reads a type description; nil if it is none of texts.
  init?(_ description: String) {
    guard let order = description.first, "<>|=".contains(order),
      let kind = description.dropFirst().first, kind == "U" || kind == "S",
      let length = Int(description.dropFirst(2)), (0...1 << 20).contains(length)
    else { return nil }
    (isUnicode, isBigEndian) = (kind == "U", order == ">")
    byteCount = isUnicode ? 4 * length : length
  }

  /// Returns the texts in some bytes.
  func texts(_ data: Data) -> [String] {
    guard byteCount > 0 else { return [] }
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / byteCount).map { index in
        let own = UnsafeRawBufferPointer(
          rebasing: bytes[index * byteCount..<(index + 1) * byteCount])
        guard isUnicode else { return String(decoding: own.prefix { $0 != 0 }, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        for place in stride(from: 0, to: byteCount, by: 4) {
          let unit = own.loadUnaligned(fromByteOffset: place, as: UInt32.self)
          let value = isBigEndian ? unit.byteSwapped : unit
          if value == 0 { break }
          text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return String(text)
      }
    }
  }
}
