import FileFormats
import Foundation

/// The numbers and checksums at the ends of a journal's lines, each of which covers all that came before.
///
/// A line ends with `,"seq":N,"chain":"C"}`. N is the line's number in the file, from 1. C is the first 16 digits
/// (64 bits) of the SHA-256 of two texts after each other: C of the line before, and the line itself up to N. Before
/// the first line with a checksum stands, instead of C, the same of all bytes so far; of none in a new journal.
///
/// So a changed digit, a missing, doubled or swapped line, and a line of another journal are noticed where they stand.
/// It protects from damage and from edits by hand, not from somebody who computes new checksums.
struct JournalChain {
  /// The lines so far.
  private(set) var lineCount = 0
  /// Those at the beginning that have no checksum, as versions before this format wrote them.
  private(set) var uncheckedCount = 0
  /// C of the last line; nil as long as none has one.
  private var last: String?
  /// Of all bytes so far, as long as no line has a checksum.
  private var beginning = ContentHash()

  /// Returns an event's line with its number and checksum, as the next line.
  ///
  /// - Parameter event: A JSON object with at least one member, on one line.
  mutating func sealed(_ event: String) -> String {
    let covered = event.dropLast() + ",\"seq\":\(lineCount + 1)"
    let checksum = checksum(of: Array(covered.utf8))
    take(checksum)
    return covered + ",\"chain\":\"\(checksum)\"}"
  }

  /// Takes in the next line.
  ///
  /// - Parameter line: Its bytes without the newline.
  /// - Returns: What is wrong with its number or checksum; nil if nothing is.
  mutating func problem(with line: ArraySlice<UInt8>) -> String? {
    guard let seal = Seal(line) else {
      if Seal.remains(in: line) {
        return "its checksum cannot be read, expected ,\"seq\":\(lineCount + 1),\"chain\":\"…\" "
          + "with 16 hexadecimal digits at its end"
      }
      if last != nil {
        return
          "it has no checksum, though the lines before it have: an older version has written it, "
          + "or somebody by hand"
      }
      line.withUnsafeBytes { beginning.update($0) }
      beginning.update("\n")
      lineCount += 1
      uncheckedCount += 1
      return nil
    }
    guard seal.number == String(lineCount + 1) else {
      return
        "it says that it is number \(seal.number), expected \(lineCount + 1): a line is missing, "
        + "doubled or at another place"
    }
    let expected = checksum(of: Array(line[..<seal.coveredEnd]))
    guard seal.checksum == expected else {
      return
        "its checksum is \(seal.checksum), expected \(expected) for what it says: it was changed, "
        + "or comes from another journal"
    }
    take(expected)
    return nil
  }

  /// Whether a line ends with a number and a checksum, right or wrong.
  static func isSealed(_ line: ArraySlice<UInt8>) -> Bool { Seal(line) != nil }

  private mutating func take(_ checksum: String) {
    last = checksum
    lineCount += 1
  }

  private func checksum(of covered: [UInt8]) -> String {
    var hash = ContentHash()
    hash.update(last ?? String(beginning.hexadecimal.prefix(Seal.digitCount)))
    covered.withUnsafeBytes { hash.update($0) }
    return String(hash.hexadecimal.prefix(Seal.digitCount))
  }
}

/// What a line says of its number and its checksum.
private struct Seal {
  static let digitCount = 16
  private static let name = Array(",\"chain\":\"".utf8)
  private static let numberName = Array(",\"seq\":".utf8)
  private static let end = Array("\"}".utf8)

  let number: String
  let checksum: String
  /// Where what the checksum covers ends.
  let coveredEnd: Int

  /// Reads the end of a line; nil if it is none of a line with a checksum.
  init?(_ line: ArraySlice<UInt8>) {
    guard line.suffix(Self.end.count).elementsEqual(Self.end) else { return nil }
    let digits = line.dropLast(Self.end.count).suffix(Self.digitCount)
    let before = line[..<digits.startIndex]
    guard digits.count == Self.digitCount, digits.allSatisfy(Self.isHexadecimal),
      before.suffix(Self.name.count).elementsEqual(Self.name)
    else { return nil }
    coveredEnd = before.endIndex - Self.name.count
    let covered = line[..<coveredEnd]
    let start = (covered.lastIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? -1
    let numberDigits = covered[(start + 1)...]
    guard !numberDigits.isEmpty, start >= covered.startIndex,
      covered[...start].suffix(Self.numberName.count).elementsEqual(Self.numberName)
    else { return nil }
    number = String(decoding: numberDigits, as: UTF8.self)
    checksum = String(decoding: digits, as: UTF8.self)
  }

  /// Whether a line that does not end as it should has a number or a checksum all the same. Inside of texts, quotes
  /// have a backslash before them.
  static func remains(in line: ArraySlice<UInt8>) -> Bool {
    line.contains(text: "\"seq\":") || line.contains(text: "\"chain\":")
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
