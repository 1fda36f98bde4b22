// Zero-padded copies of one image, so that convolution kernels have no edges to look out for.

/// Copies an image into the middle of a zeroed frame.
///
/// - Parameters:
///   - image: `[height, width, channels]`.
///   - output: `[(height − 1)·stride + 1 + 2·padding, …, channels]` plus zeroed `extraRows`
///     and `extraColumns` at the bottom and right; overwritten whole. With `stride` above 1 the pixels are spread out and
///     the places between them are zero.
public func pad(
  _ image: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, height: Int, width: Int,
  channels: Int, padding: Int, stride: Int = 1, extraRows: Int = 0,
  extraColumns: Int = 0
) {
  let paddedWidth = (width - 1) * stride + 1 + 2 * padding + extraColumns
  let paddedHeight = (height - 1) * stride + 1 + 2 * padding + extraRows
  let rowFloats = paddedWidth * channels
  if stride > 1 {
    output.update(repeating: 0, count: paddedHeight * rowFloats)
    for y in 0..<height {
      for x in 0..<width {
        (output + (y * stride + padding) * rowFloats + (x * stride + padding) * channels)
          .update(from: image + (y * width + x) * channels, count: channels)
      }
    }
    return
  }
  output.update(repeating: 0, count: padding * rowFloats)
  let right = (padding + extraColumns) * channels
  for y in 0..<height {
    let row = output + (y + padding) * rowFloats
    row.update(repeating: 0, count: padding * channels)
    let pixels = row + padding * channels
    pixels.update(from: image + y * width * channels, count: width * channels)
    (pixels + width * channels).update(repeating: 0, count: right)
  }
  (output + (padding + height) * rowFloats).update(
    repeating: 0, count: (padding + extraRows) * rowFloats)
}
