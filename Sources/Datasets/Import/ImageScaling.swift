import FileFormats

/// How a picture is brought to another size.
public struct ImageScaling: Hashable, Sendable {
  /// What happens where the sides are of another proportion.
  public enum Fit: String, CaseIterable, Hashable, Sendable {
    /// The middle is kept, what stands out is cut off.
    case crop
    /// Each side is scaled by itself.
    case stretch
    /// All is kept, and the rest is black.
    case pad
  }

  public let height: Int
  public let width: Int
  public let fit: Fit

  public init(height: Int, width: Int, fit: Fit = .crop) {
    (self.height, self.width, self.fit) = (height, width, fit)
  }

  /// Returns a picture in the new size.
  ///
  /// Every new value is the mean of the old ones around its place, weighted by a triangle that is as wide as the
  /// reduction demands, and at least as the neighbours are apart: bilinear where a picture grows, without
  /// moiré where it shrinks.
  public func scaled(_ image: RasterImage) -> RasterImage {
    let (oldHeight, oldWidth) = (Double(image.height), Double(image.width))
    let (rows, columns) = (Double(height), Double(width))
    var (vertical, horizontal) = (oldHeight / rows, oldWidth / columns)
    if fit == .crop {
      (vertical, horizontal) = (min(vertical, horizontal), min(vertical, horizontal))
    }
    if fit == .pad {
      (vertical, horizontal) = (max(vertical, horizontal), max(vertical, horizontal))
    }
    let rowTaps = ImageScaling.taps(
      count: height, step: vertical, start: (oldHeight - rows * vertical) / 2, of: image.height)
    let columnTaps = ImageScaling.taps(
      count: width, step: horizontal, start: (oldWidth - columns * horizontal) / 2,
      of: image.width)
    let channels = image.channels
    // First along the rows, then down the columns.
    var wide = [Float](repeating: 0, count: image.height * width * channels)
    for row in 0..<image.height {
      for (column, taps) in columnTaps.enumerated() {
        for channel in 0..<channels {
          var sum: Float = 0
          for (index, weight) in taps {
            sum += weight * Float(image.pixels[(row * image.width + index) * channels + channel])
          }
          wide[(row * width + column) * channels + channel] = sum
        }
      }
    }
    var pixels = [UInt8](repeating: 0, count: height * width * channels)
    for (row, taps) in rowTaps.enumerated() {
      for place in 0..<width * channels {
        var sum: Float = 0
        for (index, weight) in taps { sum += weight * wide[index * width * channels + place] }
        pixels[row * width * channels + place] = UInt8(max(0, min(255, sum.rounded())))
      }
    }
    return RasterImage(height: height, width: width, channels: channels, pixels: pixels)
  }

  /// Returns for every new place the old ones that it is made of and their weights, whose sum is 1; none for a
  /// place outside the picture.
  ///
  /// - Parameters:
  ///   - count: New places.
  ///   - step: Old places for each new one.
  ///   - start: Where the first new place begins, in old places.
  ///   - size: How many old places there are.
  package static func taps(
    count: Int, step: Double, start: Double, of size: Int
  ) -> [[(index: Int, weight: Float)]] {
    let reach = max(1, step)
    return (0..<count).map { place in
      // The middle of a pixel lies half a step behind its edge.
      let centre = start + (Double(place) + 0.5) * step
      guard centre > -0.5, centre < Double(size) + 0.5 else { return [] }
      let first = max(0, Int((centre - reach).rounded(.down)))
      let last = min(size - 1, Int((centre + reach).rounded(.up)))
      var taps: [(index: Int, weight: Double)] = []
      for index in first...max(first, last) {
        let weight = 1 - abs(Double(index) + 0.5 - centre) / reach
        if weight > 0 { taps.append((index, weight)) }
      }
      let sum = taps.reduce(0) { $0 + $1.weight }
      return taps.map { ($0.index, Float($0.weight / sum)) }
    }
  }
}
