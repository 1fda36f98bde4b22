import Foundation

/// What is measured of every image by itself, whatever a network says of it.
///
/// Pixels are in the data set's own unit: 0…1 for bytes, as they are for floats.
public struct ImageMeasures: Hashable, Sendable {
  /// The mean of all values.
  public let brightness: Float
  /// The standard deviation of all values.
  public let contrast: Float
  /// The mean of each channel.
  public let channelMeans: [Float]
  /// The standard deviation of the noise; nil for images of fewer than three rows or columns.
  ///
  /// The mean size of what a mask answers that is blind to edges and slopes:
  ///
  ///      1 −2  1
  ///     −2  4 −2    times √(π/2) / 6
  ///      1 −2  1
  ///
  /// Fine texture counts as noise, so only its change says something. Source: Immerkær, "Fast noise variance estimation",
  /// Computer Vision and Image Understanding 64(2), 1996.
  public let noise: Float?

  /// Measures an image.
  ///
  /// - Parameter pixels: `[height, width, channels]`.
  public init(_ pixels: UnsafePointer<Float>, height: Int, width: Int, channels: Int) {
    let count = height * width * channels
    var (sum, squares) = (0.0, 0.0)
    var sums = [Double](repeating: 0, count: channels)
    for place in 0..<count {
      let value = Double(pixels[place])
      sum += value
      squares += value * value
      sums[place % channels] += value
    }
    let mean = sum / Double(count)
    brightness = Float(mean)
    contrast = Float(max(0, squares / Double(count) - mean * mean).squareRoot())
    channelMeans = sums.map { Float($0 / Double(height * width)) }
    guard height >= 3 && width >= 3 else {
      noise = nil
      return
    }
    /// The mask along one row: v(column − 1) − 2·v(column) + v(column + 1).
    func bend(_ row: Int, _ column: Int, _ channel: Int) -> Float {
      let place = (row * width + column) * channels + channel
      return pixels[place - channels] - 2 * pixels[place] + pixels[place + channels]
    }
    var answers = 0.0
    for row in 1..<height - 1 {
      for column in 1..<width - 1 {
        for channel in 0..<channels {
          let outer = bend(row - 1, column, channel) + bend(row + 1, column, channel)
          answers += Double(abs(outer - 2 * bend(row, column, channel)))
        }
      }
    }
    let places = Double((height - 2) * (width - 2) * channels)
    noise = Float((Double.pi / 2).squareRoot() / 6 * answers / places)
  }
}
