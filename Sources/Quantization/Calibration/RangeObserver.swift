/// Which range a tensor's integers cover, by what calibration images gave.
public protocol RangeObserver: Sendable {
  /// Whether `range` reads the counts; otherwise only the bounds are known.
  var needsCounts: Bool { get }
  /// Returns the range that the tensor's integers cover.
  func range(of histogram: ValueHistogram) -> ValueRange
}

/// The observers by name.
public enum RangeObserverKind: String, Hashable, Sendable, CaseIterable {
  case minMax = "min_max"
  case percentile
  case squaredError = "squared_error"

  public var observer: any RangeObserver {
    switch self {
    case .minMax: MinMaxObserver()
    case .percentile: PercentileObserver()
    case .squaredError: SquaredErrorObserver()
    }
  }
}
