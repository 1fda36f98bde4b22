import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the file of a fitted profile")
struct FittedProfileFileTests {
  private static func profile(
    _ kind: FitFixtures.Kind = .keysAndIdleKernels, base: HardwareProfile? = nil,
    precision: MeasurementProtocol.Precision = .fp32
  ) throws -> (profile: HardwareProfile, others: [InferenceWorkload]) {
    var random = RandomStream(seed: 71, purpose: "profile file")
    let workloads = try FitFixtures.workloads(20, kind, &random)
    let measured = SyntheticDevice.desktop(noise: 0.03).measurements(
      Array(workloads[..<10]), &random)
    let fit = try DeviceFit(
      measured, base: base, description: FitFixtures.description(precision: precision))
    return (fit.profile, Array(workloads[10...]))
  }

  @Test("reads back to the same bits", arguments: FitFixtures.Kind.allCases)
  func roundTrip(kind: FitFixtures.Kind) throws {
    let (profile, others) = try Self.profile(kind)
    try expectSame(profile, others)
  }

  @Test(
    "reads back to the same bits for smaller values and for a base of its own fusion",
    arguments: MeasurementProtocol.Precision.allCases)
  func precisions(precision: MeasurementProtocol.Precision) throws {
    let (profile, others) = try Self.profile(precision: precision)
    #expect(profile.physical.precision == precision)
    try expectSame(profile, others)
    var root = try #require(
      JSONSerialization.jsonObject(with: SyntheticDevice.desktop(noise: 0).profile.json())
        as? [String: Any])
    root["fusion"] = ["add": false, "activation": false]
    let base = try HardwareProfile(
      json: JSONSerialization.data(withJSONObject: root), file: "base.json")
    #expect(base.physical.fusion == FusionRules(add: false, activation: false))
    let (corrected, same) = try Self.profile(base: base, precision: precision)
    #expect(corrected.physical.fusion == base.physical.fusion)
    try expectSame(corrected, same)
  }

  private func expectSame(_ profile: HardwareProfile, _ others: [InferenceWorkload]) throws {
    let data = try profile.json()
    let read = try HardwareProfile(json: data, file: "a.json")
    #expect(read == profile)
    #expect(try read.json() == data)
    for workload in others { #expect(read.predict(workload) == profile.predict(workload)) }
  }

  /// One change to the text of the correction, and the error that it must cause.
  struct Damage: Sendable, CustomTestStringConvertible {
    /// Path below `correction`; numbers are indices.
    let path: [String]
    /// JSON text; nil to remove.
    let value: String?
    let message: String
    var testDescription: String { "\(path) \(value ?? "removed")" }

    init(_ path: String, _ value: String?, _ message: String) {
      self.path = path.split(separator: ".").map(String.init)
      (self.value, self.message) = (value, message)
    }

    func apply(to node: Any, _ path: ArraySlice<String>) throws -> Any? {
      guard let first = path.first else {
        return try value.map {
          try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
        }
      }
      if var array = node as? [Any], let index = Int(first) {
        array[index] = try apply(to: array[index], path.dropFirst()) ?? NSNull()
        return array
      }
      var object = node as? [String: Any] ?? [:]
      object[first] = try apply(to: object[first] ?? [:], path.dropFirst())
      return object
    }
  }

  static let damages: [Damage] = [
    Damage("networks.0.kernels.0.0", "100000", "networks[0].kernels[0][0]: got 100000, expected"),
    Damage("networks.0.kernels.0.0", "-1", "networks[0].kernels[0][0]: got -1, expected"),
    Damage("networks.0.kernels.0.1", "0", "networks[0].kernels[0][1]: got 0, expected"),
    Damage("networks.0.kernels.0.1", "2.5", "networks[0].kernels[0][1]: got 2.5, expected"),
    Damage("networks.0.kernels.0", "[1]", "networks[0].kernels[0]: got [1], expected"),
    Damage("networks.1.weight", "0", "networks[1].weight: got 0, expected a number above 0"),
    Damage("networks.1.weight", "-2", "networks[1].weight: got -2, expected a number above 0"),
    Damage("networks.1.latency_us", "0", "networks[1].latency_us: got 0, expected"),
    Damage("networks.1.latency_us", "\"NaN\"", "networks[1].latency_us: got \"NaN\", expected"),
    Damage("networks.1.speed", "1", "networks[1].speed: got an unknown key, expected"),
    Damage("networks.1.architecture", "7", "networks[1].architecture: got 7, expected"),
    Damage("networks", "{}", "networks: got"),
    Damage("scales.decisons", "1", "scales.decisons: got an unknown key, expected"),
    Damage("scales.launch", nil, "scales: got an object with"),
    Damage("scales.launch", "-1", "scales.launch: got -1, expected"),
    Damage("scales.context_decisions", "0", "scales.context_decisions: got 0, expected"),
    Damage("scales.noise", "0", "scales.noise: got 0, expected a noise above 0"),
    Damage("scales.noise_power", "1e308", "got 1e+308, expected a number from -8 to 9"),
    Damage("unit_us", "0", "unit_us: got 0, expected a number of microseconds above 0"),
    Damage("unit_us", "1e-300", "got an object with"),
    Damage("interval_factor", "null", "interval_factor: got null, expected"),
    Damage("kernels.0.0", "\"convoluted\"", "kernels[0][0]: got \"convoluted\", expected one of"),
    Damage("kernels.0.1", "0", "kernels[0][1]: got 0, expected"),
    Damage("kernels.0.4", "[1, 2]", "kernels[0][4]: got [1, 2], expected height, width"),
    Damage("kernels.0.5.0", "0", "kernels[0][5][0]: got 0, expected"),
    Damage("kernels.0.6", "-1", "kernels[0][6]: got -1, expected"),
    Damage("kernels.0.8", "\"idle residual\"", "kernels[0][8]: got \"idle residual\", expected"),
    Damage("kernels.0.8", "1", "kernels[0][8]: got 1, expected"),
    Damage("kernels.0", "[]", "kernels[0]: got [], expected kind, kernel, stride"),
    Damage(
      "kernels.0",
      #"["pooling", 1024, 1, 1, [65536, 65536, 1048576], [65536, 65536, 1048576], 0, 0, ""]"#,
      "kernels[0][4]: got "),
    Damage("kernels", "[]", "kernels: got [], expected at least one kernel"),
    Damage("seed", "1", "seed: got an unknown key, expected"),
  ]

  @Test("with a damaged correction is refused, naming the field", arguments: damages)
  func damaged(damage: Damage) throws {
    let (profile, _) = try Self.profile()
    let root = try #require(
      JSONSerialization.jsonObject(with: profile.json()) as? [String: Any])
    let changed = try #require(try damage.apply(to: root, ["correction"] + damage.path))
    let data = try JSONSerialization.data(withJSONObject: changed)
    let error = try #require(throws: JSONError.self) {
      try HardwareProfile(json: data, file: "a.json")
    }
    let message = error.description
    #expect(message.hasPrefix("a.json: correction"), "\(message)")
    #expect(message.contains(damage.message), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test("with a kernel twice, or numbers that are none, is refused")
  func textual() throws {
    let (profile, _) = try Self.profile()
    let text = String(decoding: try profile.json(), as: UTF8.self)
    func message(_ text: String) throws -> String {
      try #require(throws: JSONError.self) {
        try HardwareProfile(json: Data(text.utf8), file: "a.json")
      }.description
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = try #require(
      lines.firstIndex { $0.contains("\"kernels\" : [") && $0.hasSuffix("[") })
    var doubled = lines
    doubled.insert(lines[first + 1], at: first + 1)
    #expect(
      try message(doubled.joined(separator: "\n")).hasPrefix("a.json: correction.kernels: got"))
    let weight = try #require(text.firstMatch(of: #/"weight":[0-9.e-]+/#)).output
    let nan = try message(text.replacing(weight, with: "\"weight\":NaN"))
    #expect(nan.hasPrefix("a.json"))
  }
}
