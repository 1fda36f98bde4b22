/// From the lowest to the highest value: nothing is cut off.
public struct MinMaxObserver: RangeObserver {
  public init() {}

  public var needsCounts: Bool { false }
  public func range(of histogram: ValueHistogram) -> ValueRange { histogram.range }
}
