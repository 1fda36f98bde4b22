import NeuralNetworks
import RandomStreams
import Statistics
import Testing

@testable import HardwareProfiles

@Suite("the choice of networks to measure")
struct MeasurementDesignTests {
  /// Mean over the workloads of variance over latency, once some of them are measured.
  private func meanVariance(
    _ workloads: [InferenceWorkload], measured: [Int], unit: Double
  ) throws -> Double {
    let sketches = workloads.map { NetworkSketch($0, on: .generic) }
    let scales = CorrectionScales()
    let prior = MeasuredCovariances(
      sketches, kernels: FitFixtures.kernels(of: sketches), unit: unit
    ).sum(scales)
    let count = workloads.count
    var matrix = measured.flatMap { i in measured.map { j in prior[i * count + j] } }
    for (place, index) in measured.enumerated() {
      matrix[place * (measured.count + 1)] +=
        scales.noiseVariance(relativeLatency: sketches[index].total / unit)
    }
    let factor = try #require(SymmetricFactor(matrix, order: measured.count))
    var sum = 0.0
    for index in 0..<count {
      let half = factor.halfSolve(measured.map { prior[index * count + $0] })
      let variance = prior[index * count + index] - half.reduce(0) { $0 + $1 * $1 }
      #expect(variance > -1e-9)
      sum += variance / (sketches[index].total / unit)
    }
    return sum / Double(count)
  }

  @Test("rests on what measurements take from the covariances of others, in any unit")
  func condition() throws {
    var random = RandomStream(seed: 86, purpose: "design")
    let workloads = try FitFixtures.workloads(14, .keysAndIdleKernels, &random)
    let sketches = workloads.map { NetworkSketch($0, on: .generic) }
    var scales = CorrectionScales()
    scales.decisions = 0  // the one part that is the same number in every unit
    let (measured, others) = (Array(0..<8), Array(8..<14))
    let correction = try #require(
      FitFixtures.correction(
        measured.map {
          MeasuredWorkload(workloads[$0], latencyMilliseconds: sketches[$0].total / 1000)
        },
        weights: measured.map { 0.5 + 0.1 * Double($0) }, scales: scales, unit: 3000))
    let unit = 1700.0
    let rest = others.map { sketches[$0] }
    var covariance = MeasuredCovariances(
      rest, kernels: FitFixtures.kernels(of: rest), unit: unit
    ).sum(scales)
    correction.condition(&covariance, of: rest, unit: unit)
    let latencies = rest.map {
      correction.latency(of: $0, kernels: $0.parts.map(\.kernel)).standardErrorMicroseconds
    }
    for (place, sketch) in rest.enumerated() {
      let noise = 3000 * 3000 * scales.noiseVariance(relativeLatency: sketch.total / 3000)
      let expected = latencies[place] * latencies[place] - noise
      let found = unit * unit * covariance[place * (rest.count + 1)]
      #expect(abs(found - expected) < 1e-6 * (expected + noise))
      for other in rest.indices {
        #expect(
          abs(covariance[place * rest.count + other] - covariance[other * rest.count + place])
            < 1e-9)
      }
    }
  }

  @Test(
    "takes no network twice and teaches more than random choices",
    arguments: FitFixtures.Kind.allCases)
  func better(kind: FitFixtures.Kind) throws {
    var random = RandomStream(seed: 81, purpose: "design")
    let workloads = try FitFixtures.workloads(60, kind, &random)
    let unit = median(workloads.map { NetworkSketch($0, on: .generic).total })
    let chosen = MeasurementDesign(count: 8, of: workloads, knowing: nil).chosen
    #expect(chosen.count == 8 && Set(chosen).count == 8)
    #expect(chosen.allSatisfy(workloads.indices.contains))
    let designed = try meanVariance(workloads, measured: chosen, unit: unit)
    let others = try (0..<20).map { _ in
      try meanVariance(
        workloads, measured: Array(random.permutation(of: 60).prefix(8)), unit: unit)
    }
    #expect(designed < median(others) * 0.95, "\(designed) \(others)")
    #expect(designed <= (others.min() ?? 0) * 1.02, "\(designed) \(others)")
  }

  @Test("begins with the network that lowers the others' variances most")
  func first() throws {
    var random = RandomStream(seed: 82, purpose: "design")
    let workloads = try FitFixtures.workloads(12, .keysAndIdleKernels, &random)
    let unit = median(workloads.map { NetworkSketch($0, on: .generic).total })
    let chosen = MeasurementDesign(count: 3, of: workloads, knowing: nil).chosen
    for step in 0..<3 {
      let before = Array(chosen[..<step])
      let gains = try workloads.indices.filter { !before.contains($0) }.map { index in
        (index, try meanVariance(workloads, measured: before + [index], unit: unit))
      }
      #expect(gains.min { $0.1 < $1.1 }?.0 == chosen[step])
    }
  }

  @Test("takes what is there where more is asked for, and nothing of nothing")
  func sizes() throws {
    var random = RandomStream(seed: 83, purpose: "design")
    let workloads = try FitFixtures.workloads(4, .keys, &random)
    let chosen = MeasurementDesign(count: 9, of: workloads, knowing: nil).chosen
    #expect(chosen.sorted() == Array(0..<4))
    #expect(MeasurementDesign(count: 0, of: workloads, knowing: nil).chosen.isEmpty)
  }

  /// A twin of each measured network has nothing to teach, so the others come first.
  @Test("takes first what the measurements of a profile say least of")
  func continued() throws {
    var random = RandomStream(seed: 84, purpose: "design")
    let workloads = try FitFixtures.workloads(20, .keysAndIdleKernels, &random)
    let device = SyntheticDevice.desktop(noise: 0.01)
    let measured = device.measurements(Array(workloads[..<10]), &random)
    let profile = try DeviceFit(measured, description: FitFixtures.description()).profile
    let chosen = MeasurementDesign(count: 5, of: workloads, knowing: profile).chosen
    #expect(chosen.allSatisfy { $0 >= 10 }, "\(chosen)")
    #expect(Set(chosen).count == 5)
  }

  @Test("of networks far smaller than those that were measured counts no variance below zero")
  func units() throws {
    var random = RandomStream(seed: 85, purpose: "design")
    let workloads = try FitFixtures.workloads(40, .keysAndIdleKernels, &random)
    func total(_ workload: InferenceWorkload) -> Double {
      NetworkSketch(workload, on: .generic).total
    }
    let order = workloads.sorted { total($0) < total($1) }
    let device = SyntheticDevice.desktop(noise: 0.01)
    let profile = try DeviceFit(
      device.measurements(Array(order[30...]), &random), description: FitFixtures.description()
    ).profile
    let correction = try #require(profile.correction)
    let small = Array(order[..<12])
    let sketches = small.map { NetworkSketch($0, on: profile.physical) }
    // The first choice is that which the posterior in the correction's own unit says.
    var covariance = MeasuredCovariances(
      sketches, kernels: FitFixtures.kernels(of: sketches), unit: correction.unitMicroseconds
    ).sum(correction.scales)
    correction.condition(&covariance, of: sketches, unit: correction.unitMicroseconds)
    let relative = sketches.map { $0.total / correction.unitMicroseconds }
    let gains = sketches.indices.map { i in
      sketches.indices.reduce(0.0) { sum, j in
        let value = covariance[i * sketches.count + j] / relative[j]
        return sum + value * value
      }
        / (covariance[i * sketches.count + i]
          + correction.scales.noiseVariance(relativeLatency: relative[i]))
    }
    let best = gains.indices.max { gains[$0] < gains[$1] }
    #expect(MeasurementDesign(count: 1, of: small, knowing: profile).chosen.first == best)
  }
}
