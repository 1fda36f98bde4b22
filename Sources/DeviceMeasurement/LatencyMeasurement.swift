/// How one latency is measured: what is run before anything counts, and how often it is repeated.
///
/// It works over anything that times one inference, so that a clock may be made up.
public struct LatencyMeasurement: Hashable, Sendable {
  /// Inferences that are run first and not counted: caches fill, clocks rise.
  public let warmUp: Int
  /// The fewest and the most samples.
  public let samples: ClosedRange<Int>
  /// Samples are taken until they add up to this, even where the fewest are there.
  public let leastMilliseconds: Double

  public init(warmUp: Int, samples: ClosedRange<Int>, leastMilliseconds: Double) {
    precondition(warmUp >= 0, "warm-up runs cannot be negative, got \(warmUp)")
    precondition(samples.lowerBound > 0, "at least one sample is needed, got \(samples)")
    (self.warmUp, self.samples, self.leastMilliseconds) = (warmUp, samples, leastMilliseconds)
  }

  /// A probe of `profile measure` on this machine, one of hundreds.
  public static let probe = LatencyMeasurement(
    warmUp: 3, samples: 15...100_000, leastMilliseconds: 30)

  /// A student in the final stage on this machine.
  public static let student = LatencyMeasurement(
    warmUp: 20, samples: 60...10_000, leastMilliseconds: 1000)

  /// A device behind a command, each of whose runs may take seconds.
  public static let command = LatencyMeasurement(
    warmUp: 1, samples: 9...10_000, leastMilliseconds: 0)
}

extension LatencyMeasurement {
  /// Takes samples.
  ///
  /// - Parameter once: Times one inference, in milliseconds.
  /// - Throws: `LatencyError` for a time that cannot be one, or what `once` throws.
  public func measure(_ once: () throws -> Double) throws -> MeasuredLatency {
    try measure(inRuns: { [try once()] })
  }

  /// Takes samples from a device that may give several at a time.
  ///
  /// A device that gives several has warmed up by itself, so that all of them count; of one that gives
  /// one at a time the first are dropped.
  ///
  /// - Parameter run: Times at least one inference, in milliseconds each, in their order.
  /// - Throws: As `measure(_:)`.
  public func measure(inRuns run: () throws -> [Double]) throws -> MeasuredLatency {
    var taken: [Double] = []
    var (sum, runs) = (0.0, 0)
    while taken.count < samples.upperBound
      && (taken.count < samples.lowerBound || sum < leastMilliseconds)
    {
      let times = try run()
      guard let impossible = times.first(where: { !($0 > 0 && $0.isFinite) }) else {
        guard !times.isEmpty else { throw LatencyError.noSamples }
        runs += 1
        if times.count == 1 && runs <= warmUp { continue }
        taken += times
        sum += times.reduce(0, +)
        continue
      }
      throw LatencyError.invalid(milliseconds: impossible)
    }
    return try MeasuredLatency(samples: taken)
  }

  /// Measures, and once more where the device was disturbed or drifted meanwhile.
  ///
  /// - Returns: The sound one of the two, or of two alike the one with the lower median: what disturbs a
  ///   device only ever adds time.
  public static func repeatedIfUnsound(
    _ measure: () throws -> MeasuredLatency
  ) rethrows -> (latency: MeasuredLatency, attempts: Int) {
    let first = try measure()
    if first.isSound { return (first, 1) }
    let second = try measure()
    if second.isSound || second.medianMilliseconds < first.medianMilliseconds {
      return (second, 2)
    }
    return (first, 2)
  }
}
