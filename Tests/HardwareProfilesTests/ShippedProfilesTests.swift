import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

/// The files in the top-level folder `HardwareProfiles`.
enum Shipped {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "HardwareProfiles")

  static func data(_ name: String = "raspberry-pi-4") -> Data {
    (try? Data(contentsOf: folder.appending(path: "\(name).json"))) ?? Data()
  }
}

@Suite("the shipped profiles")
struct ShippedProfilesTests {
  @Test("all read, and are named like their files")
  func read() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Shipped.folder.path())
      .filter { $0.hasSuffix(".json") }
    #expect(!names.isEmpty)
    for name in names {
      let profile = try HardwareProfile(contentsOf: Shipped.folder.appending(path: name).path())
      #expect("\(profile.name).json" == name)
    }
  }

  /// The published milliseconds are those in the profile's provenance.
  @Test("agree with what is published of a Raspberry Pi 4, within one standard error")
  func raspberryPi() throws {
    let profile = try HardwareProfile(json: Shipped.data(), file: "pi.json")
    let published: [(Network, ClosedRange<Double>)] = [
      (try ReferenceNetworks.mobileNetV1(), 164...164),
      (try ReferenceNetworks.mobileNetV2(), 96...131),
      (try ReferenceNetworks.resNet18(), 386...386),
    ]
    for (network, milliseconds) in published {
      let estimate = profile.predict(network)
      let error = estimate.latencyStandardErrorMilliseconds
      #expect(estimate.latencyMilliseconds > milliseconds.lowerBound - error)
      #expect(estimate.latencyMilliseconds < milliseconds.upperBound + error)
      // One core draws 0.9 W on top of the board's 2.9 W, within a factor of two.
      let watts = (estimate.energyMillijoules ?? 0) / estimate.latencyMilliseconds
      #expect(watts > 3.3 && watts < 4.7)
    }
  }

  @Test("price a student of a few million MACs at a few milliseconds")
  func student() throws {
    let profile = try HardwareProfile(json: Shipped.data(), file: "pi.json")
    let network = try ReferenceNetworks.mobileNetV1(side: 32, width: 16)
    let costs = Costs(network, on: [profile])
    #expect(costs.macs > 2_000_000 && costs.macs < 10_000_000)
    let latency = try costs.value(of: .latencyMilliseconds)
    #expect(latency > 1 && latency < 6)
  }

  /// MLPerf Tiny, closed division: inferences a second and microjoules in rounds v1.0, v1.1 and v1.2.
  static let microcontrollers: [(profile: String, rates: [Double], energies: [Double])] = [
    (
      "stm32h7a3-x-cube-ai-7.3", [547.705, 18.401, 59.667, 19.722],
      [266.504, 8708.238, 2721.709, 7980.645]
    ),
    (
      "stm32h7a3-x-cube-ai-8.1", [549.973, 19.25, 65.133, 33.751],
      [221.42, 6312.451, 1869.327, 3700.046]
    ),
    (
      "stm32h7a3-x-cube-ai-9.0", [816.004, 24.483, 88.356, 42.009],
      [165.721, 5091.608, 1375.577, 2967.309]
    ),
    (
      "stm32l4r5-x-cube-ai-9.0", [190.086, 6.056, 23.155, 11.245],
      [203.369, 6922.825, 1820.824, 3895.587]
    ),
    (
      "stm32u575-x-cube-ai-9.0", [291.589, 9.003, 34.416, 16.87],
      [81.951, 2579.757, 656.147, 1354.148]
    ),
  ]

  @Test(
    "of STM32 boards agree with MLPerf Tiny, and left-out networks do within 20 %",
    arguments: microcontrollers)
  func microcontroller(name: String, rates: [Double], energies: [Double]) throws {
    let profile = try HardwareProfile(json: Shipped.data(name), file: name)
    for (network, (rate, energy)) in zip(MLPerfTiny.allCases, zip(rates, energies)) {
      let estimate = profile.predict(try network.workload)
      #expect(abs(estimate.latencyMilliseconds * rate / 1000 - 1) < 0.05, "\(network)")
      let millijoules = try #require(estimate.energyMillijoules)
      #expect(abs(1000 * millijoules / energy - 1) < 0.12, "\(network)")
    }
    let validation = try #require(profile.validation)
    #expect(validation.method == .leaveOneOut && validation.leftOut?.count == 4)
    for network in validation.leftOut ?? [] {
      #expect(abs(network.latencyErrorPercent) <= 20)
      #expect(abs(try #require(network.energyErrorPercent)) <= 20)
    }
    #expect(profile.measurementProtocol.runtimeName == "x-cube-ai")
    #expect(name.hasSuffix(profile.measurementProtocol.runtimeVersion?.prefix(3) ?? "?"))
  }

  @Test("of one board under two versions of a runtime cannot be compared")
  func versions() throws {
    func profile(_ version: String) throws -> HardwareProfile {
      let name = "stm32h7a3-x-cube-ai-\(version)"
      return try HardwareProfile(json: Shipped.data(name), file: name)
    }
    let (old, new) = (try profile("8.1"), try profile("9.0"))
    let error = #expect(throws: IncomparableProfiles.self) { try old.requireComparable(to: new) }
    #expect(error?.fields == ["protocol.runtime", "protocol.runtime_version"])
    #expect(old.protocolDescription.contains("(x-cube-ai 8.1.0)"))
    let worst = #expect(throws: CostError.self) {
      try DeviceMetric.latencyMilliseconds.requireAvailable(on: [old, new], isWorstCase: true)
    }
    #expect("\(try #require(worst))".contains("runtime_version"))
  }

  @Test("of TensorFlow Lite Micro say what it takes and lacks")
  func micro() throws {
    let profile = try HardwareProfile(
      json: Shipped.data("stm32h7a3-tflite-micro"), file: "micro")
    let workload = try MLPerfTiny.mobileNet.workload
    let deployed = try #require(profile.predict(workload).deployed)
    // The exported file's plan has 55,296 bytes of head, and what stays of 28 layers comes on top of it.
    #expect(try #require(deployed.arenaBytes) > 73_728)
    #expect(try #require(deployed.flashBytes) > 208_112 + 40_000)
    #expect(deployed.missing.isEmpty)
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 4, bias: true))
    try builder.append(.gelu)
    try builder.append(.globalAveragePool)
    let missing = profile.predict(try builder.network()).deployed?.missing
    #expect(missing?.map(\.name) == ["GELU"])
  }
}
