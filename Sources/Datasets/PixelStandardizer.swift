/// Turns stored pixels into standardised floats, row by row.
///
/// A byte goes through a table of 256 entries per channel, filled in double precision; a float is
/// shifted and scaled. Rows may run backwards, which mirrors them.
final class PixelStandardizer: @unchecked Sendable {  // Nothing is written after `init`.
  private let type: PixelType
  private let channels: Int
  /// `[channels, 256]`; only for bytes.
  private let table: UnsafeMutablePointer<Float>
  /// `[channels]` each; only for floats.
  private let mean: UnsafeMutablePointer<Float>
  private let scale: UnsafeMutablePointer<Float>
  /// `[channels]`: what a pixel of value 0 becomes.
  private let black: UnsafeMutablePointer<Float>

  init(_ standardization: Standardization, type: PixelType) {
    self.type = type
    channels = standardization.mean.count
    table = .allocate(capacity: 256 * channels)
    mean = .allocate(capacity: channels)
    scale = .allocate(capacity: channels)
    black = .allocate(capacity: channels)
    for channel in 0..<channels {
      let center = standardization.mean[channel]
      let deviation = standardization.standardDeviation[channel]
      for byte in 0..<256 {
        (table + 256 * channel + byte).initialize(
          to: Float((Double(byte) / 255 - center) / deviation))
      }
      (mean + channel).initialize(to: Float(center))
      (scale + channel).initialize(to: Float(1 / deviation))
      (black + channel).initialize(
        to: type == .uint8
          ? table[256 * channel] : (0 - Float(center)) * Float(1 / deviation))
    }
  }

  deinit {
    for memory in [table, mean, scale, black] { memory.deallocate() }
  }

  /// Writes `count` standardised pixels.
  ///
  /// - Parameters:
  ///   - source: The first of the pixels, stored one after the other.
  ///   - output: Where the first one goes.
  ///   - backwards: Whether each further pixel goes before, not behind, the one written last.
  func convert(
    _ source: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>, count: Int,
    backwards: Bool
  ) {
    let step = backwards ? -channels : channels
    switch type {
    case .uint8:
      let bytes = source.assumingMemoryBound(to: UInt8.self)
      if step == 1 {
        for index in 0..<count { output[index] = table[Int(bytes[index])] }
      } else {
        convertBytes(bytes, into: output, count: count, step: step)
      }
    case .float32:
      let floats = source.assumingMemoryBound(to: Float.self)
      if step == 1 {
        let (mean, scale) = (mean[0], scale[0])
        for index in 0..<count { output[index] = (floats[index] - mean) * scale }
      } else {
        convertFloats(floats, into: output, count: count, step: step)
      }
    }
  }

  /// Writes what `count` pixels of value 0 become.
  func fillBlack(_ output: UnsafeMutablePointer<Float>, count: Int) {
    var output = output
    for _ in 0..<count {
      for channel in 0..<channels { output[channel] = black[channel] }
      output += channels
    }
  }

  private func convertBytes(
    _ source: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>, count: Int, step: Int
  ) {
    var (source, output) = (source, output)
    for _ in 0..<count {
      for channel in 0..<channels {
        output[channel] = table[256 &* channel &+ Int(source[channel])]
      }
      source += channels
      output += step
    }
  }

  private func convertFloats(
    _ source: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int, step: Int
  ) {
    var (source, output) = (source, output)
    for _ in 0..<count {
      for channel in 0..<channels {
        output[channel] = (source[channel] - mean[channel]) * scale[channel]
      }
      source += channels
      output += step
    }
  }
}
