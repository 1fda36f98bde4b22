import Statistics

/// Several measurements one after the other, some of the same thing, and what the device did meanwhile.
///
/// Things that are measured more than once tell whether the whole session got slower: networks that are
/// timed a second time in reverse order, or a reference that is timed in between.
public struct MeasurementSession: Hashable, Sendable {
  /// One measurement of one thing.
  public struct Entry: Hashable, Sendable {
    /// The thing's number, or its key's place.
    public let item: Int
    public let latency: MeasuredLatency
  }

  /// In the order in which they were taken.
  public private(set) var entries: [Entry] = []

  public init() {}

  /// Takes in the next measurement.
  public mutating func record(_ item: Int, _ latency: MeasuredLatency) {
    entries.append(Entry(item: item, latency: latency))
  }

  /// Returns the measurement of a thing with the lowest median: what disturbs a device only adds time.
  public func best(of item: Int) -> MeasuredLatency? {
    entries.lazy.filter { $0.item == item }.map(\.latency)
      .min { $0.medianMilliseconds < $1.medianMilliseconds }
  }

  /// How much slower the last third of the session was than the first, as a ratio; nil if nothing was
  /// measured twice.
  ///
  /// Each median is set in proportion to the mean of those of the same thing, and what was measured once
  /// is left out. The ratio is that of the proportions' medians.
  public var drift: Double? {
    var known: [Int: (sum: Double, count: Double)] = [:]
    for entry in entries {
      let (sum, count) = known[entry.item] ?? (0, 0)
      known[entry.item] = (sum + entry.latency.medianMilliseconds, count + 1)
    }
    let proportions = entries.compactMap { entry -> Double? in
      guard let (sum, count) = known[entry.item], count > 1 else { return nil }
      return entry.latency.medianMilliseconds * count / sum
    }
    guard proportions.count > 1 else { return nil }
    let third = max(1, proportions.count / 3)
    return median(Array(proportions.suffix(third))) / median(Array(proportions.prefix(third)))
  }
}
