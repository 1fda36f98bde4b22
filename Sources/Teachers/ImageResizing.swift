/// Brings images of floating-point pixels to another size.
///
/// Every new value is the mean of the old ones around its place, weighted by a triangle that is as wide as the
/// reduction demands, and at least as the neighbours are apart: bilinear where an image grows, without moiré where it
/// shrinks. Each side is scaled by itself.
struct ImageResizing: Sendable {
  /// Values of an image, given and wanted.
  let inputCount: Int
  let outputCount: Int
  /// Values that `resize` needs for what is between.
  let scratchCount: Int
  private let rows: [Taps]
  private let columns: [Taps]
  private let inputWidth: Int
  private let channels: Int

  /// The old places that a new one is made of, and their weights, whose sum is 1.
  private struct Taps: Sendable {
    var first: Int
    var weights: [Float]
  }

  /// - Returns: Nil where the sizes are the same.
  init?(from given: (height: Int, width: Int), to wanted: (height: Int, width: Int), channels: Int)
  {
    guard given != wanted else { return nil }
    rows = ImageResizing.taps(from: given.height, to: wanted.height)
    columns = ImageResizing.taps(from: given.width, to: wanted.width)
    (inputWidth, self.channels) = (given.width, channels)
    inputCount = given.height * given.width * channels
    outputCount = wanted.height * wanted.width * channels
    scratchCount = wanted.height * given.width * channels
  }

  private static func taps(from given: Int, to wanted: Int) -> [Taps] {
    let step = Double(given) / Double(wanted)
    let reach = max(1, step)
    return (0..<wanted).map { place in
      let center = (Double(place) + 0.5) * step
      let first = max(0, Int((center - reach).rounded(.down)))
      let last = min(given - 1, Int((center + reach).rounded(.up)))
      let weights = (first...last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
      let sum = weights.reduce(0, +)
      return Taps(first: first, weights: weights.map { Float($0 / sum) })
    }
  }

  /// Writes an image, `[H, W, C]`, in the new size.
  ///
  /// - Parameter scratch: Room for `scratchCount` values.
  func resize(
    _ image: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    // First down the columns, then along the rows.
    let rowCount = inputWidth * channels
    for (place, taps) in rows.enumerated() {
      let target = scratch + place * rowCount
      target.update(repeating: 0, count: rowCount)
      for (index, weight) in taps.weights.enumerated() where weight != 0 {
        let source = image + (taps.first + index) * rowCount
        for value in 0..<rowCount { target[value] += weight * source[value] }
      }
    }
    for row in rows.indices {
      let source = scratch + row * rowCount
      let target = output + row * columns.count * channels
      for (place, taps) in columns.enumerated() {
        for channel in 0..<channels {
          var sum: Float = 0
          for (index, weight) in taps.weights.enumerated() {
            sum += weight * source[(taps.first + index) * channels + channel]
          }
          target[place * channels + channel] = sum
        }
      }
    }
  }
}
