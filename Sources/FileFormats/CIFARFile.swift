import Foundation

/// The binary version of CIFAR-10 and CIFAR-100: fixed-size records, one per 32×32 image.
///
/// A record is one label byte (CIFAR-10) or two (CIFAR-100: coarse, then fine), then 3072 pixel
/// bytes: the red plane, the green and the blue, each in rows.
///
/// Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the data
/// set's page.
public enum CIFARFile {
  /// Reads record files one after the other.
  ///
  /// - Parameters:
  ///   - paths: The files, in the order wanted.
  ///   - labelBytes: 1 for CIFAR-10, 2 for CIFAR-100; the last of them (the fine label) is
  ///     returned.
  /// - Returns: `uint8` images, `[N, 32, 32, 3]`, channels last, and `uint8` labels, `[N]`.
  /// - Throws: `FileFormatError` if a file cannot be read, is empty or is not a whole number of
  ///   records.
  public static func read(
    _ paths: [String], labelBytes: Int
  ) throws -> (images: NumericArray, labels: NumericArray) {
    precondition(labelBytes == 1 || labelBytes == 2, "labelBytes must be 1 or 2, got \(labelBytes)")
    let recordBytes = labelBytes + imageBytes
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for path in paths {
      let data = try SystemFile.readAll(path)
      guard !data.isEmpty, data.count % recordBytes == 0 else {
        throw FileFormatError.malformed(
          path: path, location: "size", found: "\(data.count) bytes",
          expected: "a positive multiple of \(recordBytes) bytes, one record per image")
      }
      data.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: recordBytes) {
          let record = UnsafeRawBufferPointer(rebasing: bytes[start..<start + recordBytes])
          labels.append(record[labelBytes - 1])
          appendInterleaved(UnsafeRawBufferPointer(rebasing: record[labelBytes...]), to: &pixels)
        }
      }
    }
    return (
      NumericArray(shape: [labels.count, side, side, 3], pixels),
      NumericArray(shape: [labels.count], labels)
    )
  }

  private static let side = 32
  private static let imageBytes = 3 * side * side

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
