import FileFormats
import Foundation
import RandomStreams

/// Makes inputs of a reader out of its whole files.
struct Mutation {
  private let reader: Reader
  private let seeds: [[UInt8]]
  private let trees: [JSONValue]
  private static let mostBytes = 1 << 20

  init(_ reader: Reader) throws {
    self.reader = reader
    seeds = try reader.seeds(Input.scratchFolder()) + reader.kept()
    precondition(!seeds.isEmpty, "\(reader.name) has no seeds")
    trees =
      reader.isJSON
      ? seeds.compactMap { try? JSONField(json: Data($0), file: "seed").value } : []
  }

  /// Returns the input of a number: first the whole files themselves, then mutations.
  func input(_ number: Int, seed: UInt64) -> [UInt8] {
    if number < seeds.count { return seeds[number] }
    var stream = RandomStream(seed: seed, purpose: "fuzzing \(reader.name)", number)
    if !trees.isEmpty, stream.integer(below: 3) > 0 {
      var tree = JSONMutation(trees, using: stream)
      return tree.text()
    }
    // Small files have less in them, but are read faster; both are wanted.
    var bytes = seeds[stream.integer(below: seeds.count)]
    // Most often one: what lies behind the first checks is only reached by nearly whole files.
    repeat { mutate(&bytes, using: &stream) } while stream.integer(below: 3) == 0
    if bytes.count > Mutation.mostBytes { bytes.removeSubrange(Mutation.mostBytes...) }
    if let repair = reader.repair, stream.integer(below: 4) > 0 { bytes = repair(bytes) }
    return bytes
  }

  private func mutate(_ bytes: inout [UInt8], using stream: inout RandomStream) {
    guard !bytes.isEmpty else {
      bytes = (0..<stream.integer(below: 16)).map { _ in UInt8(stream.integer(below: 256)) }
      return
    }
    let place = stream.integer(below: bytes.count)
    switch stream.integer(below: 20) {
    case 0, 14, 15: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
    case 1: bytes[place] = UInt8(stream.integer(below: 256))
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x0A][stream.integer(below: 7)]
    case 3, 16: bytes[place] &+= stream.integer(below: 2) == 0 ? 1 : 255
    case 4, 17, 18: overwrite(&bytes, at: place, using: &stream)
    case 5: bytes.removeSubrange(range(from: place, in: bytes, &stream))
    case 6: bytes.removeSubrange(place...)
    case 7: bytes.insert(contentsOf: bytes[range(from: place, in: bytes, &stream)], at: place)
    case 8:
      let part = Array(bytes[range(from: place, in: bytes, &stream)])
      let times = 1 << stream.integer(below: 12)
      guard part.count * times <= 1 << 16 else { return }
      bytes.insert(contentsOf: (0..<times).flatMap { _ in part }, at: place)
    case 9:
      let other = seeds[stream.integer(below: seeds.count)]
      let start = stream.integer(below: other.count)
      bytes.replaceSubrange(place..., with: other[start...])
    case 10:
      let other = seeds[stream.integer(below: seeds.count)]
      let part = range(from: stream.integer(below: other.count), in: other, &stream)
      bytes.replaceSubrange(range(from: place, in: bytes, &stream), with: other[part])
    case 11, 19: replaceNumber(&bytes, after: place, using: &stream)
    case 12:
      let word = Mutation.words[stream.integer(below: Mutation.words.count)]
      bytes.insert(contentsOf: Array(word.utf8), at: place)
    default:
      for index in range(from: place, in: bytes, &stream) {
        bytes[index] = UInt8(stream.integer(below: 256))
      }
    }
  }

  /// A short stretch, sometimes a long one.
  private func range(
    from place: Int, in bytes: [UInt8], _ stream: inout RandomStream
  ) -> Range<Int> {
    let most = stream.integer(below: 8) == 0 ? bytes.count : 16
    return place..<min(bytes.count, place + 1 + stream.integer(below: most))
  }

  /// Writes a number of a size that lengths and offsets have, in either order of bytes.
  private func overwrite(
    _ bytes: inout [UInt8], at place: Int, using stream: inout RandomStream
  ) {
    let width = [1, 2, 4, 8][stream.integer(below: 4)]
    let numbers: [UInt64] = [
      0, 1, 2, .max, .max - 1, 1 << 63, 1 << 62, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 16, 1 << 15,
      UInt64(bytes.count), UInt64(bytes.count) &+ 1, UInt64(place), UInt64(bytes.count - place),
      1 << UInt64(stream.integer(below: 64)), stream.next(),
    ]
    var number = numbers[stream.integer(below: numbers.count)]
    let isBigEndian = stream.integer(below: 2) == 0
    for index in 0..<min(width, bytes.count - place) {
      let own = isBigEndian ? place + width - 1 - index : place + index
      if own < bytes.count { bytes[own] = UInt8(truncatingIfNeeded: number) }
      number >>= 8
    }
  }

  /// Replaces the next number in digits by one that is seldom thought of.
  private func replaceNumber(
    _ bytes: inout [UInt8], after place: Int, using stream: inout RandomStream
  ) {
    guard let start = bytes[place...].firstIndex(where: { (48...57).contains($0) }) else { return }
    let end = bytes[start...].firstIndex { !(48...57).contains($0) && $0 != 46 } ?? bytes.count
    let number = Mutation.numbers[stream.integer(below: Mutation.numbers.count)]
    bytes.replaceSubrange(start..<end, with: Array(number.utf8))
  }

  static let numbers = [
    "0", "-0", "-1", "1", "2", "0.5", "1e-320", "1e308", "1e309", "-1e308", "1e18", "1e19",
    "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "18446744073709551616", "4611686018427387904", "65536", "65537",
    "100000",
    "0x10", "nan", "inf", "1_000", "1e400000000000", "00", "1.", ".5",
    "999999999999999999999999999",
  ]

  static let words = [
    "\u{0}", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "\u{1B}]0;x\u{7}", "\u{202E}", "\u{FEFF}",
    "../", "/",
    "[", "]", "{", "}", "[[[[[[[[[[[[[[[[", "{\"a\":", ",", ":", "'", "=", "\n", "\r\n", "\r", "\t",
    "$",
    "(", ")", "$channels", "%n%s", "null", "true", "-", "e", ".", "é", "e\u{301}", "🏳️‍🌈", "＝",
    "\u{2028}",
    "<script>", "&amp;", "`",
  ]
}
