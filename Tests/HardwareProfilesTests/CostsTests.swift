import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("costs and metrics")
struct CostsTests {
  @Test("give every metric of a network at once")
  func values() throws {
    let network = try ReferenceNetworks.tiny()
    let energy = Energy(picojoulesPerMAC: 1, picojoulesPerByte: 1, staticPowerMilliwatts: 1)
    let profile = LatencyPredictionTests.profile(energy: energy)
    let costs = Costs(network, on: profile)
    let estimate = profile.predict(network)
    let expected: [CostMetric: Double] = [
      .latencyMilliseconds: estimate.latencyMilliseconds,
      .energyMillijoules: try #require(estimate.energyMillijoules),
      .peakMemoryBytes: 2984, .weightBytes: 680, .macs: 4688, .flops: 9376,
      // 72 weights, 8 scales, 8 shifts, 80 weights, 10 biases.
      .parameters: 178,
    ]
    for metric in CostMetric.allCases {
      #expect(try costs.value(of: metric) == expected[metric])
      #expect(try profile.value(of: metric, for: network) == expected[metric])
      try metric.requireAvailable(on: profile)
    }
  }

  @Test("without a profile are those that need no device")
  func withoutProfile() throws {
    let costs = Costs(try ReferenceNetworks.tiny(), on: nil)
    for metric in CostMetric.allCases {
      if metric.needsProfile {
        #expect(throws: CostError.needsProfile(metric)) { try costs.value(of: metric) }
        #expect(throws: CostError.needsProfile(metric)) { try metric.requireAvailable(on: nil) }
      } else {
        #expect(try costs.value(of: metric) > 0)
      }
    }
  }

  @Test("say which field of the profile is missing")
  func missingField() throws {
    let profile = LatencyPredictionTests.profile()
    let error = try #require(throws: CostError.self) {
      try CostMetric.energyMillijoules.requireAvailable(on: profile)
    }
    #expect(
      error.description
        == "the hardware profile 'round' has no \"energy\" section, which energy_mj needs")
    let costs = Costs(try ReferenceNetworks.tiny(), on: profile)
    #expect(throws: error) { try costs.value(of: .energyMillijoules) }
  }

  @Test("survive JSON")
  func json() throws {
    let costs = Costs(try ReferenceNetworks.tiny(), on: LatencyPredictionTests.profile())
    let data = try JSONEncoder().encode(costs)
    #expect(try JSONDecoder().decode(Costs.self, from: data) == costs)
    #expect(String(decoding: data, as: UTF8.self).contains("\"peak_memory_bytes\":2984"))
  }
}
