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
      (
        "latency_ms@pi-4 <= 5",
        Constraint(DeviceMetric(.latencyMilliseconds, on: "pi-4"), .atMost, 5),
        "latency_ms@pi-4<=5"
      ),
    ])
  func read(text: String, constraint: Constraint, written: String) throws {
    #expect(try Constraint(text) == constraint)
    #expect(try Constraint.all(in: text) == [constraint])
    #expect(constraint.description == written)
    let data = try JSONEncoder().encode([constraint])
    #expect(try JSONDecoder().decode([Constraint].self, from: data) == [constraint])
  }

  @Test("may be the floor and the ceiling of a range")
  func range() throws {
    #expect(
      try Constraint.all(in: "2 <= latency_ms@b<= 5").map(\.description)
        == ["latency_ms@b>=2", "latency_ms@b<=5"])
    #expect(try Constraint.all(in: "7<=macs<=7").count == 2)
  }

  @Test(
    "that says nothing clear is refused",
    arguments: [
      ("latency<=5", "unknown metric \"latency\", expected one of latency_ms, energy_mj"),
      ("accuracy>=0.9", "accuracy is not a cost known before training"),
      ("latency_ms<5", "expected a metric, <= or >=, and a number"),
      ("latency_ms<=5 ms", "the bound \"5 ms\" is not a number above 0"),
      ("latency_ms<=-1", "the bound \"-1\" is not a number above 0"),
      ("latency_ms<=0x10", "the bound \"0x10\" is not a number above 0"),
      ("latency_ms<=inf", "the bound \"inf\" is not a number above 0"),
      ("latency_ms<=nan", "the bound \"nan\" is not a number above 0"),
      ("latency_ms<=", "the bound \"\" is not a number above 0"),
      ("macs@pi<=5", "macs is the same on every device: leave out \"@pi\""),
      ("latency_ms@<=5", "the name of a hardware profile is missing behind \"latency_ms@\""),
      ("5<=latency_ms<=2", "the floor is above the ceiling"),
      ("5<=speed<=7", "unknown metric \"speed\""),
      ("<=latency_ms<=7", "the bound \"\" is not a number above 0"),
      ("1<=latency_ms<=2<=3", "expected a metric, <= or >=, and a number"),
    ])
  func refused(text: String, problem: String) throws {
    let error = try #require(throws: ConstraintError.self) { try Constraint.all(in: text) }
    #expect(error.description.hasPrefix("constraint \"\(text)\": \(problem)"))
  }

  @Test("is violated by the relative excess or shortfall, and by 0 where it is met")
  func violation() throws {
    let costs = Costs(try ReferenceNetworks.tiny(), on: [])  // 4688 MACs
    #expect(try Constraint("macs<=4688").violation(of: costs, at: .usual) == 0)
    #expect(try Constraint("macs<=2344").violation(of: costs, at: .usual) == 1)
    #expect(try Constraint("macs>=4688").isMet(by: costs, at: .usual))
    #expect(try Constraint("macs>=9376").violation(of: costs, at: .usual) == 0.5)
    #expect(throws: CostError.needsProfile(.latencyMilliseconds)) {
      try Constraint("latency_ms<=5").violation(of: costs, at: .usual)
    }
  }

  @Test("on a prediction is kept where its probability reaches the confidence")
  func confidence() throws {
    let costs = Costs.onDevices((10, 2))
    for (text, quantile) in [("latency_ms<=", 1.0), ("latency_ms>=", -1)] {
      for (level, deviations) in [(0.75, 0.674490), (0.9, 1.281552), (0.99, 2.326348)] {
        let confidence = Confidence(level)
        #expect(abs(confidence.deviations - deviations) < 1e-6)
        // The bound at which the cost is kept just so.
        let edge = 10 + quantile * deviations * 2
        let (inside, outside) = (edge + quantile * 1e-4, edge - quantile * 1e-4)
        let (kept, broken) = (
          try Constraint("\(text)\(inside)"), try Constraint("\(text)\(outside)")
        )
        #expect(try kept.isMet(by: costs, at: confidence))
        #expect(try !broken.isMet(by: costs, at: confidence))
        #expect(try kept.probability(of: costs) > level)
        #expect(try broken.probability(of: costs) < level)
        #expect(try broken.violation(of: costs, at: confidence) > 0)
      }
    }
    #expect(try Constraint("latency_ms<=10").isMet(by: costs, at: Confidence(0.5)))
    #expect(abs(Confidence(0.999_999).deviations - 4.753_424) < 1e-6)
    #expect(try Constraint("macs<=1000").probability(of: costs) == 1)
    #expect(try Constraint("macs<=999").probability(of: costs) == 0)
  }

  @Test("that names no device holds on all of them, a ceiling as well as a floor")
  func worstCase() throws {
    let costs = Costs.onDevices((2, 0.1), (5, 0.2))
    func violation(_ text: String) throws -> Double {
      try Constraint(text).violation(of: costs, at: Confidence(0.5))
    }
    #expect(try violation("latency_ms<=4") == 0.25 && violation("latency_ms@a<=4") == 0)
    #expect(try violation("latency_ms>=4") == 0.5 && violation("latency_ms@b>=4") == 0)
    #expect(try violation("latency_ms<=5") == 0 && violation("latency_ms>=2") == 0)
    #expect(try violation("peak_memory_bytes<=100") == 1)
    #expect(try Constraint("latency_ms<=4").decisive(of: costs, at: .usual).value == 5)
    #expect(try Constraint("latency_ms>=4").decisive(of: costs, at: .usual).value == 2)
    #expect(abs(try Constraint("latency_ms<=5").probability(of: costs) - 0.5) < 1e-12)
    // The upper quantile decides, not the prediction: 4 + 1.28 · 2 > 5 + 1.28 · 0.2.
    let unsure = Costs.onDevices((4, 2), (5, 0.2))
    #expect(try Constraint("latency_ms<=6").decisive(of: unsure, at: .usual).value == 4)
    #expect(try !Constraint("latency_ms<=6").isMet(by: unsure, at: .usual))
    #expect(try Constraint("latency_ms@b<=6").isMet(by: unsure, at: .usual))
  }

  @Test("comes from the device's memory too, named where there are several")
  func memory() {
    let profile = LatencyPredictionTests.profile()
    #expect(
      profile.memoryConstraints().map(\.description)
        == ["peak_memory_bytes<=1048576", "weight_bytes<=524288"])
    #expect(
      profile.memoryConstraints(isNamed: true).map(\.description)
        == ["peak_memory_bytes@round<=1048576", "weight_bytes@round<=524288"])
  }

  @Test("stands with others in a budget, whose violations add up")
  func budget() throws {
    let costs = Costs.onDevices((10, 2))
    let budget = Budget([try Constraint("latency_ms<=5"), try Constraint("macs>=2000")])
    #expect(budget.name == "latency_ms<=5, macs>=2000")
    #expect(try budget.violation(of: costs, at: Confidence(0.5)) == 1.5)
    #expect(Budget(name: "small", budget.constraints).name == "small")
  }
}
