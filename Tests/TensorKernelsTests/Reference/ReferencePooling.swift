// Plain double-precision versions of the pooling kernels.

/// The sizes of a pooling layer in a test.
struct ReferencePooling: Hashable, Sendable, CustomStringConvertible {
  var height: Int
  var width: Int
  var channels: Int
  var kernel: Int
  var stride: Int
  /// Positions on every side; nil for TensorFlow's SAME.
  var padding: Int?
  var images = 2

  var outputHeight: Int { places(height).count }
  var outputWidth: Int { places(width).count }
  var inputCount: Int { images * height * width * channels }
  var outputCount: Int { images * outputHeight * outputWidth * channels }

  var description: String {
    "\(images)×\(height)×\(width)×\(channels) k\(kernel) s\(stride) p\(padding.map(String.init) ?? "same")"
  }

  private func places(_ length: Int) -> (before: Int, count: Int) {
    guard let padding else { return ReferencePadding.same.places(length, kernel, stride) }
    return (padding, (length + 2 * padding - kernel) / stride + 1)
  }

  /// Reduces the values inside the image under each window.
  private func reduce(_ input: [Double], _ body: ([Double]) -> Double) -> [Double] {
    var output: [Double] = []
    let (top, left) = (places(height).before, places(width).before)
    for n in 0..<images {
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          for c in 0..<channels {
            var window: [Double] = []
            for iy in y * stride - top..<y * stride - top + kernel {
              for ix in x * stride - left..<x * stride - left + kernel
              where iy >= 0 && iy < height && ix >= 0 && ix < width {
                window.append(input[((n * height + iy) * width + ix) * channels + c])
              }
            }
            output.append(body(window))
          }
        }
      }
    }
    return output
  }

  func max(_ input: [Double]) -> [Double] {
    reduce(input) { $0.reduce(-.infinity) { Swift.max($0, $1) } }
  }

  func average(_ input: [Double]) -> [Double] {
    reduce(input) { $0.reduce(0, +) / Double($0.count) }
  }
}

/// The mean over positions: `[images, positions, C]` → `[images, C]`.
func referenceGlobalAverage(
  _ input: [Double], images: Int, positions: Int, channels: Int
) -> [Double] {
  var output = [Double](repeating: 0, count: images * channels)
  for n in 0..<images {
    for p in 0..<positions {
      for c in 0..<channels {
        output[n * channels + c] += input[(n * positions + p) * channels + c] / Double(positions)
      }
    }
  }
  return output
}
