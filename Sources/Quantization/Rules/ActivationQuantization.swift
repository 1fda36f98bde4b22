import DeployedModels

/// The lowest and the highest value that a tensor's integers stand for.
public struct ValueRange: Hashable, Sendable {
  public var low: Float
  public var high: Float

  /// A range that is widened to hold zero.
  ///
  /// - Precondition: The bounds are finite, `low` not above `high`.
  public init(low: Float, high: Float) {
    precondition(low.isFinite && high.isFinite && low <= high, "no range: \(low)…\(high)")
    (self.low, self.high) = (min(0, low), max(0, high))
  }

  /// The smallest range that holds values, and zero.
  public init(of values: some Sequence<Float>) {
    var (low, high): (Float, Float) = (0, 0)
    for value in values { (low, high) = (min(low, value), max(high, value)) }
    self.init(low: low, high: high)
  }

  /// Whether there is nothing but zero, or so little that no scale could hold it.
  var isEmpty: Bool { high - low < 1e-20 }
}

extension TensorQuantization {
  /// The integers −128…127 over a range: zero is exact, the bounds are moved by up to half a unit for it.
  init(activationsIn range: ValueRange, smallestScale: Float = 0) {
    let range = range.isEmpty ? ValueRange(low: 0, high: 1) : range
    let wanted = Float((Double(range.high) - Double(range.low)) / 255)
    let scale = max(wanted, smallestScale)
    let zero = (-128 - range.low / scale).rounded(.toNearestOrAwayFromZero)
    self.init(scale: scale, zeroPoint: Int32(min(127, max(-128, zero))))
  }

  /// The lowest and highest values of int8.
  var representedRange: ValueRange {
    ValueRange(
      low: scale * Float(-128 - zeroPoint), high: scale * Float(127 - zeroPoint))
  }
}
