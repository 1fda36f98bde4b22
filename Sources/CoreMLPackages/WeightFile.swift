import Foundation

/// The file of weights of an ML Program: tensors of float32, each behind a description of 64 bytes, at places that
/// are multiples of 64.
///
/// Source: mlmodel/src/MILBlob/Blob/StorageFormat.hpp of github.com/apple/coremltools.
struct WeightFile {
  /// What a program names it.
  static let programPath = "@model_path/weights/weight.bin"

  private static let alignment = 64
  private static let version: UInt32 = 2
  private static let sentinel: UInt32 = 0xDEAD_BEEF
  private static let float32: UInt32 = 2

  private var blobs = Data()
  private var count: UInt32 = 0

  /// Adds a tensor and returns the place of its description in the file.
  mutating func append(_ values: [Float]) -> Int {
    let place = Self.alignment + blobs.count
    var description = Data()
    description.append(littleEndian: Self.sentinel)
    description.append(littleEndian: Self.float32)
    description.append(littleEndian: UInt64(4 * values.count))
    description.append(littleEndian: UInt64(place + Self.alignment))
    blobs.append(description.padded(to: Self.alignment))
    var bytes = Data(capacity: 4 * values.count)
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    blobs.append(bytes.padded(to: Self.alignment))
    count += 1
    return place
  }

  /// The bytes of the file.
  var data: Data {
    var header = Data()
    header.append(littleEndian: count)
    header.append(littleEndian: Self.version)
    return header.padded(to: Self.alignment) + blobs
  }
}

extension Data {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Returns the bytes with zeros behind them up to a multiple of a length.
  fileprivate func padded(to alignment: Int) -> Data {
    self + Data(count: (alignment - count % alignment) % alignment)
  }
}
