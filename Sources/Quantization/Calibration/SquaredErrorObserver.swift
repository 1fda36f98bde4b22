import DeployedModels
import IntegerInference

/// The range whose rounding and clipping errors have the least sum of squares.
///
/// Source: Nagel et al., "A white paper on neural network quantization", arXiv:2106.08295, section 3.1.
public struct SquaredErrorObserver: RangeObserver {
  public init() {}

  public var needsCounts: Bool { true }

  /// Shares of the whole range that are tried at each end.
  private static let shares: [Float] = (0...30).map { 1 - 0.03 * Float($0) }

  public func range(of histogram: ValueHistogram) -> ValueRange {
    guard !histogram.range.isEmpty else { return histogram.range }
    let used = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    var best = (range: histogram.range, error: error(of: histogram.range, histogram, used))
    func attempt(_ low: Float, _ high: Float) {
      let range = ValueRange(low: low, high: high)
      guard !range.isEmpty else { return }
      let error = error(of: range, histogram, used)
      if error < best.error { best = (range, error) }
    }
    // One end after the other, twice: they hardly depend on each other.
    for _ in 0..<2 {
      for share in SquaredErrorObserver.shares {
        attempt(best.range.low, share * histogram.range.high)
      }
      guard histogram.range.low < 0 else { break }
      for share in SquaredErrorObserver.shares {
        attempt(share * histogram.range.low, best.range.high)
      }
    }
    return best.range
  }

  private func error(of range: ValueRange, _ histogram: ValueHistogram, _ used: [Int]) -> Double {
    let quantization = TensorQuantization(activationsIn: range)
    return used.reduce(0) { sum, part in
      let value = histogram.middle(part)
      let error = Double(value - quantization.value(of: quantization.integer(of: value)))
      return sum + Double(histogram.counts[part]) * error * error
    }
  }
}
