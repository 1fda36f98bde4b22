import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a constraint")
struct ConstraintTests {
  @Test(
    "is read from its text and written back",
    arguments: [
      ("latency_ms<=5", Constraint(.latencyMilliseconds, .atMost, 5), "latency_ms<=5"),
      (" macs >= 1e6 ", Constraint(.macs, .atLeast, 1e6), "macs>=1000000"),
      ("energy_mj<=0.25", Constraint(.energyMillijoules, .atMost, 0.25), "energy_mj<=0.25"),
    ])
  func read(text: String, constraint: Constraint, written: String) throws {
    #expect(try Constraint(text) == constraint)
    #expect(constraint.description == written)
    let data = try JSONEncoder().encode([constraint])
    #expect(try JSONDecoder().decode([Constraint].self, from: data) == [constraint])
  }

  @Test(
    "that says nothing clear is refused",
    arguments: [
      ("latency<=5", "unknown metric \"latency\", expected one of latency_ms, energy_mj"),
      ("accuracy>=0.9", "accuracy is not a cost known before training"),
      ("latency_ms<5", "expected a metric, <= or >=, and a number"),
      ("latency_ms<=5 ms", "the bound \"5 ms\" is not a number above 0"),
      ("latency_ms<=-1", "the bound \"-1\" is not a number above 0"),
      ("latency_ms<=nan", "the bound \"nan\" is not a number above 0"),
      ("latency_ms<=", "the bound \"\" is not a number above 0"),
    ])
  func refused(text: String, problem: String) throws {
    let error = try #require(throws: ConstraintError.self) { try Constraint(text) }
    #expect(error.description.hasPrefix("constraint \"\(text)\": \(problem)"))
  }

  @Test("is violated by the relative excess or shortfall, and by 0 where it is met")
  func violation() throws {
    let costs = Costs(try ReferenceNetworks.tiny(), on: nil)  // 4688 MACs
    #expect(try Constraint("macs<=4688").violation(of: costs) == 0)
    #expect(try Constraint("macs<=2344").violation(of: costs) == 1)
    #expect(try Constraint("macs>=4688").isMet(by: costs))
    #expect(try Constraint("macs>=9376").violation(of: costs) == 0.5)
    #expect(throws: CostError.needsProfile(.latencyMilliseconds)) {
      try Constraint("latency_ms<=5").violation(of: costs)
    }
  }

  @Test("comes from the device's memory too")
  func memory() {
    let limits = LatencyPredictionTests.profile().memoryConstraints.map(\.description)
    #expect(limits == ["peak_memory_bytes<=1048576", "weight_bytes<=524288"])
  }
}
