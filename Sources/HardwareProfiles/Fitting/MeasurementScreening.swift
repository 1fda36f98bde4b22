// Finds measurements that cannot be right: a run while the device did something else, a wrong unit, a swapped row.
//
// A few such rows among many cannot be told from a device with large differences by a fit that has already adapted
// to them. So suspects are first taken away by a correction whose scales are not fitted, the worst first, each time
// predicted from all that are left; then a fit of the others says which suspects it can believe after all.

import Foundation
import NeuralNetworks
import Statistics

/// Which measured latencies are out of line with all others, so that a fit is better off without them.
public struct MeasurementScreening: Sendable {
  /// A measurement that the others contradict.
  public struct Outlier: Hashable, Sendable {
    /// Its place in the list.
    public let index: Int
    public let measuredMilliseconds: Double
    /// What the other rows predict.
    public let expectedMilliseconds: Double
  }

  /// Those to leave out, in the order of the list; none if there are too many for chance.
  public let outliers: [Outlier]
  /// How many the others contradict, also where these are too many to leave out.
  public let contradicted: Int

  /// With fewer, no row can be told from the others.
  private static let fewest = 6
  /// A row is suspected beyond this ratio of measured and expected latency, or its inverse,
  private static let suspiciousRatio = 1.5
  /// and left out beyond this one,
  private static let impossibleRatio = 2.0
  /// if it is so many standard errors away.
  private static let standardErrors = 4.0
  /// One in so many rows may be left out,
  private static let share = 5
  /// and twice as many be suspected, but not more than this.
  private static let mostSuspects = 24
  private static let rounds = 4

  /// Compares each measurement with the others; of many, those that `NetworkFit` would take.
  ///
  /// - Parameters:
  ///   - all: Networks and their latencies.
  ///   - base: The profile of a similar device, as in `DeviceFit`.
  ///   - precision: What the networks computed in.
  public init(
    _ all: [MeasuredWorkload], base: HardwareProfile? = nil,
    precision: MeasurementProtocol.Precision = .fp32
  ) {
    let places = NetworkFit.spread(all.map(\.latencyMilliseconds))
    let measurements = places.map { all[$0] }
    var prior = base?.physical ?? .generic
    prior.precision = precision
    guard measurements.count >= MeasurementScreening.fewest else {
      (outliers, contradicted) = ([], 0)
      return
    }
    var excluded = MeasurementScreening.suspects(measurements, prior)
    var found: [Outlier] = []
    // Where nothing is suspicious, there is nothing to fit.
    for _ in 0..<MeasurementScreening.rounds where !excluded.isEmpty {
      found = MeasurementScreening.contradicted(
        measurements, without: excluded, prior: prior, refitsFactors: base == nil)
      let indices = Set(found.map(\.index))
      if indices == excluded { break }
      excluded = indices
    }
    contradicted = found.count
    let isChance = found.count <= max(1, measurements.count / MeasurementScreening.share)
    outliers = (isChance ? found : []).map { outlier in
      Outlier(
        index: places[outlier.index], measuredMilliseconds: outlier.measuredMilliseconds,
        expectedMilliseconds: outlier.expectedMilliseconds)
    }
  }
}

extension MeasurementScreening {
  /// Takes rows away, the worst first, until the prior correction predicts each that is left from the others.
  private static func suspects(
    _ measurements: [MeasuredWorkload], _ prior: PhysicalModel
  ) -> Set<Int> {
    let most = min(2 * measurements.count / share, mostSuspects)
    var rest = Array(measurements.indices)
    while measurements.count - rest.count < most {
      guard
        let correction = LatencyCorrection(
          untrained: rest.map { measurements[$0] }, prior: prior)
      else { break }
      let left = correction.leaveOneOut()
      let candidates = rest.indices.filter { place in
        let measured = measurements[rest[place]].latencyMilliseconds
        // Far slower rows draw the predictions of others below 0.
        return left[place].prediction <= 0
          || abs(log(measured / left[place].prediction)) > log(suspiciousRatio)
      }
      // By standard errors, not by the ratio: one row far off makes the predictions of others wrong by any ratio,
      // but by no more standard errors than its own (the inverse covariances are positive definite).
      let errors = left.map { abs($0.standardErrors) }
      let order = candidates.sorted { (errors[$1], $0) < (errors[$0], $1) }
      // Of many rows several at a time: those that are nearly as bad as the worst.
      let worst = order.prefix(1 + rest.count / 50).filter { errors[$0] >= errors[order[0]] / 2 }
      if worst.isEmpty { break }
      for place in worst.sorted(by: >) { rest.remove(at: place) }
    }
    return Set(measurements.indices).subtracting(rest)
  }

  /// Returns all rows that a fit of those not excluded contradicts.
  private static func contradicted(
    _ measurements: [MeasuredWorkload], without excluded: Set<Int>, prior: PhysicalModel,
    refitsFactors: Bool
  ) -> [Outlier] {
    let kept = measurements.indices.filter { !excluded.contains($0) }
    guard
      let fit = NetworkFit(
        kept.map { measurements[$0] }, prior: prior, refitsFactors: refitsFactors)
    else { return [] }
    var expected: [Int: (milliseconds: Double, standardErrors: Double)] = [:]
    for (index, left) in zip(kept, fit.correction.leaveOneOut()) {
      expected[index] = (
        left.prediction, abs(left.standardErrors) / fit.correction.intervalFactor
      )
    }
    for index in excluded {
      let latency = fit.correction.latency(
        of: NetworkSketch(measurements[index].workload, on: fit.model), kernels: [])
      let error = 1000 * measurements[index].latencyMilliseconds - latency.microseconds
      expected[index] = (
        latency.microseconds / 1000, abs(error) / latency.standardErrorMicroseconds
      )
    }
    return measurements.indices.compactMap { index in
      guard let (milliseconds, standardErrors) = expected[index], milliseconds > 0 else {
        return nil
      }
      let measured = measurements[index].latencyMilliseconds
      guard abs(log(measured / milliseconds)) > log(impossibleRatio),
        standardErrors > MeasurementScreening.standardErrors
      else { return nil }
      return Outlier(
        index: index, measuredMilliseconds: measured, expectedMilliseconds: milliseconds)
    }
  }
}

extension LatencyCorrection {
  /// The correction that measurements give with the prior's scales, each of them fully trusted.
  ///
  /// - Returns: Nil if the covariances cannot be factored.
  fileprivate init?(untrained measurements: [MeasuredWorkload], prior: PhysicalModel) {
    let latencies = measurements.map { 1000 * $0.latencyMilliseconds }
    let unit = median(latencies)
    let speed = median(
      zip(measurements, latencies).map { $1 / NetworkSketch($0.workload, on: prior).total })
    let model = prior.scaled(by: speed)
    let sketches = measurements.map { NetworkSketch($0.workload, on: model) }
    var kernels: [ExecutedKernel] = []
    var places: [ExecutedKernel: Int] = [:]
    for kernel in sketches.lazy.flatMap(\.parts).map(\.kernel) where places[kernel] == nil {
      places[kernel] = kernels.count
      kernels.append(kernel)
    }
    let networks = measurements.indices.map { index in
      MeasuredNetwork(
        kernels: sketches[index].parts.map { part in
          MeasuredNetwork.KernelCount(index: places[part.kernel] ?? 0, count: Int(part.count))
        },
        origin: measurements[index].workload.origin, latencyMicroseconds: latencies[index],
        weight: 1)
    }
    self.init(
      scales: CorrectionScales(), unitMicroseconds: unit, intervalFactor: 1, kernels: kernels,
      networks: networks, on: model)
  }
}
