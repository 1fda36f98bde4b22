import Datasets

/// Brings images of floating-point pixels to another size.
///
/// By the weights of `ImageScaling`, each side by itself.
struct ImageResizing: Sendable {
  /// Values of an image, given and wanted.
  let inputCount: Int
  let outputCount: Int
  /// Values that `resize` needs for what is between.
  let scratchCount: Int
  /// For each new row and column the old ones that it is made of, and their weights.
  private let rows: [[(index: Int, weight: Float)]]
  private let columns: [[(index: Int, weight: Float)]]
  private let inputWidth: Int
  private let channels: Int

  /// - Returns: Nil where the sizes are the same.
  init?(from given: (height: Int, width: Int), to wanted: (height: Int, width: Int), channels: Int)
  {
    guard given != wanted else { return nil }
    rows = ImageScaling.taps(
      count: wanted.height, step: Double(given.height) / Double(wanted.height), start: 0,
      of: given.height)
    columns = ImageScaling.taps(
      count: wanted.width, step: Double(given.width) / Double(wanted.width), start: 0,
      of: given.width)
    (inputWidth, self.channels) = (given.width, channels)
    inputCount = given.height * given.width * channels
    outputCount = wanted.height * wanted.width * channels
    scratchCount = wanted.height * given.width * channels
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
      for (index, weight) in taps {
        let source = image + index * rowCount
        for value in 0..<rowCount { target[value] += weight * source[value] }
      }
    }
    for row in rows.indices {
      let source = scratch + row * rowCount
      let target = output + row * columns.count * channels
      for (place, taps) in columns.enumerated() {
        for channel in 0..<channels {
          var sum: Float = 0
          for (index, weight) in taps {
            sum += weight * source[index * channels + channel]
          }
          target[place * channels + channel] = sum
        }
      }
    }
  }
}
