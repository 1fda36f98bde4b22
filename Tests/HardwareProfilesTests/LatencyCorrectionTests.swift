import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the correction of latencies")
struct LatencyCorrectionTests {
  /// Twelve measured networks, their trust, scales, and eight other networks.
  struct Case {
    let measurements: [MeasuredWorkload]
    let weights: [Double]
    let scales: CorrectionScales
    let others: [InferenceWorkload]

    init(_ kind: FitFixtures.Kind, seed: UInt64 = 41) throws {
      var random = RandomStream(seed: seed, purpose: "correction")
      let workloads = try FitFixtures.workloads(20, kind, &random)
      measurements = workloads[..<12].map { workload in
        let total = NetworkSketch(workload, on: .generic).total
        return MeasuredWorkload(
          workload, latencyMilliseconds: total * (1 + 0.2 * random.normal()) / 1000)
      }
      weights = (0..<12).map { _ in 0.2 + random.uniform() }
      scales = FitFixtures.scales(&random)
      others = Array(workloads[12...])
    }

    func correction(intervalFactor: Double = 1) throws -> LatencyCorrection {
      try #require(
        FitFixtures.correction(
          measurements, weights: weights, scales: scales, intervalFactor: intervalFactor))
    }
  }

  private func latency(_ correction: LatencyCorrection, _ workload: InferenceWorkload) -> Latency {
    correction.latency(
      of: NetworkSketch(workload, on: .generic),
      kernels: PhysicalModel.generic.executed(workload))
  }

  @Test("predicts what a textbook's Gaussian process does", arguments: FitFixtures.Kind.allCases)
  func textbook(kind: FitFixtures.Kind) throws {
    let fixture = try Case(kind)
    let correction = try fixture.correction(intervalFactor: 1.3)
    let sketches = fixture.measurements.map { NetworkSketch($0.workload, on: .generic) }
    for workload in fixture.others {
      let found = latency(correction, workload)
      let expected = FitTextbook.prediction(
        of: NetworkSketch(workload, on: .generic), measured: sketches,
        microseconds: fixture.measurements.map { 1000 * $0.latencyMilliseconds },
        weights: fixture.weights, scales: fixture.scales, unit: 3000)
      #expect(abs(found.microseconds - expected.mean) < 1e-7 * expected.mean)
      #expect(
        abs(found.standardErrorMicroseconds - 1.3 * expected.standardError)
          < 1e-6 * expected.standardError)
    }
  }

  /// Without the four parts that speak of whole networks, kernels and the inference's own time are all.
  @Test("gives kernels times that add up to the latency", arguments: FitFixtures.Kind.allCases)
  func additive(kind: FitFixtures.Kind) throws {
    let fixture = try Case(kind)
    var scales = fixture.scales
    (scales.network, scales.decisions, scales.idle, scales.context) = (0, 0, 0, 0)
    let correction = try #require(
      FitFixtures.correction(
        fixture.measurements, weights: fixture.weights, scales: scales))
    for workload in fixture.others {
      let found = latency(correction, workload)
      let sum = found.kernels.reduce(0, +)
      #expect(found.kernels.count == PhysicalModel.generic.executed(workload).count)
      guard found.kernels.allSatisfy({ $0 > 0 }) else { continue }
      #expect(abs(sum - found.microseconds) < 1e-7 * sum)
    }
    let profile = try HardwareProfile(correction: fixture.correction())
    for workload in fixture.others {
      let estimate = profile.predict(workload)
      let kernels = estimate.kernels.map(\.latencyMicroseconds)
      #expect(kernels.allSatisfy { $0 >= 0 })
      let sum = kernels.reduce(estimate.otherMicroseconds, +)
      #expect(abs(sum - 1000 * estimate.latencyMilliseconds) < 1e-9 * sum)
    }
  }

  @Test("leaves a network out as a fit without it would", arguments: FitFixtures.Kind.allCases)
  func leaveOneOut(kind: FitFixtures.Kind) throws {
    let fixture = try Case(kind)
    let left = try fixture.correction().leaveOneOut()
    for index in fixture.measurements.indices {
      var (measurements, weights) = (fixture.measurements, fixture.weights)
      let removed = measurements.remove(at: index)
      weights.remove(at: index)
      let rest = try #require(
        FitFixtures.correction(measurements, weights: weights, scales: fixture.scales))
      let found = latency(rest, removed.workload)
      // Far out a prediction is held above a tenth of what physics says; leaving out knows no bound.
      let prediction = 1000 * left[index].prediction
      #expect(abs(prediction - found.microseconds) < 1e-7 * found.microseconds)
      let error = 1000 * removed.latencyMilliseconds - found.microseconds
      let standardErrors = error / found.standardErrorMicroseconds
      #expect(abs(left[index].standardErrors - standardErrors) < 1e-6 * abs(standardErrors) + 1e-9)
    }
  }

  @Test("is close to a measurement with little noise, far from one that nothing trusts")
  func remembers() throws {
    let fixture = try Case(.keysAndIdleKernels)
    var scales = CorrectionScales()
    scales.noise = 1e-4
    var weights = fixture.weights.map { _ in 1.0 }
    weights[3] = 1e-8
    let correction = try #require(
      FitFixtures.correction(fixture.measurements, weights: weights, scales: scales))
    for (index, measurement) in fixture.measurements.enumerated() {
      let found = latency(correction, measurement.workload)
      let measured = 1000 * measurement.latencyMilliseconds
      let error = abs(found.microseconds - measured) / measured
      if index == 3 { #expect(error > 0.01) } else { #expect(error < 0.001) }
    }
  }

  @Test("is less sure of a network unlike all that were measured")
  func uncertainty() throws {
    let fixture = try Case(.plain)
    let correction = try #require(
      FitFixtures.correction(
        fixture.measurements, weights: fixture.weights, scales: CorrectionScales()))
    func relativeError(_ workload: InferenceWorkload) -> Double {
      let found = latency(correction, workload)
      return found.standardErrorMicroseconds / found.microseconds
    }
    let like = fixture.others.map(relativeError).max() ?? .infinity
    var builder = NetworkBuilder(input: TensorShape(height: 224, width: 224, channels: 3))
    try builder.append(.convolution(kernel: 7, stride: 2, channels: 512, bias: false))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    #expect(relativeError(InferenceWorkload(try builder.network())) > 1.2 * like)
  }
}

extension HardwareProfile {
  /// A profile of the generic model with a correction.
  init(correction: LatencyCorrection) throws {
    let description = FitFixtures.description()
    self.init(
      name: "corrected", device: "made up", measurementProtocol: description.measurementProtocol,
      memory: description.memory, physical: .generic, correction: correction, energy: nil,
      relativeUncertainty: 0.3, provenance: description.provenance, validation: nil)
  }
}
