import Foundation

/// The Netpbm formats: PBM, PGM and PPM, plain (P1 to P3) and binary (P4 to P6).
///
/// Source: the manual pages pbm(5), pgm(5) and ppm(5).
public enum NetpbmFile {
  /// Reads an image; values of another maximum than 255 are scaled to it and rounded.
  ///
  /// - Throws: `FileFormatError` naming the place and what was found there.
  public static func read(_ path: String) throws -> RasterImage {
    try parse(SystemFile.readAll(path), path: path)
  }

  static func parse(_ data: Data, path: String) throws -> RasterImage {
    var parser = NetpbmParser(data, path: path)
    let kind = try parser.kind()
    let width = try parser.number("width", in: 1...65_535)
    let height = try parser.number("height", in: 1...65_535)
    guard width * height <= RasterImage.mostPixels else {
      throw parser.malformed(
        "size", "\(width) × \(height)", "at most \(RasterImage.mostPixels) pixels")
    }
    let isBitmap = kind == 1 || kind == 4
    let maximum = isBitmap ? 1 : try parser.number("maximum value", in: 1...65_535)
    let channels = kind == 3 || kind == 6 ? 3 : 1
    let count = width * height * channels
    let values: [Int]
    switch kind {
    case 1: values = try parser.digits(count).map { 1 - $0 }
    case 2, 3:
      values = try (0..<count).map { _ in try parser.number("a value", in: 0...maximum) }
    case 4: values = try parser.bits(width: width, height: height).map { 1 - $0 }
    default: values = try parser.binary(count, bytesEach: maximum > 255 ? 2 : 1, maximum: maximum)
    }
    let pixels = values.map { UInt8(($0 * 255 + maximum / 2) / maximum) }
    return RasterImage(height: height, width: width, channels: channels, pixels: pixels)
  }
}

/// Reads what a Netpbm file consists of: numbers between white space and comments, then values.
private struct NetpbmParser {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0

  init(_ data: Data, path: String) { (bytes, self.path) = ([UInt8](data), path) }

  func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
    .malformed(path: path, location: location, found: found, expected: expected)
  }

  /// Returns the digit behind the P.
  mutating func kind() throws -> Int {
    guard bytes.count > 2, bytes[0] == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1])
    else {
      throw malformed("magic number at byte 0", "\(bytes.prefix(2).map { $0 })", "P1 to P6")
    }
    position = 2
    return Int(bytes[1] - UInt8(ascii: "0"))
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else if bytes[position] == 32 || (9...13).contains(bytes[position]) {
        position += 1
      } else {
        return
      }
    }
  }

  private func digit(at index: Int) -> Int? {
    guard index < bytes.count, (48...57).contains(bytes[index]) else { return nil }
    return Int(bytes[index]) - 48
  }

  mutating func number(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let digit = digit(at: position) {
      value = min(value * 10 + digit, 1 << 30)
      position += 1
    }
    guard position > start, range.contains(value) else {
      throw malformed(
        "\(name) at byte \(start)", position > start ? "\(value)" : "no number",
        "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Returns single digits, 0 or 1, with or without space between them.
  mutating func digits(_ count: Int) throws -> [Int] {
    try (0..<count).map { _ in
      skipSpace()
      guard let digit = digit(at: position), digit < 2 else {
        throw malformed("a pixel at byte \(position)", "no such digit", "0 or 1")
      }
      position += 1
      return digit
    }
  }

  /// Returns the bits of rows that each begin at a byte.
  mutating func bits(width: Int, height: Int) throws -> [Int] {
    let rowBytes = (width + 7) / 8
    let start = try values(rowBytes * height)
    return (0..<height).flatMap { row in
      (0..<width).map { column in
        Int(bytes[start + row * rowBytes + column / 8] >> (7 - UInt8(column % 8)) & 1)
      }
    }
  }

  mutating func binary(_ count: Int, bytesEach: Int, maximum: Int) throws -> [Int] {
    let start = try values(count * bytesEach)
    return try (0..<count).map { index in
      let value =
        bytesEach == 1
        ? Int(bytes[start + index])
        : Int(bytes[start + 2 * index]) << 8 | Int(bytes[start + 2 * index + 1])
      guard value <= maximum else {
        throw malformed("value \(index)", "\(value)", "at most the maximum, \(maximum)")
      }
      return value
    }
  }

  /// Returns where the values start: behind a single character of white space.
  private mutating func values(_ count: Int) throws -> Int {
    let start = position + 1
    guard bytes.count >= start + count else {
      throw malformed(
        "values at byte \(start)", "\(max(0, bytes.count - start)) bytes", "\(count) bytes")
    }
    return start
  }
}
