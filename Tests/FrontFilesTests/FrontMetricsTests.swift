import FileFormats
import Foundation
import Testing

@testable import FrontFiles

@Suite("the numbers of a student")
struct FrontMetricsTests {
  private func file(_ members: String, hardware: String, further: String = "") throws -> FrontFile {
    let json = """
      {"format": "autodistill-front/3", "name": "n", "hashes": {}, "minimize": ["latency_ms"],
       "hardware": \(hardware)\(further),
       "students": [{"key": "k", "validation_accuracy": 0.9, "validation_low": 0.88,
         "validation_high": 0.92, \(members)}]}
      """
    return try FrontFile(JSONField(json: Data(json.utf8), file: "f"), subject: "f")
  }

  private let one = "{\"profile\": \"a\", \"protocol\": \"p\"}"
  private let two =
    "[{\"profile\": \"a\", \"protocol\": \"p\"}, {\"profile\": \"b\", \"protocol\": \"p\"}]"

  @Test("of several devices are those of the one that is named, or the largest")
  func devices() throws {
    let file = try file(
      """
      "latency_ms@a": 1, "latency_se_ms@a": 0.1, "latency_ms@b": 2, "latency_se_ms@b": 0.3,
      "peak_memory_bytes@a": 7
      """, hardware: two)
    let student = file.students[0]
    #expect(file.value(of: "latency_ms@a", student) == FrontValue(value: 1, standardError: 0.1))
    #expect(file.value(of: "latency_ms", student) == FrontValue(value: 2, standardError: 0.3))
    // Of one device only, so not known over all.
    #expect(file.value(of: "peak_memory_bytes", student) == nil)
    #expect(file.value(of: "latency_ms@c", student) == nil)
  }

  @Test("of no name are not known", arguments: ["@", "@a", "latency_ms@", ""])
  func nameless(metric: String) throws {
    let members = "\"latency_ms\": 1, \"measured_latency_ms\": 2"
    for further in ["", ", \"measurement\": {\"front_latency\": \"measured\"}"] {
      let file = try file(members, hardware: one, further: further)
      guard metric != "latency_ms@" || further.isEmpty else { continue }
      #expect(file.value(of: metric, file.students[0]) == nil)
    }
  }

  @Test("are measured latencies where the front is made of them")
  func measured() throws {
    let members =
      "\"latency_ms\": 1, \"latency_se_ms\": 0.4, \"measured_latency_ms\": 2, \"measured_latency_se_ms\": 0.01"
    let measured = try file(
      members, hardware: one, further: ", \"measurement\": {\"front_latency\": \"measured\"}")
    #expect(
      measured.value(of: "latency_ms", measured.students[0])
        == FrontValue(value: 2, standardError: 0.01))
    let predicted = try file(
      members, hardware: one, further: ", \"measurement\": {\"front_latency\": \"predicted\"}")
    #expect(
      predicted.value(of: "latency_ms", predicted.students[0])
        == FrontValue(value: 1, standardError: 0.4))
    #expect(predicted.value(of: "measured_latency_ms", predicted.students[0])?.value == 2)
  }
}
