import FileFormats
import Foundation
import Testing

@testable import DeviceMeasurement

/// A table and its samples in a folder of their own.
private final class Files {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("campaign-\(UUID().uuidString)").path
  var table: String { folder + "/table.csv" }
  var samples: String { folder + "/samples.jsonl" }

  init() throws { try Folder.create(folder) }
  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func open(_ conditions: [String: String] = ["command": "measure"]) throws -> MeasurementTable {
    try MeasurementTable(table, samplesPath: samples, conditions: conditions)
  }
  func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
  func lines(_ path: String) throws -> [String] {
    try text(path).split(separator: "\n").map(String.init)
  }
}

/// A made-up device on which a key of n letters takes n milliseconds.
private struct Device {
  /// The keys that were measured, in order.
  var asked: [String] = []
  var factor: (Int) -> Double = { _ in 1 }
  var failsAfter = Int.max

  struct Gone: Error {}

  mutating func measure(_ key: String) throws -> MeasuredLatency {
    if asked.count >= failsAfter { throw Gone() }
    asked.append(key)
    let time = Double(key.count) * factor(asked.count - 1)
    return try MeasuredLatency(samples: [time, time * 1.0625, time * 0.9375])
  }
}

@Suite("a campaign of measurements")
struct MeasurementCampaignTests {
  private let keys = (1...25).map { String(repeating: "a", count: $0) }

  @Test("writes a row for every architecture and keeps the raw samples")
  func whole() throws {
    let files = try Files()
    var device = Device()
    let outcome = try MeasurementCampaign(table: files.open()).run(keys) { try device.measure($0) }
    #expect(outcome.measured == 25 && outcome.doubtful.isEmpty && !outcome.isDrifting)
    let rows = try files.lines(files.table)
    #expect(rows.count == 26 && rows[0] == "architecture,latency_ms,standard_error_ms,samples")
    #expect(rows[3].hasPrefix("aaa,3,") && rows[3].hasSuffix(",3"))
    // The reference is timed after the tenth, the twentieth and the last.
    #expect(device.asked.count == 28 && device.asked.count { $0 == "a" } == 4)
    let samples = try files.lines(files.samples)
    #expect(samples.count == 29 && samples.count { $0.contains("\"reference\":true") } == 3)
    #expect(samples[0] == #"{"conditions":{"command":"measure"}}"#)
    #expect(samples[3].contains("\"samples_ms\":[3,3.1875,2.8125]"))
  }

  @Test("continues after a stop, measuring nothing twice, to the same table")
  func resumes() throws {
    let whole = try Files()
    var steady = Device()
    _ = try MeasurementCampaign(table: whole.open()).run(keys) { try steady.measure($0) }
    let files = try Files()
    for limit in [0, 7, 9, 40] {
      var device = Device(failsAfter: limit)
      do {
        _ = try MeasurementCampaign(table: files.open()).run(keys) { try device.measure($0) }
      } catch is Device.Gone {}
      let others = device.asked.filter { $0 != "a" }
      #expect(Set(others).count == others.count)
    }
    #expect(try files.text(files.table) == whole.text(whole.table))
    var idle = Device()
    let again = try MeasurementCampaign(table: files.open()).run(keys) { try idle.measure($0) }
    #expect(again == MeasurementCampaign.Outcome() && idle.asked.isEmpty)
  }

  @Test("continues from files that a kill has cut anywhere")
  func cut() throws {
    let whole = try Files()
    let few = Array(keys.prefix(4))
    var steady = Device()
    _ = try MeasurementCampaign(table: whole.open()).run(few) { try steady.measure($0) }
    let (table, samples) = (try whole.text(whole.table), try whole.text(whole.samples))
    for count in 0...table.utf8.count {
      let files = try Files()
      try Data(table.utf8.prefix(count)).write(to: URL(filePath: files.table))
      try Data(samples.utf8.prefix(3 * count)).write(to: URL(filePath: files.samples))
      var device = Device()
      _ = try MeasurementCampaign(table: files.open()).run(few) { try device.measure($0) }
      #expect(try files.text(files.table) == table, "cut at byte \(count)")
      let decoder = JSONDecoder()
      for line in try files.lines(files.samples) {
        #expect(throws: Never.self) {
          try decoder.decode([String: Ignored].self, from: Data(line.utf8))
        }
      }
    }
  }

  private struct Ignored: Decodable { init(from decoder: any Decoder) throws {} }

  @Test("sees a device that slows down by its reference")
  func drift() throws {
    let files = try Files()
    var device = Device(factor: { 1 + 0.02 * Double($0) })
    let outcome = try MeasurementCampaign(table: files.open()).run(keys) { try device.measure($0) }
    #expect(outcome.isDrifting && (outcome.drift ?? 0) > 1.3)
  }

  @Test("measures a disturbed architecture once more, and says so if that did not help")
  func doubtful() throws {
    let files = try Files()
    var asked: [String] = []
    let outcome = try MeasurementCampaign(table: files.open()).run(["a", "bb", "ccc"]) { key in
      asked.append(key)
      let isDisturbed = key == "ccc" || key == "bb" && asked.count { $0 == "bb" } == 1
      return try MeasuredLatency(
        samples: (0..<12).map { Double(key.count) + (isDisturbed && $0 >= 6 ? 1 : 0) })
    }
    #expect(asked == ["a", "bb", "bb", "ccc", "ccc", "a"])
    #expect(outcome.doubtful == ["ccc"] && outcome.measured == 3)
    let samples = try files.lines(files.samples)
    #expect(samples.count { $0.contains("\"attempts\":2") } == 2)
  }

  @Test("questions a latency that is ten times off what the others let expect, measured again")
  func questions() throws {
    let files = try Files()
    var asked: [String] = []
    let outcome = try MeasurementCampaign(table: files.open()).run(
      Array(keys.prefix(6)), roughMilliseconds: { Double($0.count) / 100 }
    ) { key in
      asked.append(key)
      // The fourth takes too long at first, the fifth always, the sixth is 9 times as fast.
      let factor =
        switch key.count {
        case 4: asked.count { $0 == key } == 1 ? 1000.0 : 1.0
        case 5: 1000.0
        case 6: 1 / 9.0
        default: 1.0
        }
      return try MeasuredLatency(samples: [Double(key.count) * factor])
    }
    #expect(asked.map(\.count) == [1, 2, 3, 4, 4, 5, 5, 6, 1])
    #expect(outcome.questions.keys.map(\.count) == [5])
    let question = try #require(outcome.questions.values.first)
    #expect(question.measuredMilliseconds == 5000 && question.expectedMilliseconds == 5)
    #expect("\(question)".contains("1000 times as long"))
    // What an earlier run has measured counts too.
    let again = try MeasurementCampaign(table: files.open()).run(
      keys.prefix(6) + ["bbbbbbb"], roughMilliseconds: { Double($0.count) / 100 }
    ) { key in try MeasuredLatency(samples: [Double(key.count) / (key.count == 7 ? 1000 : 1)]) }
    #expect(Array(again.questions.keys) == ["bbbbbbb"])
    #expect(again.questions.values.first.map { "\($0)" }?.contains("1000 times as short") == true)
  }

  @Test("does not touch files that are something else", arguments: [true, false])
  func otherFiles(isTable: Bool) throws {
    for text in ["precious", "precious\n", "key,time\na,1\n", "architecture,latency_ms\na,1\n"] {
      let files = try Files()
      let path = isTable ? files.table : files.samples
      try Data(text.utf8).write(to: URL(filePath: path))
      let error = #expect(throws: FileFormatError.self) { try files.open() }
      #expect("\(error.map { "\($0)" } ?? "")".hasPrefix(path))
      #expect(try files.text(path) == text)
    }
  }

  @Test(
    "refuses a table with a damaged row, naming its line",
    arguments: ["a,1,2", "a,b,1,3", ",1,1,3", "a,0,1,3", "a,-1,1,3", ""])
  func damaged(row: String) throws {
    let files = try Files()
    let header = "architecture,latency_ms,standard_error_ms,samples"
    try Data("\(header)\nx,1,0.1,9\n\(row)\n".utf8).write(to: URL(filePath: files.table))
    let error = #expect(throws: FileFormatError.self) { try files.open() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("line 3"))
  }

  @Test("is begun under other conditions where nothing was measured under the first")
  func otherwise() throws {
    let files = try Files()
    _ = try files.open()
    var device = Device()
    let other = ["command": "other"]
    _ = try MeasurementCampaign(table: files.open(other)).run(["a"]) { try device.measure($0) }
    #expect(throws: FileFormatError.self) { try files.open() }
    #expect(try files.open(other).measured.count == 1)
  }

  @Test("is not continued under other conditions")
  func conditions() throws {
    let files = try Files()
    var device = Device()
    _ = try MeasurementCampaign(table: files.open()).run(["a", "aa"]) { try device.measure($0) }
    let error = #expect(throws: FileFormatError.self) { try files.open(["command": "other"]) }
    #expect("\(try #require(error))".contains("command measure"))
    #expect(try files.open().measured.count == 2)
    // An earlier version did not say.
    let rest = try files.lines(files.samples).dropFirst().joined(separator: "\n") + "\n"
    try rest.write(toFile: files.samples, atomically: true, encoding: .utf8)
    #expect(try files.open(["command": "other"]).measured.count == 2)
  }
}
