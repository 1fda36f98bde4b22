import Foundation
import NeuralNetworks
import TensorKernels
import Testing

@testable import HardwareProfiles

@Suite("measuring a host")
struct HostMeasurementTests {
  static let machine = HostMachine(
    processor: "a synthetic device", ramBytes: 1 << 32,
    caches: [
      HostMachine.Cache(name: "L1", capacityBytes: 1 << 15),
      HostMachine.Cache(name: "L2", capacityBytes: 1 << 20),
    ])

  private func measure(
    _ device: SyntheticDevice, students: Int = 60
  ) throws -> (result: HostMeasurementResult, students: [Network]) {
    var random = RandomStream(seed: 1, purpose: "students")
    let students = try randomStudents(students, &random)
    let measurement = HostMeasurement(
      machine: HostMeasurementTests.machine,
      measurementProtocol: device.profile.measurementProtocol, date: "2026-01-31")
    let result = try measurement.profile(named: "measured", validatedOn: students) {
      try MeasuredLatency(microseconds: device.microseconds($0, &random))
    }
    return (result, students)
  }

  /// What can be told from probes: rates and losses of the kinds that compute, and the outer bandwidth.
  @Test("recovers a known device", arguments: [(0.0, 0.01), (0.03, 0.1)])
  func recovers(noise: Double, tolerance: Double) throws {
    let device = SyntheticDevice.desktop(noise: noise)
    let found = try measure(device).result.profile
    func isClose(_ value: Double?, _ expected: Double?) -> Bool {
      guard let value, let expected else { return value == nil && expected == nil }
      return abs(value - expected) <= tolerance * expected
    }
    for kind in [InferenceKernel.Kind.convolution, .pointwise, .depthwise, .squeezeExcitation] {
      let (value, truth) = (found.parameters(of: kind), device.profile.parameters(of: kind))
      #expect(isClose(value.gigaMACsPerSecond, truth.gigaMACsPerSecond))
      #expect(isClose(value.gigaOperationsPerSecond, truth.gigaOperationsPerSecond))
      #expect(isClose(value.overheadMicroseconds, truth.overheadMicroseconds))
      #expect(isClose(value.outputChannelsHalf, truth.outputChannelsHalf))
      #expect(isClose(value.reductionHalf, truth.reductionHalf))
    }
    let bandwidths = found.memory.levels.map(\.bandwidthGigabytesPerSecond)
    #expect(isClose(bandwidths[2], 9))
    #expect(isClose(found.physical.inferenceOverheadMicroseconds, 3))
  }

  @Test("predicts students that the fit has not seen, and says how well")
  func validates() throws {
    let result = try measure(SyntheticDevice.desktop(noise: 0.03)).result
    let validation = try #require(result.validation)
    #expect(validation.spearman > 0.99)
    #expect(validation.medianAbsolutePercentageError < 3)
    #expect(result.profile.validation?.networks == 60)
    #expect(result.fit.allSatisfy { $0.quality.medianAbsolutePercentageError < 3 })
    #expect(result.profile.provenance.source == .measured)
    #expect(abs(result.drift - 1) < 0.01)
    // Everything is kept: two measurements of each probe and student.
    let probes = try ProbeDesign.probes().count
    #expect(result.session.entries.count == 2 * (probes + 60))
    #expect(result.session.entries.allSatisfy { !$0.latency.samples.isEmpty })
  }

  @Test("states an uncertainty that students' errors fit into")
  func uncertainty() throws {
    // A device that no roofline describes: every kernel slower or faster by a factor of its own.
    let base = SyntheticDevice.desktop(noise: 0)
    var random = RandomStream(seed: 2, purpose: "students")
    let students = try randomStudents(100, &random)
    let measurement = HostMeasurement(
      machine: HostMeasurementTests.machine,
      measurementProtocol: base.profile.measurementProtocol, date: "2026-01-31")
    let result = try measurement.profile(named: "odd", validatedOn: students) { network in
      try MeasuredLatency(
        microseconds: network.inferenceKernels.reduce(3.0) { sum, kernel in
          let oddity = Double((kernel.macs / 64 + kernel.weightCount) % 7) / 7
          return sum + base.profile.latencyMicroseconds(of: kernel) * (0.8 + 0.4 * oddity)
        })
    }
    let covered = zip(students, result.validationPairs).count { student, pair in
      let estimate = result.profile.predict(student)
      let error = abs(estimate.latencyMilliseconds - pair.measured)
      return error <= 1.645 * estimate.latencyStandardErrorMilliseconds
    }
    #expect(covered >= 85 && covered <= 99)
  }

  @Test("gives a profile that its own reader takes")
  func readable() throws {
    let profile = try measure(SyntheticDevice.desktop(noise: 0.03), students: 10).result.profile
    #expect(try HardwareProfile(json: profile.json(), file: "mine.json") == profile)
  }

  @Test("is not fooled by outliers")
  func outliers() throws {
    let device = SyntheticDevice.desktop(noise: 0)
    var calls = 0
    let measurement = HostMeasurement(
      machine: HostMeasurementTests.machine,
      measurementProtocol: device.profile.measurementProtocol, date: "2026-01-31")
    var random = RandomStream(seed: 4, purpose: "noise")
    var slow: Set<Network> = []
    let result = try measurement.profile(named: "disturbed", validatedOn: []) { network in
      calls += 1
      if calls % 25 == 0 { slow.insert(network) }
      return try MeasuredLatency(
        microseconds: device.microseconds(network, &random) * (slow.contains(network) ? 3 : 1))
    }
    let rate = try #require(result.profile.parameters(of: .convolution).gigaMACsPerSecond)
    #expect(abs(rate - 30) < 3)
    #expect(result.validation == nil && result.profile.validation == nil)
  }

  @Test("notices a machine that slows down")
  func drift() throws {
    let device = SyntheticDevice.desktop(noise: 0)
    var random = RandomStream(seed: 4, purpose: "noise")
    var calls = 0
    let measurement = HostMeasurement(
      machine: HostMeasurementTests.machine,
      measurementProtocol: device.profile.measurementProtocol, date: "2026-01-31")
    let half = try ProbeDesign.probes().count
    let result = try measurement.profile(named: "hot", validatedOn: []) { network in
      calls += 1
      return try MeasuredLatency(
        microseconds: device.microseconds(network, &random) * (calls > half ? 1.3 : 1))
    }
    #expect(abs(result.drift - 1.3) < 1e-9)
  }

  @Test("refuses a time that cannot be one")
  func invalidTime() throws {
    let measurement = HostMeasurement(
      machine: HostMeasurementTests.machine,
      measurementProtocol: SyntheticDevice.desktop(noise: 0).profile.measurementProtocol,
      date: "2026-01-31")
    #expect(throws: LatencyError.invalid(milliseconds: 0)) {
      try measurement.profile(named: "broken", validatedOn: []) { _ in
        try MeasuredLatency(samples: [0])
      }
    }
  }
}

extension MeasuredLatency {
  /// A single sample, from a device that needs no more.
  fileprivate init(microseconds: Double) throws { try self.init(samples: [microseconds / 1000]) }
}
