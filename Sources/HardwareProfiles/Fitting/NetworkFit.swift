// Learns a physical model and its correction from measured latencies of whole networks.
//
// Two steps in turns. (1) The physical model: a factor for the launches, the arithmetic and the traffic of
// each kind of kernel, by non-negative least squares, drawn towards the prior model at the device's typical
// speed; errors are weighted by what the correction expects of them. With a similar device's model to start
// from, only its speed is fitted. (2) The correction: its scales by the mode of their posterior
// (`CorrectionScaleFit`), and the trust in each measurement by Student's t with two degrees of freedom
// (Lange, Little and Taylor, JASA 84, 1989, doi:10.2307/2290063), so that single disturbed measurements
// mislead nothing.

import Foundation
import NeuralNetworks
import Statistics

/// A physical model and its correction, learnt from the latencies of whole networks.
///
/// `ProbeFit` fits a model to micro-benchmarks instead.
struct NetworkFit {
  private(set) var model: PhysicalModel
  private(set) var correction: LatencyCorrection

  /// More measurements than these teach little more and cost memory and time.
  static let mostNetworks = 400

  /// How far a factor may stray from the device's typical speed, in units of that.
  private static let factorDeviation = 4.0
  private static let degreesOfFreedom = 2.0

  /// Fits measurements.
  ///
  /// - Parameters:
  ///   - measurements: At least two; of more than `mostNetworks`, those are taken that spread evenly over
  ///     the latencies.
  ///   - prior: The model of a similar device, or `PhysicalModel.generic`.
  ///   - refitsFactors: Whether kinds of kernels get factors of their own, not the device's speed alone.
  /// - Returns: Nil if the covariances cannot be factored: latencies beyond all bounds.
  init?(_ measurements: [MeasuredWorkload], prior: PhysicalModel, refitsFactors: Bool) {
    precondition(measurements.count >= 2, "a fit needs two measurements or more")
    let measurements = NetworkFit.spread(measurements.map(\.latencyMilliseconds)).map {
      measurements[$0]
    }
    let latencies = measurements.map { 1000 * $0.latencyMilliseconds }
    let unit = exp(latencies.reduce(0) { $0 + log($1) } / Double(latencies.count))
    let speed = median(
      zip(measurements, latencies).map { $1 / NetworkSketch($0.workload, on: prior).total })
    let scaled = prior.scaled(by: speed)
    let priorSketches = measurements.map { NetworkSketch($0.workload, on: scaled) }

    let kernels = NetworkFit.kernels(of: priorSketches)
    var scales = CorrectionScales()
    var weights = [Double](repeating: 1, count: latencies.count)
    var model = scaled.rounded
    var whitening: SymmetricFactor?
    for round in 0..<4 {
      if refitsFactors {
        let factors = NetworkFit.factors(
          priorSketches, latencies: latencies, unit: unit, whitening: whitening)
        model = scaled.multiplied(by: factors).rounded
      }
      let fitted = model
      let sketches = measurements.map { NetworkSketch($0.workload, on: fitted) }
      let covariances = MeasuredCovariances(sketches, kernels: kernels, unit: unit)
      let totals = sketches.map { $0.total / unit }
      let errors = zip(latencies, totals).map { $0 / unit - $1 }
      scales = CorrectionScaleFit(
        covariances: covariances, errors: errors, totals: totals, weights: weights
      ).scales(from: scales)
      if round > 0 {
        weights = NetworkFit.weights(
          weights, covariance: covariances.sum(scales), errors: errors,
          noise: totals.map { scales.noiseVariance(relativeLatency: $0) })
      }
      var matrix = covariances.sum(scales, withKinds: false)
      for i in totals.indices {
        matrix[i * totals.count + i] +=
          scales.noiseVariance(relativeLatency: totals[i]) / weights[i]
      }
      whitening = SymmetricFactor(matrix, order: totals.count)
    }

    let places = Dictionary(uniqueKeysWithValues: zip(kernels, kernels.indices))
    let networks = measurements.indices.map { index in
      MeasuredNetwork(
        kernels: priorSketches[index].parts.map { part in
          MeasuredNetwork.KernelCount(index: places[part.kernel] ?? 0, count: Int(part.count))
        },
        origin: measurements[index].workload.origin, latencyMicroseconds: latencies[index],
        weight: weights[index])
    }
    func correction(intervalFactor: Double) -> LatencyCorrection? {
      LatencyCorrection(
        scales: scales, unitMicroseconds: unit, intervalFactor: intervalFactor, kernels: kernels,
        networks: networks, on: model)
    }
    guard let first = correction(intervalFactor: 1),
      let calibrated = correction(intervalFactor: NetworkFit.intervalFactor(first))
    else { return nil }
    self.model = model
    self.correction = calibrated
  }
}

extension NetworkFit {
  /// Returns the physical model that predicts best by itself: with no correction, all measurements
  /// count by their relative error.
  static func uncorrectedModel(
    _ measurements: [MeasuredWorkload], prior: PhysicalModel, refitsFactors: Bool
  ) -> PhysicalModel {
    let latencies = measurements.map { 1000 * $0.latencyMilliseconds }
    let speed = median(
      zip(measurements, latencies).map { $1 / NetworkSketch($0.workload, on: prior).total })
    let scaled = prior.scaled(by: speed)
    guard refitsFactors else { return scaled.rounded }
    let factors = factors(
      measurements.map { NetworkSketch($0.workload, on: scaled) }, latencies: latencies,
      unit: median(latencies), whitening: nil)
    return scaled.multiplied(by: factors).rounded
  }

  /// Returns the places of at most `mostNetworks` latencies that spread evenly over all of them, in order.
  static func spread(_ latencies: [Double]) -> [Int] {
    guard latencies.count > mostNetworks else { return Array(latencies.indices) }
    let order = latencies.indices.sorted { (latencies[$0], $0) < (latencies[$1], $1) }
    return (0..<mostNetworks).map { rank in
      order[rank * (order.count - 1) / (mostNetworks - 1)]
    }.sorted()
  }

  private static func kernels(of sketches: [NetworkSketch]) -> [ExecutedKernel] {
    var seen: Set<ExecutedKernel> = []
    return sketches.flatMap(\.parts).map(\.kernel).filter { seen.insert($0).inserted }
  }

  /// Returns the factor of each term's time: non-negative least squares, drawn towards 1.
  private static func factors(
    _ sketches: [NetworkSketch], latencies: [Double], unit: Double, whitening: SymmetricFactor?
  ) -> [Double] {
    func whitened(_ column: [Double]) -> [Double] {
      if let whitening { return whitening.halfSolve(column) }
      // A latency far below all others, as of a network that was optimised away, must not decide alone.
      return zip(column, latencies).map { 10 * unit * $0 / max($1, unit / 10) }
    }
    let columns = (0..<NetworkSketch.termCount).map { term in
      whitened(sketches.map { $0.terms[term] / unit })
    }
    let targets = whitened(latencies.map { $0 / unit })
    var rows = latencies.indices.map { row in columns.map { $0[row] } }
    for term in columns.indices {
      var row = [Double](repeating: 0, count: columns.count)
      row[term] = 1 / factorDeviation
      rows.append(row)
    }
    let pull = [Double](repeating: 1 / factorDeviation, count: columns.count)
    // Nothing is free: a rate must stay a number, and a part that cannot vary could never be corrected.
    return nonnegativeLeastSquares(rows, targets + pull).map { max($0, 0.05) }
  }

  /// Returns the trust in each measurement, by a few steps of expectation and maximisation.
  private static func weights(
    _ start: [Double], covariance: [Double], errors: [Double], noise: [Double]
  ) -> [Double] {
    var weights = start
    let count = errors.count
    for _ in 0..<8 {
      var matrix = covariance
      for i in 0..<count { matrix[i * count + i] += noise[i] / weights[i] }
      guard let factor = SymmetricFactor(matrix, order: count) else { return weights }
      let solution = factor.solve(errors)
      let inverse = factor.inverse()
      for i in 0..<count {
        let variance = noise[i] / weights[i]
        let residual = variance * solution[i]
        let rest = max(variance - variance * variance * inverse[i * count + i], 0)
        weights[i] =
          (degreesOfFreedom + 1) / (degreesOfFreedom + (residual * residual + rest) / noise[i])
      }
    }
    return weights
  }

  /// By what standard errors must be multiplied so that 1.645 of them cover nine in ten.
  ///
  /// With few measurements the quantile of Student's t (Abramowitz and Stegun 26.7.5), since the scales are
  /// uncertain too; with many the one that leaving out each measurement shows.
  private static func intervalFactor(_ correction: LatencyCorrection) -> Double {
    let errors = correction.leaveOneOut().map { abs($0.standardErrors) }.sorted()
    let (z, count) = (PredictionQuality.intervalReach, Double(errors.count))
    let freedom = count / 2
    let student =
      z + (z * z * z + z) / (4 * freedom)
      + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * freedom * freedom)
    let observed = quantile(errors, probability: min(1, 0.9 * (count + 1) / count))
    let share = count / (count + 20)
    return exp(share * log(max(observed, 0.1)) + (1 - share) * log(student)) / z
  }
}

extension PhysicalModel {
  /// What a network takes on a device that does a thousand million MACs a second: networks compare by it, up to a
  /// factor that is the device's, within a few times.
  public static func roughMilliseconds(of workload: InferenceWorkload) -> Double {
    NetworkSketch(workload, on: .generic).total / 1000
  }
}

extension PhysicalModel {
  /// What is true of most devices, in units of one MAC of a convolution in a nanosecond: depthwise ones take
  /// two and a half, dense ones two, a byte one, a launch 100 µs. What nothing reads costs half.
  static let generic: PhysicalModel = {
    let kernels = InferenceKernel.Kind.allCases.map { kind in
      let rate = kind == .depthwise ? 0.4 : kind == .dense ? 0.5 : 1.0
      return KernelParameters(
        overheadMicroseconds: 100, gigaMACsPerSecond: kind.countsMACs ? rate : nil,
        gigaOperationsPerSecond: kind.countsOperations ? 1 : nil, gigabytesPerSecond: 1,
        relativeUncertainty: 0.5)
    }
    let idle = kernels.map { parameters in
      var half = parameters
      half.overheadMicroseconds /= 2
      half.gigaMACsPerSecond = parameters.gigaMACsPerSecond.map { 2 * $0 }
      half.gigaOperationsPerSecond = parameters.gigaOperationsPerSecond.map { 2 * $0 }
      half.gigabytesPerSecond = 2
      return half
    }
    return PhysicalModel(
      inferenceOverheadMicroseconds: 0, kernels: kernels, idleKernels: idle, levels: [],
      precision: .fp32)
  }()

  /// Returns the model with every term multiplied by its factor, in the order of `NetworkSketch.terms`.
  fileprivate func multiplied(by factors: [Double]) -> PhysicalModel {
    func multiplied(_ parameters: KernelParameters, _ first: Int) -> KernelParameters {
      var result = parameters
      result.overheadMicroseconds *= factors[first]
      result.gigaMACsPerSecond = parameters.gigaMACsPerSecond.map { $0 / factors[first + 1] }
      result.gigaOperationsPerSecond = parameters.gigaOperationsPerSecond.map {
        $0 / factors[first + 1]
      }
      result.gigabytesPerSecond = parameters.gigabytesPerSecond.map { $0 / factors[first + 2] }
      return result
    }
    var result = self
    for kind in kernels.indices {
      result.kernels[kind] = multiplied(kernels[kind], 3 * kind)
    }
    result.idleKernels = idleKernels.map { idle in
      idle.indices.map { multiplied(idle[$0], 3 * (kernels.count + $0)) }
    }
    return result
  }
}
