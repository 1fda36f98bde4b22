// Zero-padded copies of one image, so that convolution kernels have no edges to look out for.

/// Copies an image into the middle of a zeroed frame.
///
/// - Parameters:
///   - image: `[height, width, channels]`.
///   - output: `[height + 2·padding, width + 2·padding, channels]`; overwritten whole.
public func pad(
  _ image: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, height: Int, width: Int,
  channels: Int, padding: Int
) {
  let rowFloats = (width + 2 * padding) * channels
  let side = padding * channels
  output.update(repeating: 0, count: padding * rowFloats)
  for y in 0..<height {
    let row = output + (y + padding) * rowFloats
    row.update(repeating: 0, count: side)
    (row + side).update(from: image + y * width * channels, count: width * channels)
    (row + side + width * channels).update(repeating: 0, count: side)
  }
  (output + (padding + height) * rowFloats).update(repeating: 0, count: padding * rowFloats)
}

/// Copies some neighbouring channels of an image into the middle of a zeroed frame.
///
/// - Parameters:
///   - slice: The first of the channels, in the first pixel.
///   - stride: The image's channels: floats from one pixel to the next.
///   - output: `[height + 2·padding, width + 2·padding, channels]`; overwritten whole.
func padSlice(
  _ slice: UnsafePointer<Float>, stride: Int, into output: UnsafeMutablePointer<Float>,
  height: Int, width: Int, channels: Int, padding: Int
) {
  let rowFloats = (width + 2 * padding) * channels
  output.update(repeating: 0, count: (height + 2 * padding) * rowFloats)
  for y in 0..<height {
    for x in 0..<width {
      let source = slice + (y * width + x) * stride
      let target = output + (y + padding) * rowFloats + (x + padding) * channels
      for c in 0..<channels { target[c] = source[c] }
    }
  }
}
