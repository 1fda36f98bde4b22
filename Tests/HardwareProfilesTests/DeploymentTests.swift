import DeployedModels
import Foundation
import NeuralNetworks
import TestSupport
import Testing

@testable import HardwareProfiles

@Suite("what a runtime takes and lacks")
struct DeploymentTests {
  static let micro = #"""
    {
      "arena": {"planner": "tflite-micro", "kernels": "cmsis-nn-dsp", "pointer_bytes": 4},
      "flash": {"runtime_bytes": 30000, "operator_bytes": {"CONV_2D": 9000, "ADD": 1000}},
      "operators": [
        "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "RESHAPE",
        {"name": "MUL", "without": ["broadcast"]},
        {"name": "PAD", "ns_per_value": 100}
      ]
    }
    """#

  /// Returns a shipped profile in int8 with a `deployment` section, or with none.
  static func profile(_ deployment: String?, precision: String = "int8") throws -> HardwareProfile {
    var root = try #require(
      JSONSerialization.jsonObject(with: Shipped.data()) as? [String: Any])
    root["deployment"] = try deployment.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8))
    }
    var measurement = try #require(root["protocol"] as? [String: Any])
    measurement["precision"] = precision
    root["protocol"] = measurement
    let data = try JSONSerialization.data(withJSONObject: root)
    return try HardwareProfile(json: data, file: "a.json")
  }

  /// A network with what small runtimes lack.
  private func rich() throws -> Network {
    var builder = NetworkBuilder(input: TensorShape(height: 9, width: 9, channels: 4))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: true))
    try builder.append(.activation(.hardSwish))
    try builder.append(.squeezeExcitation(hidden: 4))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return try builder.network()
  }

  @Test("is the arena of the runtime, and the file with the code")
  func costs() throws {
    let network = try ReferenceNetworks.tiny()
    let profile = try DeploymentTests.profile(DeploymentTests.micro)
    let deployed = try #require(profile.predict(network).deployed)
    let model = try LoweredNetwork(structureOf: network).model.int8Structure()
    let arena = MicroArena(model, on: MicroRuntime(.cmsisNNDSP))
    #expect(deployed.arenaBytes == arena.bytes)
    #expect(deployed.flashBytes == model.fileBytes(hasPlan: false) + 30_000 + 9_000)
    #expect(deployed.missing == [])
    let costs = Costs(network, on: [profile])
    #expect(try costs.value(of: .arenaBytes) == Double(arena.bytes))
    #expect(try costs.value(of: .missingOperators) == 0)
    #expect(try costs.value(of: .flashBytes) > 39_000)
    // Float models take four bytes a value.
    let float = try DeploymentTests.profile(DeploymentTests.micro, precision: "fp32")
    #expect(try #require(float.predict(network).deployed?.arenaBytes) > arena.bytes)
    let half = #expect(throws: (any Error).self) {
      try DeploymentTests.profile(DeploymentTests.micro, precision: "fp16")
    }
    #expect("\(try #require(half))".contains("fp16"))
  }

  @Test("names what is missing, with the layers that need it")
  func missing() throws {
    let profile = try DeploymentTests.profile(DeploymentTests.micro)
    let costs = Costs(try rich(), on: [profile])
    let missing = try #require(costs.devices[0].missingOperators)
    #expect(missing.map(\.name) == ["HARD_SWISH", "ADD", "MUL with broadcast"])
    #expect(missing[2].layers.count == 2)
    #expect(try costs.value(of: .missingOperators) == 4)
    let constraint = try #require(profile.memoryConstraints().first)
    #expect(constraint.description == "missing_operators<=0")
    #expect(try Constraint(constraint.description) == constraint)
    #expect(try constraint.violation(of: costs, at: .usual) == 4)
    #expect(try constraint.probability(of: costs) == 0)
    let sentence = try #require(costs.lack(on: .missingOperators))
    #expect(sentence.hasPrefix("\(profile.name) lacks HARD_SWISH ("))
    #expect(sentence.hasSuffix(" and 1 more)"))
    let data = try JSONEncoder().encode(costs)
    #expect(try JSONDecoder().decode(Costs.self, from: data) == costs)
  }

  @Test("counts a layer that no operator expresses")
  func inexpressible() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.layerNorm)
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    for text in [DeploymentTests.micro, "{}"] {
      let costs = Costs(network, on: [try DeploymentTests.profile(text)])
      #expect(try costs.value(of: .missingOperators) == 1)
      #expect(try #require(costs.lack(on: .missingOperators)).contains("layer normalisation"))
    }
  }

  @Test("prices an operator that is there but slow by itself")
  func slow() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 4))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 8, bias: true))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let quick = try DeploymentTests.profile(nil).predict(network)
    let slow = try DeploymentTests.profile(DeploymentTests.micro).predict(network)
    // The half padding of stride 2 is a PAD of 10×10×4 values, or 9×9×4 where the last row is not read.
    let pad = try #require(
      LoweredNetwork(structureOf: network).model.operators.first { $0.kind == .pad })
    let model = try LoweredNetwork(structureOf: network).model
    let extra = 1e-4 * Double(model.tensors[pad.output].elementCount)
    #expect(abs(slow.latencyMilliseconds - quick.latencyMilliseconds - extra) < 1e-9)
    #expect(slow.latencyStandardErrorMilliseconds > quick.latencyStandardErrorMilliseconds)
  }

  @Test("is asked for only of profiles that say it, which name the section")
  func unavailable() throws {
    let bare = try DeploymentTests.profile(nil)
    let some = try DeploymentTests.profile(#"{"operators": ["CONV_2D"]}"#)
    for (metric, field) in [
      (DeviceMetric.arenaBytes, "deployment.arena"), (.flashBytes, "deployment.flash"),
    ] {
      for profile in [bare, some] {
        let error = #expect(throws: CostError.self) {
          try metric.requireAvailable(on: [profile])
        }
        #expect("\(try #require(error))".contains("\"\(field)\""))
      }
      #expect(throws: CostError.self) {
        try Costs(try ReferenceNetworks.tiny(), on: [bare]).value(of: metric)
      }
      try metric.requireAvailable(on: [DeploymentTests.profile(DeploymentTests.micro)])
    }
    #expect(bare.memoryConstraints().allSatisfy { $0.metric != .missingOperators })
    let full = try DeploymentTests.profile(DeploymentTests.micro).memoryConstraints()
    #expect(full.map(\.metric).prefix(2) == [.missingOperators, .arenaBytes])
  }

  @Test("is written so that it reads back unchanged")
  func roundTrip() throws {
    let profile = try DeploymentTests.profile(DeploymentTests.micro)
    let again = try HardwareProfile(json: profile.json(), file: "b.json")
    #expect(again == profile)
    #expect(again.deployment?.operators?.count == 7)
  }

  @Test("costs a proposal little time")
  func time() throws {
    let network = try ReferenceNetworks.mobileNetV1(side: 96, width: 8)
    let workload = InferenceWorkload(network)
    let profile = try DeploymentTests.profile(DeploymentTests.micro)
    func milliseconds(_ count: Int) throws -> Double {
      let clock = ContinuousClock()
      let time = try clock.measure {
        for _ in 0..<count {
          _ = try #require(profile.deployment?.costs(of: workload, precision: .int8))
        }
      }
      return Double(time.components.attoseconds) * 1e-15 / Double(count)
        + Double(time.components.seconds) * 1e3 / Double(count)
    }
    _ = try milliseconds(3)
    let best = try (0..<5).map { _ in try milliseconds(10) }.min() ?? .infinity
    print("deployed costs of MobileNet: \(best) ms")
    #expect(best < 3)
  }
}
