// Pooling of NHWC activations, channel by channel in the inner loop.

/// The sizes of a pooling layer.
public struct PoolingShape: Hashable, Sendable {
  public let rows: WindowAxis
  public let columns: WindowAxis
  public let channels: Int

  public init(
    height: Int, width: Int, channels: Int, kernel: Int, stride: Int, padding: PoolingPadding
  ) {
    rows = WindowAxis(length: height, kernel: kernel, stride: stride, pooling: padding)
    columns = WindowAxis(length: width, kernel: kernel, stride: stride, pooling: padding)
    self.channels = channels
  }

  public var height: Int { rows.length }
  public var width: Int { columns.length }
  public var outputHeight: Int { rows.count }
  public var outputWidth: Int { columns.count }

  /// Calls `body` with the offset of every output pixel and the clipped window it looks at.
  @inline(__always)
  func forEachWindow(
    images: Int, _ body: (_ output: Int, _ image: Int, _ ys: Range<Int>, _ xs: Range<Int>) -> Void
  ) {
    var output = 0
    for image in 0..<images {
      for y in 0..<outputHeight {
        let ys = rows.positions(at: y)
        for x in 0..<outputWidth {
          body(output, image * height * width * channels, ys, columns.positions(at: x))
          output += channels
        }
      }
    }
  }
}

/// output = the largest value in each window; `[images, H, W, C]` → `[images, H', W', C]`.
public func maxPoolForward(
  _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
  shape: PoolingShape
) {
  let channels = shape.channels
  shape.forEachWindow(images: images) { place, image, ys, xs in
    let target = output + place
    target.update(repeating: -.infinity, count: channels)
    for y in ys {
      for x in xs {
        let pixel = input + image + (y * shape.width + x) * channels
        for c in 0..<channels { target[c] = pixel[c] > target[c] ? pixel[c] : target[c] }
      }
    }
  }
}

/// The input's gradient of max pooling; ties go to the first value of the window. Overwrites `output`.
public func maxPoolBackward(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, images: Int, shape: PoolingShape
) {
  let channels = shape.channels
  output.update(repeating: 0, count: images * shape.height * shape.width * channels)
  shape.forEachWindow(images: images) { place, image, ys, xs in
    for c in 0..<channels {
      var best = -Float.infinity
      var bestPlace = 0
      for y in ys {
        for x in xs {
          let pixel = image + (y * shape.width + x) * channels + c
          if input[pixel] > best { (best, bestPlace) = (input[pixel], pixel) }
        }
      }
      output[bestPlace] += gradient[place + c]
    }
  }
}

/// output = the mean of each window's positions inside the image.
public func averagePoolForward(
  _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
  shape: PoolingShape
) {
  let channels = shape.channels
  shape.forEachWindow(images: images) { place, image, ys, xs in
    let target = output + place
    target.update(repeating: 0, count: channels)
    for y in ys {
      for x in xs {
        let pixel = input + image + (y * shape.width + x) * channels
        for c in 0..<channels { target[c] += pixel[c] }
      }
    }
    let share = 1 / Float(ys.count * xs.count)
    for c in 0..<channels { target[c] *= share }
  }
}

/// The input's gradient of average pooling. Overwrites `output`.
public func averagePoolBackward(
  _ gradient: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
  shape: PoolingShape
) {
  let channels = shape.channels
  output.update(repeating: 0, count: images * shape.height * shape.width * channels)
  shape.forEachWindow(images: images) { place, image, ys, xs in
    let share = 1 / Float(ys.count * xs.count)
    for y in ys {
      for x in xs {
        let pixel = output + image + (y * shape.width + x) * channels
        for c in 0..<channels { pixel[c] += share * gradient[place + c] }
      }
    }
  }
}

/// output[n, c] = the mean over positions of input[n, ·, c].
public func globalAveragePool(
  _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
  positions: Int, channels: Int
) {
  let share = 1 / Float(positions)
  for n in 0..<images {
    let target = output + n * channels
    target.update(repeating: 0, count: channels)
    for p in 0..<positions {
      let pixel = input + (n * positions + p) * channels
      for c in 0..<channels { target[c] += pixel[c] }
    }
    for c in 0..<channels { target[c] *= share }
  }
}

/// output[n, p, c] = gradient[n, c] / positions. Overwrites `output`.
public func globalAveragePoolBackward(
  _ gradient: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
  positions: Int, channels: Int
) {
  let share = 1 / Float(positions)
  for n in 0..<images {
    for p in 0..<positions {
      let pixel = output + (n * positions + p) * channels
      for c in 0..<channels { pixel[c] = share * gradient[n * channels + c] }
    }
  }
}
