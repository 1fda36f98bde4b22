import FileFormats
import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a hardware profile's file")
struct HardwareProfileReadingTests {
  @Test("is written so that it reads back unchanged")
  func roundTrip() throws {
    let profile = SyntheticDevice.desktop(noise: 0).profile
    #expect(try HardwareProfile(json: profile.json(), file: "a.json") == profile)
    let shipped = try HardwareProfile(json: Shipped.data(), file: "pi.json")
    #expect(try HardwareProfile(json: shipped.json(), file: "a.json") == shipped)
  }

  /// One change to the shipped file, and the error that it must cause.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let field: String
    let edit: @Sendable (inout [String: Any]) -> Void
    let value: String
    let expected: String
    var testDescription: String { "\(field) \(value)" }

    /// Sets the value at `path`, such as `memory.levels.1.name`, to JSON text, or removes it if `nil`.
    init(_ path: String, _ json: String?, field: String? = nil, _ value: String, _ expected: String)
    {
      self.field = field ?? path.replacing(#/\.(\d+)/#) { "[\($0.1)]" }
      (self.value, self.expected) = (value, expected)
      edit = { root in
        let new = json.flatMap {
          try? JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
        }
        root = Mistake.set(root, path.split(separator: ".")[...], new) as? [String: Any] ?? [:]
      }
    }

    private static func set(_ node: Any, _ path: ArraySlice<Substring>, _ new: Any?) -> Any? {
      guard let first = path.first else { return new }
      if var array = node as? [Any], let index = Int(first) {
        array[index] = set(array[index], path.dropFirst(), new) ?? NSNull()
        return array
      }
      var object = node as? [String: Any] ?? [:]
      object[String(first)] = set(object[String(first)] ?? [:], path.dropFirst(), new)
      return object
    }
  }

  static let mistakes: [Mistake] = [
    Mistake(
      "format", "\"autodistill-hardware-profile/9\"", "\"autodistill-hardware-profile/9\"",
      "autodistill-hardware-profile/3"),
    Mistake(
      "protocol.runtime_name", "\"tflite-micro\"", field: "protocol",
      "an object with", "the key \"runtime_version\" too"),
    Mistake("deployment.speed", "1", "an unknown key", "\"arena\""),
    Mistake(
      "deployment.arena.kernels", "\"cmsis-nn\"", field: "deployment.arena", "an object with",
      "\"planner\" too"),
    Mistake(
      "deployment.operators", "[\"CONV_3D\"]", field: "deployment.operators[0]", "\"CONV_3D\"",
      "an operator of TensorFlow Lite"),
    Mistake(
      "deployment.operators", "[{\"name\": \"MUL\", \"with\": [\"speed\"]}]",
      field: "deployment.operators[0].with[0]", "\"speed\"", "\"broadcast\""),
    Mistake(
      "deployment.operators", "[{\"name\": \"MUL\", \"ns_per_value\": -1}]",
      field: "deployment.operators[0].ns_per_value", "-1", "nanoseconds"),
    Mistake("name", "\"\"", "\"\"", "the profile's name"),
    Mistake("device", nil, field: "the file", "an object with", "\"device\" too"),
    Mistake("speed", "1", "an unknown key", "one of \"format\""),
    Mistake(
      "inference_overhead", "1", "an unknown key",
      "did you mean \"inference_overhead_us\"?"),
    Mistake("inference_overhead_us", "-1", "-1", "a number of microseconds, 0 or more"),
    Mistake("protocol.precision", "\"int4\"", "\"int4\"", "\"fp32\""),
    Mistake("protocol.batch", "8", "8", "1: predictions are for one image"),
    Mistake("protocol.threads", "0", "0", "a whole number of threads above 0"),
    Mistake("protocol.threads", "1.5", "1.5", "a whole number of threads above 0"),
    Mistake("protocol.runtime", "7", "7", "the program that runs the network"),
    Mistake("memory.ram_bytes", "\"4 GB\"", "\"4 GB\"", "a whole number of bytes above 0"),
    Mistake("memory.weights_in", "\"disk\"", "\"disk\"", "one of \"ram\", \"flash\""),
    Mistake("memory.levels", "[]", "[]", "at least one memory level"),
    Mistake(
      "memory.levels.1.capacity_bytes", "1024", "1024",
      "more than the 32768 bytes of the level before"),
    Mistake(
      "memory.levels.1.capacity_bytes", "5000000000", "5000000000",
      "less than the 4294967296 bytes of ram_bytes"),
    Mistake(
      "memory.levels.2.capacity_bytes", "2000000", "2000000",
      "no capacity: the last level holds everything"),
    Mistake(
      "memory.levels.1.bandwidth_gb_per_second", "99", "99",
      "at most the 16.0 GB/s of the level before"),
    Mistake("memory.levels.0.bandwidth_gb_per_second", "0", "0", "a number of GB/s above 0"),
    Mistake(
      "kernels.elementwise", nil, field: "kernels", "an object with", "\"elementwise\" too"),
    Mistake(
      "kernels",
      #"{"elementwise": {"overhead_us": 8, "gops_per_second": 1, "relative_uncertainty": 0.5}}"#,
      "an object with", "another kind with gmacs_per_second"),
    Mistake("kernels.convolution.gmacs_per_second", "0", "0", "a number of GMAC/s above 0"),
    Mistake("kernels.convolution.gmacs_per_second", "true", "true", "a number of GMAC/s above 0"),
    Mistake(
      "kernels.convolution.overhead", "1", "an unknown key",
      "did you mean \"overhead_us\"?"),
    Mistake(
      "kernels.pooling.gmacs_per_second", "1", "an unknown key",
      "one of \"overhead_us\", \"gops_per_second\""),
    Mistake("kernels.depthwise.relative_uncertainty", "1", "1", "between 0 and 1"),
    Mistake(
      "kernels.elementwise", "[]", "[]",
      "an object that describes a kernel of kind elementwise"),
    Mistake("energy.pj_per_byte", nil, field: "energy", "an object with", "\"pj_per_byte\" too"),
    Mistake(
      "energy", #"{"pj_per_mac": 0, "pj_per_byte": 0, "static_power_mw": 0}"#,
      field: "energy.static_power_mw", "0", "leave \"energy\" out"),
    Mistake("relative_uncertainty", "0", "0", "between 0 and 1"),
    Mistake(
      "provenance.source", "\"guessed\"", "\"guessed\"",
      "one of \"measured\", \"fitted\", \"published\""),
    Mistake(
      "provenance.source", "\"measured\"", field: "provenance", "an object with", "\"machine\" too"),
    Mistake("provenance.date", "\"yesterday\"", "\"yesterday\"", "a day, such as 2026-01-31"),
    Mistake(
      "validation",
      #"{"networks": 9, "spearman": 2, "median_absolute_percentage_error": 1, "within_10_percent": 1}"#,
      field: "validation.spearman", "2", "a number from -1 to 1"),
  ]

  @Test("is refused with file, field, value and expectation", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    var root = try #require(
      JSONSerialization.jsonObject(with: Shipped.data()) as? [String: Any])
    mistake.edit(&root)
    let data = try JSONSerialization.data(withJSONObject: root)
    let error = try #require(throws: JSONError.self) {
      try HardwareProfile(json: data, file: "pi.json")
    }
    let message = error.description
    #expect(message.hasPrefix("pi.json: \(mistake.field): got \(mistake.value)"), "\(message)")
    #expect(message.contains(mistake.expected), "\(message)")
  }

  @Test("that is cut short is malformed, one that is missing is unreadable")
  func broken() throws {
    #expect(
      throws: JSONError.malformed(
        file: "pi.json", line: 2, column: 3,
        problem: "the text ends where a name in double quotes was expected")
    ) { try HardwareProfile(json: Shipped.data().prefix(4), file: "pi.json") }
    #expect(
      throws: JSONError.unreadable(file: "/nowhere/pi.json", reason: "there is no such file")
    ) { try HardwareProfile(contentsOf: "/nowhere/pi.json") }
  }
}
