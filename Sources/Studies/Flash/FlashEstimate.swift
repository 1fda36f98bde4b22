import Statistics

/// An accuracy that a flash training gave or predicts, and how well it is known.
public struct FlashEstimate: Hashable, Sendable {
  /// The share of right answers on the validation split, 0…1.
  public var accuracy: Double
  /// One standard deviation of its error, in the same unit.
  public var standardError: Double
}

extension FlashEstimate {
  /// The 95 % interval, as far as it lies in 0…1.
  public var interval: ClosedRange<Double> {
    let reach = NormalDistribution.reach95 * standardError
    return max(0, accuracy - reach)...min(1, accuracy + reach)
  }
}
