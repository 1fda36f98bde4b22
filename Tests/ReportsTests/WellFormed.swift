import Foundation

/// Returns why a text is not well-formed XML, or nil if it is: tags are balanced, attributes quoted and
/// unique, and every other `<` and `&` is escaped. What a script holds is HTML's raw text and ends at its first
/// end tag.
func complaintAboutXML(_ text: String) -> String? {
  var scanner = MarkupScanner(text)
  return scanner.complaint()
}

/// Goes through a page byte by byte: it is long, and tests are not optimised.
private struct MarkupScanner {
  private let bytes: [UInt8]
  private var place = 0
  private var open: [String] = []

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func complaint() -> String? {
    _ = skip("<!DOCTYPE html>")
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "&"):
        let start = place
        guard skipEntity() else { return "a bare & at: \(text(from: start, atMost: 40))" }
      case UInt8(ascii: "<"):
        if let complaint = complaintAboutTag() { return complaint }
      default: place += 1
      }
    }
    return open.isEmpty ? nil : "never closed: \(open)"
  }

  private mutating func complaintAboutTag() -> String? {
    let start = place
    if skip("<script") {
      while !skip("</script>") {
        guard place < bytes.count else { return "a script that never ends" }
        place += 1
      }
      return nil
    }
    let isEnd = skip("</")
    if !isEnd { place += 1 }
    let name = word(MarkupScanner.isOfTag)
    var names: [String] = []
    if !isEnd { while let name = attribute() { names.append(name) } }
    let isEmpty = !isEnd && skip("/")
    guard !name.isEmpty, skip(">") else { return "no tag at: \(text(from: start, atMost: 60))" }
    guard Set(names).count == names.count else { return "an attribute twice in <\(name)>" }
    if isEnd { return open.popLast() == name ? nil : "</\(name)> closes nothing" }
    if !isEmpty { open.append(name) }
    return nil
  }

  /// Skips ` name="value"` and returns the name; nil, and nothing is skipped, where there is no such thing.
  private mutating func attribute() -> String? {
    let start = place
    if skip(" ") {
      let name = word(MarkupScanner.isOfAttribute)
      if let first = name.utf8.first, MarkupScanner.isLetter(first), skip("=\""), skipValue() {
        return name
      }
    }
    place = start
    return nil
  }

  /// Skips a value with the quotation mark at its end; false if it holds what has to be escaped.
  private mutating func skipValue() -> Bool {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        return true
      case UInt8(ascii: "<"): return false
      case UInt8(ascii: "&"): if !skipEntity() { return false }
      default: place += 1
      }
    }
    return false
  }

  private mutating func skipEntity() -> Bool {
    skip("&amp;") || skip("&lt;") || skip("&gt;") || skip("&quot;") || skip("&#39;")
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard place + count <= bytes.count else { return false }
    for index in 0..<count where bytes[place + index] != text.utf8Start[index] { return false }
    place += count
    return true
  }

  private mutating func word(_ isPart: (UInt8) -> Bool) -> String {
    let start = place
    while place < bytes.count, isPart(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private func text(from start: Int, atMost count: Int) -> String {
    String(decoding: bytes[start..<min(bytes.count, start + count)], as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
  private static func isOfTag(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) && byte & 0x20 != 0
  }
  private static func isOfAttribute(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
  }
}
extension String {
  /// A page without its scripts: what is seen where none run.
  var withoutScripts: String {
    let parts = components(separatedBy: "<script")
    return parts[0]
      + parts.dropFirst().map { part in
        part.range(of: "</script>").map { String(part[$0.upperBound...]) } ?? ""
      }.joined()
  }

  /// How often a text occurs.
  func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
