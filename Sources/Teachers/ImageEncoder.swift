import Datasets
import FileFormats

/// Writes images, as students see them, as a teacher's program wants them.
struct ImageEncoder: Sendable {
  private let scale: ImageScale
  private let layout: PixelLayout
  /// By which students' images are standardised.
  private let given: Standardization
  /// By which they are to be; nil for the same.
  private let map: PixelMap?
  /// Whether pixels are bytes, so that rounding can be undone exactly.
  private let hasBytes: Bool
  /// Height, width, channels.
  private let shape: (height: Int, width: Int, channels: Int)
  /// What the images are, in words: equal texts are equal images.
  let description: String

  init(
    scale: ImageScale, layout: PixelLayout, standardization: OwnStandardization?,
    dataset: PreparedDataset
  ) {
    (self.scale, self.layout) = (scale, layout)
    given = dataset.standardization
    map = standardization.map {
      PixelMap(
        from: dataset.standardization,
        to: Standardization(mean: $0.mean, standardDeviation: $0.deviation))
    }
    hasBytes = dataset.pixelType == .uint8
    shape = (dataset.height, dataset.width, dataset.channels)
    let sizes =
      layout == .channelsLast
      ? "[n, \(shape.height), \(shape.width), \(shape.channels)]"
      : "[n, \(shape.channels), \(shape.height), \(shape.width)]"
    switch scale {
    case .bytes: description = "uint8 \(sizes), 0 to 255"
    case .unit:
      description =
        "float32 \(sizes), " + (hasBytes ? "0 to 1" : "as they are in the data's files")
    case .standardised:
      let own = standardization.map { "mean \($0.mean) and deviation \($0.deviation)" }
      description =
        "float32 \(sizes), standardised by \(own ?? "the training split's mean and deviation")"
    }
  }

  /// Returns images as an array.
  ///
  /// - Parameter images: Standardised by the training split's statistics, `[count, H, W, C]`.
  func array(_ images: UnsafePointer<Float>, count: Int) -> NumericArray {
    let pixels = shape.height * shape.width
    let total = count * pixels * shape.channels
    var values = [Float](repeating: 0, count: total)
    values.withUnsafeMutableBufferPointer { buffer in
      guard let output = buffer.baseAddress else { return }
      if scale == .standardised {
        if let map {
          map.write(images, into: output, count: total)
        } else {
          output.update(from: images, count: total)
        }
      } else {
        for index in 0..<total { output[index] = pixel(images[index], index % shape.channels) }
      }
    }
    if layout == .channelsFirst { values = channelsFirst(values, count: count, pixels: pixels) }
    let sizes =
      layout == .channelsLast
      ? [count, shape.height, shape.width, shape.channels]
      : [count, shape.channels, shape.height, shape.width]
    return scale == .bytes
      ? NumericArray(shape: sizes, values.map { UInt8($0) }) : NumericArray(shape: sizes, values)
  }

  /// Returns a pixel as it is in the data's files, bytes divided by 255 where the scale says so. What was cut
  /// out of an image has the mean, which is rounded to a byte.
  private func pixel(_ value: Float, _ channel: Int) -> Float {
    let pixel = Double(value) * given.standardDeviation[channel] + given.mean[channel]
    guard hasBytes else { return Float(pixel) }
    let byte = min(255, max(0, (255 * pixel).rounded()))
    return scale == .bytes ? Float(byte) : Float(byte / 255)
  }

  private func channelsFirst(_ values: [Float], count: Int, pixels: Int) -> [Float] {
    let channels = shape.channels
    var ordered = [Float](repeating: 0, count: values.count)
    for image in 0..<count {
      let start = image * pixels * channels
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          ordered[start + channel * pixels + pixel] = values[start + pixel * channels + channel]
        }
      }
    }
    return ordered
  }
}
