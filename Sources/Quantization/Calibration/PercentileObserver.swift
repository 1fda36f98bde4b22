/// Cuts off a share of the values at each end.
public struct PercentileObserver: RangeObserver {
  /// The share of values that is kept below the upper bound, and above the lower one.
  public var share: Double

  /// - Parameter share: By default one value in ten thousand is cut at each end.
  public init(share: Double = 0.9999) {
    precondition(share > 0.5 && share <= 1, "a percentile of \(share)")
    self.share = share
  }

  public var needsCounts: Bool { true }

  public func range(of histogram: ValueHistogram) -> ValueRange {
    let outside = Int((1 - share) * Double(histogram.total))
    func bound(_ parts: some Sequence<Int>) -> Int {
      var seen = 0
      for part in parts {
        seen += histogram.counts[part]
        if seen > outside { return part }
      }
      return 0
    }
    let parts = histogram.counts.indices
    let (first, last) = (bound(parts), bound(parts.reversed()))
    // Both ends of the parts in question, so that nothing within is cut.
    return ValueRange(
      low: min(0, histogram.edge(first)), high: max(0, histogram.edge(last + 1)))
  }
}
