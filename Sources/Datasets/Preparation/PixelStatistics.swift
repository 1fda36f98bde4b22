/// What the values of each channel are like, fed piece by piece.
///
/// Sums run over the values in their order, so that they do not depend on where pieces end.
struct PixelStatistics {
  let type: PixelType
  let channels: Int
  /// The values of each channel so far.
  private(set) var count = 0
  /// How often a byte has each value, `[channels, 256]`.
  private var histogram: [Int]
  /// Of floats, each `[channels]`.
  private var sums: [Double]
  private var low: [Float]
  private var high: [Float]

  init(type: PixelType, channels: Int) {
    (self.type, self.channels) = (type, channels)
    histogram = [Int](repeating: 0, count: type == .uint8 ? 256 * channels : 0)
    sums = [Double](repeating: 0, count: channels)
    low = [Float](repeating: .infinity, count: channels)
    high = [Float](repeating: -.infinity, count: channels)
  }

  /// Takes in whole pixels, `[…, channels]`.
  mutating func add(_ pixels: UnsafeRawBufferPointer) {
    switch type {
    case .uint8:
      addBytes(pixels)
      count += pixels.count / channels
    case .float32:
      let values = pixels.bindMemory(to: Float.self)
      for channel in 0..<channels {
        var (sum, low, high) = (sums[channel], low[channel], high[channel])
        for place in stride(from: channel, to: values.count, by: channels) {
          let value = values[place]
          sum += Double(value)
          low = min(low, value)
          high = max(high, value)
        }
        (sums[channel], self.low[channel], self.high[channel]) = (sum, low, high)
      }
      count += values.count / channels
    }
  }

  private mutating func addBytes(_ pixels: UnsafeRawBufferPointer) {
    let channels = channels
    histogram.withUnsafeMutableBufferPointer { histogram in
      if channels == 1 {
        // Neighbours are often equal: two tables keep their counts from waiting for each other.
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { other in
          other.initialize(repeating: 0)
          for place in stride(from: 0, to: pixels.count - 1, by: 2) {
            histogram[Int(pixels[place])] &+= 1
            other[Int(pixels[place &+ 1])] &+= 1
          }
          if pixels.count % 2 == 1 { histogram[Int(pixels[pixels.count - 1])] &+= 1 }
          for value in 0..<256 { histogram[value] &+= other[value] }
        }
        return
      }
      for start in stride(from: 0, to: pixels.count, by: channels) {
        for channel in 0..<channels {
          histogram[256 &* channel &+ Int(pixels[start &+ channel])] &+= 1
        }
      }
    }
  }
}

extension PixelStatistics {
  /// The mean of each channel, as stored.
  var means: [Double] {
    switch type {
    case .uint8:
      (0..<channels).map { channel in
        let sum = (0..<256).reduce(0) { $0 + $1 * histogram[256 * channel + $1] }
        return Double(sum) / Double(count)
      }
    case .float32: sums.map { $0 / Double(count) }
    }
  }

  /// The smallest and the largest value of each channel, as stored.
  var ranges: [ClosedRange<Double>] {
    switch type {
    case .uint8:
      (0..<channels).map { channel in
        let values = (0..<256).filter { histogram[256 * channel + $0] > 0 }
        return Double(values.first ?? 0)...Double(values.last ?? 0)
      }
    case .float32: zip(low, high).map { Double($0)...Double(max($0, $1)) }
    }
  }

  /// The variance of each byte channel, as stored, from whole-number counts: only the last steps round.
  private var byteVariances: [Double] {
    zip(0..<channels, means).map { channel, mean in
      let squares = (0..<256).reduce(0.0) {
        let deviation = Double($1) - mean
        return $0 + deviation * deviation * Double(histogram[256 * channel + $1])
      }
      return squares / Double(count)
    }
  }

  /// Returns the variance of each channel, as stored, dividing by the count (not the count less one).
  ///
  /// - Parameter forEachPiece: Calls its argument with all pixels again, in their order: floats are looked at
  ///   twice, so that a large mean does not swallow the deviations.
  func variances(
    _ forEachPiece: (_ body: (UnsafeRawBufferPointer) -> Void) throws -> Void
  ) rethrows -> [Double] {
    if type == .uint8 { return byteVariances }
    let means = means
    var squares = [Double](repeating: 0, count: channels)
    try forEachPiece { pixels in
      let values = pixels.bindMemory(to: Float.self)
      for channel in 0..<channels {
        var sum = squares[channel]
        let mean = means[channel]
        for place in stride(from: channel, to: values.count, by: channels) {
          let deviation = Double(values[place]) - mean
          sum += deviation * deviation
        }
        squares[channel] = sum
      }
    }
    return squares.map { $0 / Double(count) }
  }
}
