import Foundation

/// How a pixel is stored.
public enum PixelType: String, CaseIterable, Codable, Hashable, Sendable {
  /// 0…255, meaning 0…1.
  case uint8
  /// Any finite number.
  case float32

  /// The size of one channel of one pixel in bytes.
  public var byteCount: Int { self == .uint8 ? 1 : 4 }
}

/// How many images of one size there are, and how their pixels are stored.
struct ImageShape: Hashable, Sendable {
  var count: Int
  let height: Int
  let width: Int
  let channels: Int
  let type: PixelType

  /// The stored bytes of one image.
  var imageBytes: Int { height * width * channels * type.byteCount }
}

/// Images of one size that are read in pieces, so that they need not fit into memory.
protocol PixelSource: Sendable {
  var shape: ImageShape { get }

  /// Returns the pixels of some images as they are stored, `[range.count, height, width, channels]`,
  /// little-endian.
  ///
  /// - Throws: `FileFormatError`, or `DatasetError.invalidData` naming the image that is wrong.
  func pixels(_ range: Range<Int>) throws -> Data
}
