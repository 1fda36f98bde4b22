import Foundation
import HardwareProfiles
import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@Suite("autodistill profile check", Program.isBuilt)
struct ProfileCheckCommandTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static func path(_ name: String) -> String { repository.appending(path: name).path() }

  /// Writes latencies of random students: what a profile predicts, changed.
  private func table(
    _ temporary: TemporaryFolder, _ latency: (Double) -> Double
  ) throws -> [String] {
    let space = try SearchSpace(contentsOf: Self.path("SearchSpaces/mobile-cnn.json"))
    let profile = try HardwareProfile(
      contentsOf: Self.path("HardwareProfiles/raspberry-pi-4.json"))
    var lines = ["architecture,latency_ms"]
    var random = RandomStream(seed: 1, purpose: "measured students")
    for _ in 1...12 {
      let architecture = space.randomArchitecture(using: &random)
      let workload = try space.workload(
        of: architecture, input: space.images.shape, classes: space.images.classes)
      let predicted = profile.predict(workload).latencyMilliseconds
      lines.append("\(space.key(of: architecture)),\(latency(predicted))")
    }
    try temporary.write(lines.joined(separator: "\n") + "\n", to: "measured.csv")
    return [
      "--space", Self.path("SearchSpaces/mobile-cnn.json"), "--measurements",
      temporary.file("measured.csv"),
    ]
  }

  private func check(_ arguments: [String]) throws -> Program.Ended {
    try Program.Running(
      ["profile", "check", Self.path("HardwareProfiles/raspberry-pi-4.json")] + arguments
    ).end()
  }

  @Test("says how far predictions are off, and whether that is little enough")
  func requirements() throws {
    let temporary = try TemporaryFolder()
    let tables = try table(temporary) { 1.25 * $0 }
    let ended = try check(tables)
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output.contains("checked: on 12 networks"))
    #expect(
      ended.output.contains("1.25 times the predicted ones (median; from 1.25 to 1.25 times)"))
    #expect(ended.output.contains("Spearman 1.0000") && ended.output.contains("error 20.00 %"))
    #expect(ended.errors.isEmpty, "\(ended.errors)")
    let kept = try check(tables + ["--least-spearman", "0.99", "--most-error", "21"])
    #expect(kept.status == 0)
    let missed = try check(tables + ["--most-error", "5", "--json"])
    #expect(missed.status == 1 && missed.errors.contains("not met: a median error of 20.00 %"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(missed.output.utf8)) as? [String: Any])
    #expect(json["not_met"] as? [String] == ["median_absolute_percentage_error"])
    #expect(json["held_out"] as? Int == 12 && json["fitted"] as? Int == 0)
    #expect(json["median_ratio"] as? Double == 1.25 && json["doubt"] is NSNull)
  }

  @Test("doubts other units, and leaves out what the profile was fitted to")
  func doubts() throws {
    let temporary = try TemporaryFolder()
    let microseconds = try check(try table(temporary) { 1000 * $0 })
    #expect(microseconds.errors.contains("doubtful: the latencies are 1000.0 times"))
    let asJSON = try check(try table(temporary) { 1 / $0 } + ["--json"])
    #expect(asJSON.output.contains("\"doubt\": \"the"), "\(asJSON.output)")
    let tables = try table(temporary) { 1.25 * $0 }
    let profile = temporary.file("mine.json")
    let fitted = try Program.Running(["profile", "fit", "--output", profile] + tables).end()
    #expect(fitted.status == 0, "\(fitted.errors)")
    let own = try Program.Running(["profile", "check", profile] + tables).end()
    #expect(own.status == 2, "\(own.output)")
    #expect(own.errors.contains("got 0 networks") && own.errors.contains("12 that the profile"))
  }
}
