/// What calibration images make of one activation, channel by channel.
public struct TensorStatistics: Hashable, Sendable {
  public private(set) var lows: [Float]
  public private(set) var highs: [Float]
  private var sums: [Double]
  private var positions: Int

  init(channels: Int) {
    lows = [Float](repeating: .infinity, count: channels)
    highs = [Float](repeating: -.infinity, count: channels)
    sums = [Double](repeating: 0, count: channels)
    positions = 0
  }

  /// The range of all channels.
  public var range: ValueRange { ValueRange(low: lows.min() ?? 0, high: highs.max() ?? 0) }
  /// The mean of each channel.
  public var means: [Float] { sums.map { Float($0 / Double(max(1, positions))) } }

  var isFinite: Bool {
    lows.allSatisfy(\.isFinite) && highs.allSatisfy(\.isFinite) && sums.allSatisfy(\.isFinite)
  }

  /// Takes in values, `[positions, channels]`.
  mutating func observe(_ values: UnsafePointer<Float>, positions count: Int) {
    let channels = lows.count
    positions += count
    var part = [Float](repeating: 0, count: channels)
    lows.withUnsafeMutableBufferPointer { lows in
      highs.withUnsafeMutableBufferPointer { highs in
        part.withUnsafeMutableBufferPointer { part in
          let (low, high, sum) = (lows.baseAddress!, highs.baseAddress!, part.baseAddress!)
          for position in 0..<count {
            let row = values + position * channels
            for channel in 0..<channels {
              let value = row[channel]
              low[channel] = min(low[channel], value)
              high[channel] = max(high[channel], value)
              sum[channel] += value
            }
          }
        }
      }
    }
    for channel in 0..<channels { sums[channel] += Double(part[channel]) }
  }

  /// Takes in what other images gave.
  mutating func merge(_ other: TensorStatistics) {
    positions += other.positions
    for channel in lows.indices {
      lows[channel] = min(lows[channel], other.lows[channel])
      highs[channel] = max(highs[channel], other.highs[channel])
      sums[channel] += other.sums[channel]
    }
  }
}
