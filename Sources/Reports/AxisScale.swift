import Foundation

/// Maps the values of an axis to 0…1, and says where its ticks stand.
struct AxisScale: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case linear
    case logarithmic
  }

  let kind: Kind
  /// Not empty; above 0 if logarithmic.
  let domain: ClosedRange<Double>

  /// Creates a scale that shows all finite values with some room around them.
  ///
  /// - Parameters:
  ///   - logarithmicAbove: The ratio of the largest to the smallest value above which the scale is
  ///     logarithmic; nil for never. All values must then be positive.
  ///   - minimumSpan: The least width of a linear domain.
  ///   - limits: What the room around the values may not go beyond.
  init(
    covering values: [Double], logarithmicAbove: Double? = nil, minimumSpan: Double = 0,
    limits: ClosedRange<Double> = -Double.infinity...Double.infinity
  ) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if let logarithmicAbove, low > 0, high / low > logarithmicAbove {
      let room = pow(high / low, AxisScale.room)
      kind = .logarithmic
      domain = low / room...high * room
      return
    }
    kind = .linear
    let span = max(high - low, minimumSpan, 1e-3 * max(abs(low), abs(high)), 1e-12)
    let missing = (span - (high - low)) / 2
    let room = missing + AxisScale.room * span
    domain = max(low - room, limits.lowerBound)...min(high + room, limits.upperBound)
  }

  /// The share of the span that stays free on either side.
  private static let room = 0.07

  /// Returns where a value stands: 0 at the lower end of the domain, 1 at the upper one.
  func position(_ value: Double) -> Double {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    return switch kind {
    case .linear: (value - low) / (high - low)
    case .logarithmic: log(value / low) / log(high / low)
    }
  }
}

/// A place on an axis and what is written there.
struct AxisTick: Hashable, Sendable {
  let value: Double
  let label: String
}

extension AxisScale {
  /// Returns round values inside the domain, ascending: as many as possible up to `maximumCount`.
  func ticks(atMost maximumCount: Int) -> [AxisTick] {
    precondition(maximumCount > 1, "an axis needs two ticks, got \(maximumCount)")
    switch kind {
    case .linear: return linearTicks(maximumCount)
    case .logarithmic:
      let ticks = logarithmicTicks(maximumCount)
      return ticks.count > 1 ? ticks : linearTicks(maximumCount)
    }
  }

  /// Whole multiples of the finest step of 1, 2 or 5 times a power of ten.
  private func linearTicks(_ maximumCount: Int) -> [AxisTick] {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    var exponent = Int(log10((high - low) / Double(maximumCount)).rounded(.down)) - 1
    while true {
      for factor in [1.0, 2, 5] {
        let step = factor * pow(10, Double(exponent))
        let multiples =
          (low / step).rounded(.up)...max((low / step).rounded(.up), (high / step).rounded(.down))
        let count = Int(multiples.upperBound - multiples.lowerBound) + 1
        guard count <= maximumCount else { continue }
        return (0..<count).map { index in
          let value = (multiples.lowerBound + Double(index)) * step
          return AxisTick(value: value, label: value.fixed(max(0, -exponent)))
        }.filter { domain.contains($0.value) }
      }
      exponent += 1
    }
  }

  /// Digits with which ticks begin, from the sparsest set to the densest.
  private static let leadingDigits: [[Double]] = [
    [1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 8],
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
  ]

  private func logarithmicTicks(_ maximumCount: Int) -> [AxisTick] {
    let first = Int(log10(domain.lowerBound).rounded(.down))
    let last = Int(log10(domain.upperBound).rounded(.up))
    let candidates = AxisScale.leadingDigits.map { digits in
      (first...last).flatMap { exponent in digits.map { $0 * pow(10, Double(exponent)) } }
        .filter(domain.contains)
    }
    if let densest = candidates.last(where: { $0.count <= maximumCount }) {
      return densest.map(AxisScale.tick)
    }
    let decades = candidates[0]
    let stride = (decades.count + maximumCount - 1) / maximumCount
    return decades.indices.filter { $0 % stride == 0 }.map { AxisScale.tick(decades[$0]) }
  }

  private static func tick(_ value: Double) -> AxisTick {
    AxisTick(value: value, label: String(format: "%g", value))
  }
}
