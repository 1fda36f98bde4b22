import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

extension Costs {
  /// Made-up costs on devices named `a`, `b`, …: latencies and energies with their standard errors.
  static func onDevices(
    _ latencies: (value: Double, error: Double)..., macs: Int = 1000
  ) -> Costs {
    Costs(
      devices: latencies.enumerated().map { index, latency in
        DeviceCosts(
          profile: ["a", "b", "c"][index], latencyMilliseconds: latency.value,
          latencyStandardErrorMilliseconds: latency.error, energyMillijoules: 3 * latency.value,
          energyStandardErrorMillijoules: latency.error, peakMemoryBytes: 100 * (index + 1),
          weightBytes: 400 / (index + 1))
      }, macs: macs, parameters: macs / 10, depth: 3)
  }
}

extension CostMetric {
  /// Whether only profiles with a `deployment` section have it.
  var isOfDeployment: Bool {
    [.arenaBytes, .flashBytes, .missingOperators].contains(self)
  }
}

@Suite("costs and metrics")
struct CostsTests {
  @Test("give every metric of a network at once")
  func values() throws {
    let network = try ReferenceNetworks.tiny()
    let energy = Energy(picojoulesPerMAC: 1, picojoulesPerByte: 1, staticPowerMilliwatts: 500)
    let profile = LatencyPredictionTests.profile(energy: energy)
    let costs = Costs(network, on: [profile])
    let estimate = profile.predict(network)
    let expected: [CostMetric: Double] = [
      .latencyMilliseconds: estimate.latencyMilliseconds,
      .energyMillijoules: try #require(estimate.energyMillijoules),
      .peakMemoryBytes: 2984, .weightBytes: 680, .workingSetBytes: 2624, .macs: 4688, .flops: 9376,
      // 72 weights, 8 scales, 8 shifts, 80 weights, 10 biases.
      .parameters: 178,
    ]
    let error = estimate.latencyStandardErrorMilliseconds
    // Half a watt for the time that the latency errs by.
    let errors = [CostMetric.latencyMilliseconds: error, .energyMillijoules: 0.5 * error]
    for metric in CostMetric.allCases where !metric.isOfDeployment {
      let metric = DeviceMetric(metric)
      let value = try costs.largest(metric)
      #expect(value.value == expected[metric.metric])
      #expect(value.standardError == errors[metric.metric] ?? 0)
      try metric.requireAvailable(on: [profile])
    }
  }

  @Test("without a profile are those that need no device")
  func withoutProfile() throws {
    let costs = Costs(try ReferenceNetworks.tiny(), on: [])
    for metric in CostMetric.allCases.map({ DeviceMetric($0) }) {
      if metric.needsProfile {
        #expect(throws: CostError.needsProfile(metric)) { try costs.value(of: metric) }
        #expect(throws: CostError.needsProfile(metric)) { try metric.requireAvailable(on: []) }
      } else {
        #expect(try costs.value(of: metric) > 0)
        try metric.requireAvailable(on: [])
      }
    }
  }

  @Test("say which field of the profile is missing")
  func missingField() throws {
    let profile = LatencyPredictionTests.profile()
    let error = try #require(throws: CostError.self) {
      try DeviceMetric.energyMillijoules.requireAvailable(on: [profile])
    }
    #expect(
      error.description
        == "the hardware profile 'round' has no \"energy\" section, which energy_mj needs")
    let costs = Costs(try ReferenceNetworks.tiny(), on: [profile])
    #expect(throws: error) { try costs.value(of: .energyMillijoules) }
  }

  @Test("over several devices are those of the named one, or the largest")
  func severalDevices() throws {
    let costs = Costs.onDevices((2, 0.1), (5, 0.2), (3, 0.3))
    for (name, value) in [
      ("latency_ms@a", 2.0), ("latency_ms@b", 5), ("latency_ms@c", 3), ("latency_ms", 5),
      ("energy_mj@c", 9), ("energy_mj", 15), ("peak_memory_bytes", 300),
      ("peak_memory_bytes@b", 200), ("weight_bytes", 400), ("weight_bytes@b", 200),
      ("macs", 1000), ("flops", 2000), ("parameters", 100),
    ] {
      #expect(try costs.value(of: DeviceMetric(name: name)) == value, "\(name)")
    }
    #expect(try costs.largest(.latencyMilliseconds).standardError == 0.2)
    #expect(
      throws: CostError.unknownDevice(
        DeviceMetric(.latencyMilliseconds, on: "d"), profiles: ["a", "b", "c"])
    ) { try costs.value(of: DeviceMetric(.latencyMilliseconds, on: "d")) }
  }

  @Test("survive JSON, flat on one device, and as old journals have them")
  func json() throws {
    func survives(_ costs: Costs) throws -> String {
      let data = try JSONEncoder().encode(costs)
      #expect(try JSONDecoder().decode(Costs.self, from: data) == costs)
      return String(decoding: data, as: UTF8.self)
    }
    let tiny = try ReferenceNetworks.tiny()
    let one = try survives(Costs(tiny, on: [LatencyPredictionTests.profile()]))
    #expect(one.contains("\"peak_memory_bytes\":2984") && !one.contains("devices"))
    #expect(try !survives(Costs(tiny, on: [])).contains("latency_ms"))
    #expect(try survives(.onDevices((2, 0.1), (5, 0.2))).contains("\"devices\":["))
    let old = """
      {"profile": "small-board", "latency_ms": 0.5, "latency_standard_error_ms": 0.125,
       "energy_mj": 2, "peak_memory_bytes": 300, "weight_bytes": 90, "macs": 700,
       "parameters": 60}
      """
    let read = try JSONDecoder().decode(Costs.self, from: Data(old.utf8))
    #expect(read.devices.map(\.profile) == ["small-board"] && read.depth == nil)
    #expect(try read.largest(.latencyMilliseconds) == CostValue(value: 0.5, standardError: 0.125))
    #expect(try read.largest(.energyMillijoules) == CostValue(value: 2, standardError: 0))
    #expect(try read.value(of: .weightBytes) == 90)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        Costs.self, from: Data(#"{"devices": [], "macs": 1, "parameters": 1}"#.utf8))
    }
  }
}
