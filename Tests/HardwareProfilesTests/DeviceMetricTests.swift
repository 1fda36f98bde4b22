import Foundation
import Testing

@testable import HardwareProfiles

@Suite("a metric on one of several devices")
struct DeviceMetricTests {
  /// Profiles named `a` and `b`, the second measured with other threads and runtime if asked for.
  private func profiles(differing: Bool = false) throws -> [HardwareProfile] {
    try ["a", "b"].map { name in
      var text = String(decoding: Shipped.data(), as: UTF8.self)
      text.replace(#/"name": "raspberry-pi-4"/#, with: "\"name\": \"\(name)\"")
      text.replace(#/"device": "[^"]*"/#, with: "\"device\": \"board \(name)\"")
      if differing && name == "b" {
        text.replace("\"threads\": 1", with: "\"threads\": 4")
        text.replace(#/"runtime": "[^"]*"/#, with: "\"runtime\": \"another\"")
      }
      return try HardwareProfile(json: Data(text.utf8), file: "\(name).json")
    }
  }

  private func message(_ text: String, _ profiles: [HardwareProfile], isWorstCase: Bool = false)
    throws -> String?
  {
    let metric = try DeviceMetric(name: text)
    do {
      try metric.requireAvailable(on: profiles, isWorstCase: isWorstCase)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("has to be named, unless the worst case is asked for")
  func ambiguous() throws {
    let profiles = try profiles()
    for metric in CostMetric.allCases {
      let message = try message(metric.rawValue, profiles)
      guard metric.dependsOnDevice else {
        #expect(message == nil)
        continue
      }
      let name = metric.rawValue
      #expect(
        message
          == "\(name) differs from device to device: name one (\(name)@a, \(name)@b), or set "
          + "\"devices\" to \"worst_case\"")
      guard !metric.isOfDeployment else { continue }
      #expect(try self.message(name, profiles, isWorstCase: true) == nil)
      #expect(try self.message(name + "@b", profiles) == nil)
      // One device needs no name.
      #expect(try self.message(name, [profiles[0]]) == nil)
      #expect(try self.message(name + "@a", [profiles[0]]) == nil)
    }
  }

  @Test("that is none of the study's is refused, naming those")
  func unknown() throws {
    #expect(
      try message("latency_ms@pi", profiles())
        == "latency_ms@pi names no hardware profile of this study, expected one of latency_ms@a, "
        + "latency_ms@b")
    #expect(try message("weight_bytes@pi", [])?.contains("expected one in \"hardware\"") == true)
  }

  @Test("is refused as a worst case over two protocols, naming profiles and fields")
  func twoProtocols() throws {
    let profiles = try profiles(differing: true)
    for name in ["latency_ms", "energy_mj"] {
      #expect(
        try message(name, profiles, isWorstCase: true)
          == "the worst case of \(name) compares devices, but the profiles 'a' and 'b' differ in "
          + "protocol.runtime, protocol.threads: their latencies cannot stand in one front; name "
          + "one device (\(name)@a, \(name)@b)")
      #expect(try message(name + "@b", profiles, isWorstCase: true) == nil)
    }
    // Bytes are bytes.
    #expect(try message("weight_bytes", profiles, isWorstCase: true) == nil)
  }

  @Test("is written as it is read, and refused where it is none")
  func text() throws {
    for name in ["macs", "latency_ms", "energy_mj@a b@c"] {
      let metric = try DeviceMetric(name: name)
      #expect(metric.description == name)
      let data = try JSONEncoder().encode([metric])
      #expect(try JSONDecoder().decode([DeviceMetric].self, from: data) == [metric])
    }
    for name in ["", "@a", "latency_ms@", "flops@a"] {
      #expect(throws: MetricNameError.self) { try DeviceMetric(name: name) }
    }
  }
}
