import Statistics

/// A latency as it was measured: the samples, their median, and how far to believe it.
///
/// The median is believed if nothing disturbed the device (few samples far above it, one mode) and it did
/// not get slower or faster on the way (`drift`).
public struct MeasuredLatency: Hashable, Sendable {
  /// Milliseconds of single inferences, in the order in which they were taken; at least one.
  public let samples: [Double]
  public let medianMilliseconds: Double
  /// One standard deviation of the median's error; nil for a single sample.
  public let standardErrorMilliseconds: Double?
  /// The share of the samples that are far above the median.
  public let disturbedShare: Double
  /// Whether the samples fall into two groups, so that the median is one of them by chance.
  public let isBimodal: Bool
  /// The median of the last third over that of the first third; nil for fewer than six samples.
  public let drift: Double?
  /// Whether the drift is more than the samples' noise, and large enough to matter.
  public let isDrifting: Bool

  /// Judges samples.
  ///
  /// - Parameter samples: Milliseconds, in the order in which they were taken.
  /// - Throws: `LatencyError` if there are none, or one is not above 0.
  public init(samples: [Double]) throws(LatencyError) {
    guard !samples.isEmpty else { throw .noSamples }
    if let impossible = samples.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .invalid(milliseconds: impossible)
    }
    self.samples = samples
    let sorted = samples.sorted()
    let middle = median(sorted)
    medianMilliseconds = middle
    standardErrorMilliseconds = MedianError.standardError(samples)

    // Noise only adds time, so the undisturbed spread is that of the faster half.
    let spread = (middle - sorted[sorted.count / 4]) / Limits.quartileOfNormal
    let limit =
      middle + max(Limits.disturbance * middle, Limits.disturbanceDeviations * spread)
    disturbedShare = Double(sorted.count { $0 > limit }) / Double(sorted.count)
    isBimodal = ModeSplit(sorted: sorted)?.isSeparate ?? false

    let third = samples.count / 3
    guard third >= 2 else {
      (drift, isDrifting) = (nil, false)
      return
    }
    let (first, last) = (Array(samples.prefix(third)), Array(samples.suffix(third)))
    let (before, after) = (median(first), median(last))
    let errors = [first, last].map { MedianError.standardError($0) ?? 0 }
    let noise = (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot()
    drift = after / before
    isDrifting =
      MeasuredLatency.isDrift(after / before) && abs(after - before) > Limits.driftErrors * noise
  }
}

extension MeasuredLatency {
  /// Whether other work on the device, or a changing clock, shows in the samples, or they spread so much that
  /// the median is hardly known.
  public var isDisturbed: Bool {
    let error = standardErrorMilliseconds ?? 0
    return disturbedShare > Limits.disturbedShare || isBimodal
      || error > Limits.standardError * medianMilliseconds
  }

  /// Whether the median may be believed.
  public var isSound: Bool { !isDisturbed && !isDrifting }

  /// Returns whether two medians of the same thing, one over the other, differ enough to matter.
  public static func isDrift(_ ratio: Double) -> Bool { abs(ratio - 1) > Limits.drift }

  private enum Limits {
    /// 25 % of a normal distribution lie this many deviations and more below its mean.
    static let quartileOfNormal = 0.6745
    /// A sample is disturbed if it is this share above the median,
    static let disturbance = 0.1
    /// and so many deviations of the undisturbed ones.
    static let disturbanceDeviations = 6.0
    /// Up to this share of disturbed samples moves the median by less than the faster half spreads.
    static let disturbedShare = 0.1
    /// The largest standard error of a median that is known, relative to it.
    static let standardError = 0.1
    static let drift = 0.05
    static let driftErrors = 3.0
  }
}

/// The standard error of a median, without assuming a distribution.
enum MedianError {
  private static let blocks = 8
  private static let fewestForRanks = 8
  private static let fewestInBlock = 3

  /// Returns one standard deviation of the median's error, nil for fewer than two samples.
  ///
  /// The larger of two estimates. By ranks: the samples 1.96·√n/2 ranks on either side of the median are
  /// 2·1.96 standard errors apart, if samples are independent (David and Nagaraja, Order Statistics, 2003,
  /// section 7.1). By blocks: medians of eight runs of samples spread by √8 standard errors, also where
  /// neighbours go together. Below eight samples, 1.2533·s/√n, as for normal ones.
  static func standardError(_ samples: [Double]) -> Double? {
    guard samples.count > 1 else { return nil }
    let n = Double(samples.count)
    guard samples.count >= fewestForRanks else {
      return 1.2533 * deviation(samples) / n.squareRoot()
    }
    let sorted = samples.sorted()
    /// The value at a place between the samples.
    func value(at place: Double) -> Double {
      let below = max(0, Int(place))
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    let (middle, half) = ((n - 1) / 2, NormalDistribution.reach95 * n.squareRoot() / 2)
    let byRanks =
      (value(at: middle + half) - value(at: middle - half)) / (2 * NormalDistribution.reach95)
    guard samples.count >= blocks * fewestInBlock else { return byRanks }
    let medians = (0..<blocks).map { block in
      median(Array(samples[block * samples.count / blocks..<(block + 1) * samples.count / blocks]))
    }
    return max(byRanks, deviation(medians) / Double(blocks).squareRoot())
  }

  private static func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}

/// The cut of sorted samples into a faster and a slower group that leaves the least variance in them.
///
/// Whether the groups are two modes is Ashman's D, √2·|m₁ − m₂| / √(s₁² + s₂²): 2.7 for the halves of a
/// normal distribution, 3.5 for those of a uniform one (Ashman, Bird and Zepf 1994, doi:10.1086/117248).
private struct ModeSplit {
  let fasterShare: Double
  let distance: Double
  /// Of the groups' means, relative to the faster one.
  let gap: Double

  private static let fewest = 10
  private static let slowestLeftOut = 20  // one in so many, which are outliers and no mode
  private static let smallestShare = 0.2
  private static let smallestDistance = 4.0
  private static let smallestGap = 0.05

  /// Returns nil for too few samples.
  init?(sorted: [Double]) {
    guard sorted.count >= ModeSplit.fewest else { return nil }
    let values = sorted.dropLast(sorted.count / ModeSplit.slowestLeftOut)
    let n = Double(values.count)
    // Shifted by the smallest, so that squares do not cancel.
    let shifted = values.map { $0 - sorted[0] }
    let (sum, squares) = shifted.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    var (lowSum, lowSquares) = (0.0, 0.0)
    var best: (within: Double, count: Double, low: Double, high: Double)?
    for (index, value) in shifted.dropLast().enumerated() {
      (lowSum, lowSquares) = (lowSum + value, lowSquares + value * value)
      let count = Double(index + 1)
      let (low, high) = (lowSum / count, (sum - lowSum) / (n - count))
      let within =
        max(0, lowSquares - count * low * low)
        + max(0, squares - lowSquares - (n - count) * high * high)
      if best.map({ within < $0.within }) ?? true { best = (within, count, low, high) }
    }
    guard let best else { return nil }
    func variance(_ part: ArraySlice<Double>, around mean: Double) -> Double {
      part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(part.count)
    }
    let cut = Int(best.count)
    let spread =
      variance(shifted[..<cut], around: best.low) + variance(shifted[cut...], around: best.high)
    fasterShare = best.count / n
    distance = 2.0.squareRoot() * (best.high - best.low) / spread.squareRoot()
    gap = (best.high - best.low) / (best.low + sorted[0])
  }

  var isSeparate: Bool {
    min(fasterShare, 1 - fasterShare) >= ModeSplit.smallestShare
      && distance >= ModeSplit.smallestDistance && gap >= ModeSplit.smallestGap
  }
}
