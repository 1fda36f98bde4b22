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

/// A copy of an image with its padding around it, which is written once.
struct PaddedBytes {
  private let base: UnsafeMutablePointer<UInt8>
  private let geometry: WindowGeometry

  init(_ geometry: WindowGeometry, zero: UInt8, memory: PlanMemory) {
    self.geometry = geometry
    let bytes = geometry.paddedHeight * geometry.paddedWidth * geometry.channels
    base = memory.take(bytes)
    base.update(repeating: zero, count: bytes)
  }

  /// Copies an image into the middle and returns the whole.
  func callAsFunction(_ image: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    let (line, paddedLine) = (
      geometry.width * geometry.channels, geometry.paddedWidth * geometry.channels
    )
    var target = base + geometry.top * paddedLine + geometry.left * geometry.channels
    var source = image
    for _ in 0..<geometry.height {
      target.update(from: source, count: line)
      target += paddedLine
      source += line
    }
    return UnsafePointer(base)
  }
}
