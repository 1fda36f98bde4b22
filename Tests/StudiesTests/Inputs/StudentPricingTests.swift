import BayesianOptimization
import HardwareProfiles
import Testing

@testable import Studies

@Suite("the pricing of students")
struct StudentPricingTests {
  private func pricing(_ constraints: String, onDevice: Bool = false) throws -> StudentPricing {
    let text = StudyText.tiny.setting("constraints", constraints)
    let study = try TinyStudy(onDevice ? text.setting("hardware", "\"device.json\"") : text)
    return StudentPricing(inputs: try study.inputs())
  }

  @Test("adds up by which share each bound is broken, and names the one that is broken most")
  func violations() throws {
    let pricing = try pricing("[\"macs<=100\", \"parameters<=10\", \"weight_bytes>=100\"]")
    // 200 MACs, 200/11 = 18 parameters, 200/7 = 28 bytes.
    let costs = MadeUp.costs(macs: 200)
    #expect(abs(pricing.violation(costs) - (1 + 0.8 + 0.72)) < 1e-12)
    let binding = try #require(pricing.binding(costs))
    #expect(binding.constraint == Constraint(.macs, .atMost, 100) && binding.excess == 1)
  }

  @Test("finds nothing wrong with a student that keeps every bound, the bounds themselves included")
  func feasible() throws {
    let pricing = try pricing("[\"macs<=200\"]")
    #expect(pricing.violation(MadeUp.costs(macs: 200)) == 0)
    #expect(pricing.binding(MadeUp.costs(macs: 200)) == nil)
  }

  @Test("minds the device's own memory as well")
  func deviceMemory() throws {
    #expect(
      try pricing("[\"macs<=200\"]", onDevice: true).constraints == [
        Constraint(.macs, .atMost, 200), Constraint(.peakMemoryBytes, .atMost, 4_294_967_296),
        Constraint(.weightBytes, .atMost, 16e9),
      ])
  }

  @Test("prices an architecture exactly, with a latency only on a device")
  func costs() throws {
    for onDevice in [false, true] {
      let pricing = try pricing("[]", onDevice: onDevice)
      let architecture = try pricing.inputs.space.architecture(key: "001")
      let costs = try #require(pricing.costs(of: architecture))
      // A 3×3 convolution from 1 to 6 channels at 4×4, and 6 × 3 of the dense layer.
      #expect(costs.macs == 9 * 6 * 16 + 6 * 3)
      #expect((costs.devices[0].latencyMilliseconds != nil) == onDevice)
      let appraisal = pricing.problem(teacher: nil).appraisal(of: architecture)
      #expect(appraisal.costs == [Double(costs.macs)] && appraisal.violation == 0)
    }
  }

  @Test("says why a student cannot be tried, and where only the prediction's doubt forbids it")
  func obstacle() throws {
    let free = try pricing("[]", onDevice: true)
    let costs = try #require(free.costs(of: free.inputs.space.architecture(key: "001")))
    let latency = try costs.value(of: .latencyMilliseconds)
    #expect(free.obstacle(to: "001") == nil)
    let doubtful = try pricing("[\"latency_ms<=\(1.1 * latency)\"]", onDevice: true)
    let reason = try #require(doubtful.obstacle(to: "001"))
    #expect(reason.contains("its prediction keeps the bound with a probability of "))
    #expect(reason.hasSuffix(" %, the study asks for 90.0 %"))
    let broken = try pricing("[\"latency_ms<=\(0.9 * latency)\"]", onDevice: true)
    #expect(try #require(broken.obstacle(to: "001")).hasSuffix(" %"))
    #expect(try !#require(broken.obstacle(to: "001")).contains("probability"))
  }

  @Test("gives the probability that a predicted latency keeps its limit")
  func feasibility() throws {
    let free = try pricing("[\"macs<=100000\"]", onDevice: true)
    let architecture = try free.inputs.space.architecture(key: "001")
    let costs = try #require(free.costs(of: architecture))
    let latency = try #require(costs.devices[0].latencyMilliseconds)
    let error = try #require(costs.devices[0].latencyStandardErrorMilliseconds)
    #expect(free.feasibility(costs) == 1)
    for (bound, expected) in [(latency, 0.5), (latency + error, 0.841344746), (1e6, 1)] {
      let limited = try pricing("[\"latency_ms<=\(bound)\"]", onDevice: true)
      #expect(abs(limited.feasibility(costs) - expected) < 1e-6)
      let appraisal = limited.problem(teacher: nil).appraisal(of: architecture)
      #expect(appraisal.feasibility == limited.feasibility(costs))
    }
  }
}
