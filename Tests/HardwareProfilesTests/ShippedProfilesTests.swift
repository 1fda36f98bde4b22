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
      // One core draws 0.9 W beside the board's 2.9 W, within a factor of two.
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
}
