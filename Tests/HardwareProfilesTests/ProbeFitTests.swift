import NeuralNetworks
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the fit of micro-benchmarks")
struct ProbeFitTests {
  private static let levels: [(name: String, capacityBytes: Int?)] = [
    ("L1", 1 << 15), ("L2", 1 << 20), ("DRAM", nil),
  ]

  /// What is fitted to the probes, each measured twice, the second time in reverse order; the lower counts.
  ///
  /// - Parameter students: Measured as well, as `HostMeasurement` does.
  private func fit(
    students: [Network] = [], _ microseconds: (Network) -> Double
  ) throws -> ProbeFit {
    let probes = try ProbeDesign.probes()
    let networks = probes.map(\.network) + students
    let first = networks.map(microseconds)
    let second = networks.reversed().map(microseconds).reversed()
    return ProbeFit(
      probes: probes, microseconds: zip(first, second).prefix(probes.count).map { min($0, $1) },
      levels: Self.levels)
  }

  /// What can be told from probes: rates and losses of the kinds that compute, and the outer bandwidth.
  @Test("recovers a known device", arguments: [(0.0, 0.01), (0.03, 0.1)])
  func recovers(noise: Double, tolerance: Double) throws {
    let device = SyntheticDevice.desktop(noise: noise)
    var random = RandomStream(seed: 1, purpose: "students")
    let students = try randomStudents(60, &random)
    let found = try fit(students: students) { device.microseconds($0, &random) }
    func isClose(_ value: Double?, _ expected: Double?) -> Bool {
      guard let value, let expected else { return value == nil && expected == nil }
      return abs(value - expected) <= tolerance * expected
    }
    for kind in [InferenceKernel.Kind.convolution, .pointwise, .depthwise, .squeezeExcitation] {
      let (value, truth) = (found.kernels[kind.index], device.profile.parameters(of: kind))
      #expect(isClose(value.gigaMACsPerSecond, truth.gigaMACsPerSecond))
      #expect(isClose(value.gigaOperationsPerSecond, truth.gigaOperationsPerSecond))
      #expect(isClose(value.overheadMicroseconds, truth.overheadMicroseconds))
      #expect(isClose(value.outputChannelsHalf, truth.outputChannelsHalf))
      #expect(isClose(value.reductionHalf, truth.reductionHalf))
    }
    let bandwidths = found.levels.map(\.bandwidthGigabytesPerSecond)
    #expect(isClose(bandwidths[2], 9))
    #expect(isClose(found.inferenceOverheadMicroseconds, 3))
  }

  @Test("states an uncertainty that students' errors fit into")
  func uncertainty() throws {
    // A device that no roofline describes: every kernel slower or faster by a factor of its own.
    let base = SyntheticDevice.desktop(noise: 0)
    var random = RandomStream(seed: 2, purpose: "students")
    let students = try randomStudents(100, &random)
    func microseconds(_ network: Network) -> Double {
      network.inferenceKernels.reduce(3.0) { sum, kernel in
        let oddity = Double((kernel.macs / 64 + kernel.weightCount) % 7) / 7
        return sum + base.profile.latencyMicroseconds(of: kernel) * (0.8 + 0.4 * oddity)
      }
    }
    let measured = students.map { microseconds($0) / 1000 }
    let fit = try fit(students: students, microseconds)
    let profile = fit.profile(
      FitFixtures.description(),
      sharedUncertainty: fit.sharedUncertainty(of: students, milliseconds: measured),
      validation: nil)
    let covered = zip(students, measured).count { student, milliseconds in
      let estimate = profile.predict(student)
      let error = abs(estimate.latencyMilliseconds - milliseconds)
      return error <= 1.645 * estimate.latencyStandardErrorMilliseconds
    }
    #expect(covered >= 85 && covered <= 99)
  }

  @Test("is not fooled by outliers")
  func outliers() throws {
    let device = SyntheticDevice.desktop(noise: 0)
    var random = RandomStream(seed: 4, purpose: "noise")
    var calls = 0
    var slow: Set<Network> = []
    let found = try fit { network in
      calls += 1
      if calls % 25 == 0 { slow.insert(network) }
      return device.microseconds(network, &random) * (slow.contains(network) ? 3 : 1)
    }
    #expect(slow.count > 10)
    let rate = try #require(found.kernels[InferenceKernel.Kind.convolution.index].gigaMACsPerSecond)
    #expect(abs(rate - 30) < 3)
  }
}
