/// An image as it comes out of a file: 8 bits a value.
public struct RasterImage: Hashable, Sendable {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Values per pixel: 1 grey, 2 grey and opacity, 3 red, green and blue, 4 these and opacity.
  public let channels: Int
  /// `[height, width, channels]`.
  public let pixels: [UInt8]

  /// Creates an image.
  ///
  /// - Precondition: There are as many values as the sizes say.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(pixels.count == height * width * channels, "an image of other sizes")
    (self.height, self.width, self.channels) = (height, width, channels)
    self.pixels = pixels
  }

  /// Whether the last value of a pixel is its opacity.
  public var hasOpacity: Bool { channels == 2 || channels == 4 }

  /// The most pixels that a file may ask for: 2²⁸.
  static let mostPixels = 1 << 28
}
