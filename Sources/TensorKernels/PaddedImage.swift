// Zero-padded copies of one image, so that convolution kernels have no edges to look out for.

/// Copies an image into its place in a zeroed frame.
///
/// - Parameters:
///   - image: `[height, width, channels]`.
///   - output: `[height + kh − 1, width + kw − 1, channels]`; overwritten whole.
func pad(
  _ image: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, rows: WindowAxis,
  columns: WindowAxis, channels: Int
) {
  let width = columns.length
  let (top, height) = (rows.frameBefore, rows.length)
  let rowFloats = columns.frameLength * channels
  let (left, right) = (columns.frameBefore * channels, columns.frameAfter * channels)
  output.update(repeating: 0, count: top * rowFloats)
  for y in 0..<height {
    let row = output + (y + top) * rowFloats
    row.update(repeating: 0, count: left)
    (row + left).update(from: image + y * width * channels, count: width * channels)
    (row + left + width * channels).update(repeating: 0, count: right)
  }
  (output + (top + height) * rowFloats).update(repeating: 0, count: rows.frameAfter * rowFloats)
}

/// Copies some neighbouring channels of an image into their place in a zeroed frame.
///
/// - Parameters:
///   - slice: The first of the channels, in the first pixel.
///   - stride: The image's channels: floats from one pixel to the next.
///   - output: `[height + kh − 1, width + kw − 1, channels]`; overwritten whole.
func padSlice(
  _ slice: UnsafePointer<Float>, stride: Int, into output: UnsafeMutablePointer<Float>,
  rows: WindowAxis, columns: WindowAxis, channels: Int
) {
  let width = columns.length
  let rowFloats = columns.frameLength * channels
  let (top, left) = (rows.frameBefore, columns.frameBefore)
  output.update(repeating: 0, count: rows.frameLength * rowFloats)
  for y in 0..<rows.length {
    for x in 0..<width {
      let source = slice + (y * width + x) * stride
      let target = output + (y + top) * rowFloats + (x + left) * channels
      for c in 0..<channels { target[c] = source[c] }
    }
  }
}

/// Copies some neighbouring channels of an image to a place of their own.
///
/// - Parameters:
///   - slice: The first of the channels, in the first pixel.
///   - stride: The image's channels: floats from one pixel to the next.
///   - output: `[positions, channels]`; overwritten.
func copySlice(
  _ slice: UnsafePointer<Float>, stride: Int, into output: UnsafeMutablePointer<Float>,
  positions: Int, channels: Int
) {
  for position in 0..<positions {
    let (source, target) = (slice + position * stride, output + position * channels)
    for c in 0..<channels { target[c] = source[c] }
  }
}
