/// A window over an image whose padding has been written out.
struct WindowGeometry {
  /// Of the image as it is stored.
  var height: Int
  var width: Int
  var channels: Int
  /// What stands before the image.
  var top: Int
  var left: Int
  let outputHeight: Int
  let outputWidth: Int
  let kernelHeight: Int
  let kernelWidth: Int
  let strideY: Int
  let strideX: Int

  init(_ place: WindowPlace) {
    (height, width, channels) = (place.height, place.width, place.channels)
    (top, left) = (place.extent.top, place.extent.left)
    (outputHeight, outputWidth) = (place.extent.height, place.extent.width)
    (kernelHeight, kernelWidth) = (place.window.height, place.window.width)
    (strideY, strideX) = (place.window.strideY, place.window.strideX)
  }

  /// A dense layer: one position of so many channels.
  init(dense channels: Int) {
    (height, width, self.channels, top, left) = (1, 1, channels, 0, 0)
    (outputHeight, outputWidth, kernelHeight, kernelWidth, strideY, strideX) = (1, 1, 1, 1, 1, 1)
  }

  /// Returns it over the image that a padding operator reads.
  func absorbing(paddedFrom shape: [Int], before: [Int]) -> WindowGeometry {
    var result = self
    (result.height, result.width) = (shape[1], shape[2])
    (result.top, result.left) = (top + before[1], left + before[2])
    return result
  }

  var imageBytes: Int { height * width * channels }
  /// Of the image with its padding, as far as windows see it.
  var paddedHeight: Int { max(top + height, (outputHeight - 1) * strideY + kernelHeight) }
  var paddedWidth: Int { max(left + width, (outputWidth - 1) * strideX + kernelWidth) }
  var needsPadding: Bool { paddedHeight > height || paddedWidth > width }
}

/// A copy of an image with its padding around it, which is written once. Its values take as many bytes as its reader
/// wants, one or two.
struct PaddedImage {
  private let base: UnsafeMutablePointer<UInt8>
  private let geometry: WindowGeometry
  private let valueBytes: Int
  /// From one line to the next, in bytes.
  let lineBytes: Int

  /// - Parameters:
  ///   - height: Of the copy; at least the image's, and what stands before it.
  ///   - width: Likewise.
  init(
    _ geometry: WindowGeometry, height: Int, width: Int, zero: UInt8, valueBytes: Int,
    memory: PlanMemory
  ) {
    precondition(
      height >= geometry.top + geometry.height && width >= geometry.left + geometry.width)
    self.geometry = geometry
    self.valueBytes = valueBytes
    lineBytes = width * geometry.channels * valueBytes
    let count = height * width * geometry.channels
    base = memory.take(count * valueBytes)
    let values = [UInt8](repeating: zero, count: count)
    values.withUnsafeBufferPointer {
      if let first = $0.baseAddress { copy(first, to: base, count: count) }
    }
  }

  private func copy(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    if valueBytes == 2 {
      widen(source, to: target, count: count)
    } else {
      target.update(from: source, count: count)
    }
  }

  /// Copies an image into the middle and returns the whole.
  func callAsFunction(_ image: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    let line = geometry.width * geometry.channels
    var target = base + geometry.top * lineBytes + geometry.left * geometry.channels * valueBytes
    var source = image
    for _ in 0..<geometry.height {
      copy(source, to: target, count: line)
      target += lineBytes
      source += line
    }
    return UnsafePointer(base)
  }
}
