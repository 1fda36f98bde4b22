import Statistics

/// The area under the characteristic of one attack, or the difference of two, with its 95 % interval.
public struct AreaEstimate: Hashable, Sendable, Codable {
  public let value: Double
  public let low: Double
  public let high: Double

  public init(value: Double, low: Double, high: Double) {
    (self.value, self.low, self.high) = (value, low, high)
  }

  /// Whether the interval contains a value.
  public func contains(_ other: Double) -> Bool { low <= other && other <= high }
}

/// Areas of the same attack on several targets, all on the same examples.
///
/// Their mean is known as well as examples and targets allow:
///
///     Var = Σψ̄²/N² + σ² / T,  σ² = max(0, S² − T/(T − 1) · (mean of the targets' variances − Σψ̄²/N²))
///
/// with ψ̄ the mean over the T targets of the influences of an example (`CharacteristicArea`), S² the variance of the areas
/// between targets, and σ² the part of it that examples do not explain. Areas whose targets share examples, and
/// whose scores share models, are not independent: S²/T alone would be too small, by more than half where
/// every score is made from all other targets. Two-sided by Student's t with Satterthwaite's degrees of
/// freedom.
public struct TargetAreas: Hashable, Sendable {
  /// One for each target; at least one.
  public let areas: [Double]
  /// For each target one for each example.
  private let influences: [[Double]]

  /// - Precondition: At least one area, all of as many examples.
  public init(_ areas: [CharacteristicArea]) {
    precondition(!areas.isEmpty, "areas of no target")
    self.init(areas.map(\.value), areas.map(\.influences))
  }

  private init(_ areas: [Double], _ influences: [[Double]]) {
    precondition(
      influences.allSatisfy { $0.count == influences[0].count && !$0.isEmpty },
      "areas of other examples")
    (self.areas, self.influences) = (areas, influences)
  }

  /// Returns the differences target by target, of the same examples.
  public func less(_ other: TargetAreas) -> TargetAreas {
    precondition(
      areas.count == other.areas.count, "\(areas.count) and \(other.areas.count) targets")
    return TargetAreas(
      zip(areas, other.areas).map { $0 - $1 },
      zip(influences, other.influences).map { zip($0, $1).map { $0 - $1 } })
  }

  /// The mean over the targets with its 95 % interval.
  public var mean: AreaEstimate {
    let targets = Double(areas.count)
    let examples = Double(influences[0].count)
    let value = areas.reduce(0, +) / targets
    var means = [Double](repeating: 0, count: influences[0].count)
    var own = 0.0
    for row in influences {
      for (example, influence) in row.enumerated() {
        means[example] += influence / targets
        own += influence * influence
      }
    }
    own /= examples * examples * targets
    let shared = means.reduce(0) { $0 + $1 * $1 } / (examples * examples)
    var parts = [(variance: shared, freedom: max(1, examples - 1))]
    if areas.count > 1 {
      let between = areas.reduce(0) { $0 + ($1 - value) * ($1 - value) } / (targets - 1)
      let unexplained = between - targets / (targets - 1) * (own - shared)
      parts.append((max(0, unexplained) / targets, targets - 1))
    }
    let variance = parts.reduce(0) { $0 + $1.variance }
    guard variance > 0 else { return AreaEstimate(value: value, low: value, high: value) }
    let squares = parts.reduce(0) { $0 + $1.variance * $1.variance / $1.freedom }
    let student = StudentDistribution(freedom: variance * variance / squares)
    let reach = student.reach(of: 0.95) * variance.squareRoot()
    return AreaEstimate(value: value, low: value - reach, high: value + reach)
  }
}
