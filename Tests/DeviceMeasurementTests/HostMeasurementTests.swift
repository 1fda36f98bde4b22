import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import DeviceMeasurement
@testable import HardwareProfiles

@Suite("measuring a host")
struct HostMeasurementTests {
  static let machine = HostMachine(
    processor: "a synthetic device", ramBytes: 1 << 32,
    caches: [
      HostMachine.Cache(name: "L1", capacityBytes: 1 << 15),
      HostMachine.Cache(name: "L2", capacityBytes: 1 << 20),
    ])

  private static let measurement = HostMeasurement(
    machine: machine, measurementProtocol: MadeUpDevice.measurementProtocol, date: "2026-01-31")

  private func measure(
    _ device: MadeUpDevice, students: Int = 60
  ) throws -> HostMeasurementResult {
    var random = RandomStream(seed: 1, purpose: "noise")
    return try Self.measurement.profile(
      named: "measured", validatedOn: MadeUpDevice.students(students)
    ) {
      try MeasuredLatency(microseconds: device.microseconds($0, &random))
    }
  }

  @Test("predicts students that the fit has not seen, and says how well")
  func validates() throws {
    let result = try measure(MadeUpDevice(noise: 0.03))
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

  @Test("gives a profile that its own reader takes")
  func readable() throws {
    let profile = try measure(MadeUpDevice(noise: 0.03), students: 10).profile
    #expect(try HardwareProfile(json: profile.json(), file: "mine.json") == profile)
  }

  @Test("takes the lower of two measurements of everything")
  func disturbed() throws {
    let students = try MadeUpDevice.students(5)
    var random = RandomStream(seed: 1, purpose: "noise")
    var calls = 0
    // Only the first half of the session is disturbed, and only at times.
    let half = try ProbeDesign.probes().count + students.count
    let result = try Self.measurement.profile(named: "disturbed", validatedOn: students) {
      calls += 1
      let factor = calls <= half && calls % 10 == 0 ? 3.0 : 1
      return try MeasuredLatency(
        microseconds: factor * MadeUpDevice().microseconds($0, &random))
    }
    let calm = try measure(MadeUpDevice(), students: 5)
    #expect(result.profile.physical == calm.profile.physical)
    #expect(result.validationPairs.map(\.measured) == calm.validationPairs.map(\.measured))
  }

  @Test("notices a machine that slows down")
  func drift() throws {
    var random = RandomStream(seed: 4, purpose: "noise")
    var calls = 0
    let half = try ProbeDesign.probes().count
    let result = try Self.measurement.profile(named: "hot", validatedOn: []) { network in
      calls += 1
      return try MeasuredLatency(
        microseconds: MadeUpDevice().microseconds(network, &random) * (calls > half ? 1.3 : 1))
    }
    #expect(abs(result.drift - 1.3) < 1e-9)
  }

  @Test("passes on what measuring throws")
  func invalidTime() throws {
    #expect(throws: LatencyError.invalid(milliseconds: 0)) {
      try Self.measurement.profile(named: "broken", validatedOn: []) { _ in
        try MeasuredLatency(samples: [0])
      }
    }
  }
}

extension MeasuredLatency {
  /// A single sample, from a device that needs no more.
  fileprivate init(microseconds: Double) throws { try self.init(samples: [microseconds / 1000]) }
}
