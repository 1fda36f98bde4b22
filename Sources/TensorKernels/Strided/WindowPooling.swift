/// How values under a window become one.
package enum WindowPooling: Hashable, Sendable {
  case maximum
  /// `countsPadding`: whether zeros of the padding count as values.
  case average(countsPadding: Bool)
}

/// Pools one image.
///
/// - Parameters:
///   - image: Its channels dense, lines and pixels at the strides given.
///   - bottom, right: The padding below and to the right, of which averages may count the zeros.
///   - output: `[outputHeight, outputWidth, channels]`; overwritten.
package func poolWindows(
  _ kind: WindowPooling, _ image: UnsafePointer<Float>, _ strides: ImageStrides, channels: Int,
  shape: WindowShape, bottom: Int, right: Int, into output: UnsafeMutablePointer<Float>
) {
  for y in 0..<shape.outputHeight {
    let firstY = y * shape.strideY - shape.top
    for x in 0..<shape.outputWidth {
      let firstX = x * shape.strideX - shape.left
      let target = output + (y * shape.outputWidth + x) * channels
      var count = 0
      for ky in 0..<shape.kernelHeight {
        let sourceY = firstY + ky * shape.dilationY
        guard sourceY >= 0 && sourceY < shape.height else { continue }
        for kx in 0..<shape.kernelWidth {
          let sourceX = firstX + kx * shape.dilationX
          guard sourceX >= 0 && sourceX < shape.width else { continue }
          let source = image + sourceY * strides.line + sourceX * strides.pixel
          if count == 0 {
            target.update(from: source, count: channels)
          } else if kind == .maximum {
            for c in 0..<channels {
              // A comparison that a NaN on either side lets through.
              target[c] = source[c] > target[c] || source[c] != source[c] ? source[c] : target[c]
            }
          } else {
            for c in 0..<channels { target[c] += source[c] }
          }
          count += 1
        }
      }
      switch kind {
      case .maximum:
        if count == 0 { target.update(repeating: -.infinity, count: channels) }
      case .average(let countsPadding):
        if count == 0 { target.update(repeating: 0, count: channels) }
        let divisor =
          countsPadding
          ? taps(firstY, shape.kernelHeight, shape.dilationY, -shape.top, shape.height + bottom)
            * taps(firstX, shape.kernelWidth, shape.dilationX, -shape.left, shape.width + right)
          : count
        let factor = 1 / Float(max(1, divisor))
        for c in 0..<channels { target[c] *= factor }
      }
    }
  }
}

/// Returns how many of the window's values lie from `lowest` to below `end`: what hangs over the padding, when
/// the number of windows was rounded up, does not count.
private func taps(_ first: Int, _ kernel: Int, _ dilation: Int, _ lowest: Int, _ end: Int) -> Int {
  (0..<kernel).count { first + $0 * dilation >= lowest && first + $0 * dilation < end }
}
