import Foundation

/// The binary version of CIFAR-10 and CIFAR-100: fixed-size records, one per 32×32 image.
///
/// A record is one label byte (CIFAR-10) or two (CIFAR-100: coarse, then fine), then 3072 pixel
/// bytes: the red plane, the green and the blue, each in rows.
///
/// Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the data
/// set's page.
public struct CIFARFile: Sendable {
  /// The number of images.
  public let count: Int
  private let files: [RandomAccessFile]
  private let labelBytes: Int

  /// Opens record files that follow one another.
  ///
  /// - Parameters:
  ///   - paths: The files, in the order wanted.
  ///   - labelBytes: 1 for CIFAR-10, 2 for CIFAR-100; the last of them (the fine label) counts.
  /// - Throws: `FileFormatError` if a file cannot be opened, is empty or is not a whole number of
  ///   records.
  public init(_ paths: [String], labelBytes: Int) throws {
    precondition(labelBytes == 1 || labelBytes == 2, "labelBytes must be 1 or 2, got \(labelBytes)")
    self.labelBytes = labelBytes
    let recordBytes = labelBytes + Self.imageBytes
    files = try paths.map { path in
      let file = try RandomAccessFile(path)
      guard file.byteCount > 0, file.byteCount % recordBytes == 0 else {
        throw FileFormatError.malformed(
          path: path, location: "size", found: "\(file.byteCount) bytes",
          expected: "a positive multiple of \(recordBytes) bytes, one record per image")
      }
      return file
    }
    count = files.reduce(0) { $0 + $1.byteCount / recordBytes }
  }

  /// Rows and columns of an image, which has three channels.
  public static let side = 32
  private static let imageBytes = 3 * side * side

  /// Returns the class of every image.
  ///
  /// - Throws: `FileFormatError` if a file cannot be read.
  public func labels() throws -> [UInt8] {
    var labels: [UInt8] = []
    labels.reserveCapacity(count)
    let piece = 1024
    for start in stride(from: 0, to: count, by: piece) {
      try forEachRecord(start..<min(count, start + piece)) { labels.append($0[labelBytes - 1]) }
    }
    return labels
  }

  /// Returns some images, `uint8`, `[range.count, 32, 32, 3]`, channels last.
  ///
  /// - Throws: `FileFormatError` if a file cannot be read.
  public func images(_ range: Range<Int>) throws -> NumericArray {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(range.count * Self.imageBytes)
    try forEachRecord(range) { record in
      Self.appendInterleaved(
        UnsafeRawBufferPointer(rebasing: record[labelBytes...]), to: &pixels)
    }
    return NumericArray(shape: [range.count, Self.side, Self.side, 3], pixels)
  }

  private func forEachRecord(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws {
    let recordBytes = labelBytes + Self.imageBytes
    var first = 0
    for file in files {
      let own = file.byteCount / recordBytes
      let wanted = range.clamped(to: first..<first + own)
      let bytes = try file.data(
        (wanted.lowerBound - first) * recordBytes..<(wanted.upperBound - first) * recordBytes)
      bytes.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: recordBytes) {
          body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + recordBytes]))
        }
      }
      first += own
    }
  }

  /// Appends three colour planes as pixels of three channels.
  private static func appendInterleaved(
    _ planes: UnsafeRawBufferPointer, to pixels: inout [UInt8]
  ) {
    let planeBytes = side * side
    for place in 0..<planeBytes {
      pixels.append(planes[place])
      pixels.append(planes[planeBytes + place])
      pixels.append(planes[2 * planeBytes + place])
    }
  }
}
