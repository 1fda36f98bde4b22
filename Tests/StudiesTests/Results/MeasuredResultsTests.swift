import DeviceMeasurement
import FileFormats
import HardwareProfiles
import TestSupport
import Testing

@testable import Studies

@Suite("measured latencies in the results")
struct MeasuredResultsTests {
  private func results(
    _ events: [JournalEvent], constraints: String = "[\"latency_ms<=4\"]",
    budgets: String = "[]"
  ) throws -> StudyResults {
    let definition = try StudyText.tiny.setting("hardware", "\"device.json\"")
      .setting("minimize", "[\"latency_ms\"]").setting("constraints", constraints)
      .setting("finalists", "{\"count\": 3}").setting("budgets", budgets).definition()
    return StudyResults(definition, MadeUp.state(events))
  }

  /// Three students, each dearer one better: 1, 2 and 3 ms predicted.
  private let trained: [JournalEvent] =
    (0..<3).map { MadeUp.proposed($0, macs: 100 * ($0 + 1), latency: Double($0 + 1)) }
    + [
      MadeUp.finished(0, 700), MadeUp.finished(1, 750), MadeUp.finished(2, 800),
      MadeUp.selected(0, 1, 2), MadeUp.distilled(0, 800), MadeUp.distilled(1, 850),
      MadeUp.distilled(2, 900),
    ]

  @Test("are not there before anything is measured")
  func none() throws {
    let results = try results(trained)
    #expect(results.measurement == nil && results.demoted.isEmpty)
    #expect(results.students.allSatisfy { $0.isOnFront })
    #expect(results.students.map(\.frontCosts) == results.students.map(\.costs))
  }

  @Test("make the front, its order too, as soon as every student has one")
  func complete() throws {
    let events =
      trained + [
        MadeUp.measured(0, 2.5), MadeUp.measured(1, 1.5), MadeUp.measured(2, 3.5),
      ]
    let results = try results(events)
    #expect(results.measurement?.reason == .complete && results.measurement?.front == .measured)
    // The first student is now dearer than the second, which is better.
    #expect(results.students.map(\.trial) == [1, 0, 2])
    #expect(results.students.map(\.isOnFront) == [true, false, true])
    #expect(results.students.map(\.frontCosts.devices[0].latencyMilliseconds) == [1.5, 2.5, 3.5])
    #expect(results.students.map(\.costs.devices[0].latencyMilliseconds) == [2, 1, 3])
    #expect(results.students[0].frontCosts.devices[0].latencyStandardErrorMilliseconds == 0.015)
    #expect(results.students.map(\.frontCosts.macs) == [200, 100, 300])
  }

  @Test("do not stand in one front with predicted ones")
  func incomplete() throws {
    let results = try results(trained + [MadeUp.measured(0, 2.5), MadeUp.measured(1, 1.5)])
    #expect(results.measurement?.reason == .incomplete && results.measurement?.measured == 2)
    #expect(results.students.map(\.trial) == [0, 1, 2])
    #expect(results.students.allSatisfy { $0.isOnFront && $0.measuredCosts == nil })
    #expect(results.students[0].measured?.latencyMilliseconds == 2.5)
  }

  @Test("of another protocol, or of two, do not replace predictions")
  func protocols() throws {
    let first = [MadeUp.measured(0, 2.5), MadeUp.measured(1, 1.5)]
    for last in [
      MadeUp.measured(2, 9, isComparable: false), MadeUp.measured(2, 9, measuredBy: "otherwise"),
    ] {
      let results = try results(trained + first + [last])
      #expect(results.measurement?.reason == .otherProtocol)
      #expect(results.demoted.isEmpty && results.students.allSatisfy { $0.isOnFront })
    }
  }

  @Test(
    "demote a student that keeps none of several budgets, and name the nearest if all are demoted")
  func budgets() throws {
    let budgets = "[\"latency_ms<=2\", \"latency_ms<=3\"]"
    let some = try results(
      trained + [MadeUp.measured(0, 1.5), MadeUp.measured(1, 2.5), MadeUp.measured(2, 3.5)],
      constraints: "[]", budgets: budgets)
    #expect(some.demoted.map(\.trial) == [2])
    #expect(some.students.filter(\.isOnFront).map(\.trial) == [0, 1])
    #expect(some.budgets.map(\.student.trial) == [0, 1] && some.budgets.allSatisfy(\.isKept))
    let none = try results(
      trained + [MadeUp.measured(0, 5), MadeUp.measured(1, 6), MadeUp.measured(2, 7)],
      constraints: "[]", budgets: budgets)
    #expect(none.demoted.count == 3 && none.students.allSatisfy { !$0.isOnFront })
    #expect(none.budgets.map(\.student.trial) == [0, 0])
    #expect(none.budgets.allSatisfy { !$0.isKept })
  }

  @Test("demote a student that breaks its budget on the device, however good it is")
  func demoted() throws {
    let measured = [MadeUp.measured(0, 2.5), MadeUp.measured(1, 3.9), MadeUp.measured(2, 4.1)]
    let results = try results(trained + measured)
    #expect(results.demoted.map(\.trial) == [2])
    #expect(results.demoted[0].broken == [Constraint(.latencyMilliseconds, .atMost, 4)])
    #expect(results.students.map(\.isOnFront) == [true, true, false])
    #expect(results.withinBudget.map(\.trial) == [0, 1])
    // A demoted student does not push another one off the front either.
    let worse = [MadeUp.measured(0, 3), MadeUp.measured(1, 2), MadeUp.measured(2, 1)]
    let floor = try self.results(trained + worse, constraints: "[\"latency_ms>=1.5\"]")
    #expect(floor.demoted.map(\.trial) == [2])
    #expect(floor.students.filter(\.isOnFront).map(\.trial) == [1])
  }

  @Test("leave limits on other metrics and the audit of flash as they were")
  func others() throws {
    let measured = [MadeUp.measured(0, 9), MadeUp.measured(1, 8), MadeUp.measured(2, 7)]
    let before = try results(trained, constraints: "[\"macs<=250\"]")
    let after = try results(trained + measured, constraints: "[\"macs<=250\"]")
    #expect(after.demoted.isEmpty)
    #expect(after.audit == before.audit && after.audit != nil)
  }

  @Test("are those of the study's own command or machine, the first of each student")
  func sources() throws {
    let events =
      trained + [
        MadeUp.measured(0, 9, source: "safetensors: ./other {model}"), MadeUp.measured(0, 2.5),
        MadeUp.measured(0, 7), MadeUp.measured(1, 1.5), MadeUp.measured(2, 3.5),
      ]
    let results = try results(events)
    #expect(results.measurement?.reason == .complete)
    #expect(results.students.first { $0.trial == 0 }?.measured?.latencyMilliseconds == 2.5)
  }
}

@Suite("how a study has its students measured")
struct MeasureSettingsTests {
  private let text = StudyText.tiny.setting("hardware", "\"device.json\"")

  @Test("is a command, a format, a time limit and a protocol")
  func read() throws {
    let measure = try #require(
      try text.setting(
        "measure",
        """
        {"command": "ssh pi ./bench {model}", "format": "safetensors", "time_limit_seconds": 9,
         "protocol": {"runtime": "r", "precision": "fp32", "batch": 1, "threads": 2,
           "resolution": "any", "affinity": "none", "thermal": "none"}}
        """
      ).definition().measure)
    #expect(measure.device.command == "ssh pi ./bench {model}")
    #expect(measure.device.timeLimitSeconds == 9 && measure.format == "safetensors")
    #expect(measure.measurementProtocol?.threads == 2)
    let short = try text.setting("measure", "{\"command\": \"b {model}\"}").definition().measure
    #expect(short?.device.timeLimitSeconds == 300 && short?.measurementProtocol == nil)
    #expect(try text.definition().measure == nil)
  }

  @Test("changes no result, so that it may be added to a study at any time")
  func identity() throws {
    let measured = try text.setting("measure", "{\"command\": \"b {model}\"}").definition()
    #expect(try measured.identity == text.definition().identity)
  }

  @Test(
    "with something wrong is refused by its field",
    arguments: [
      ("{}", "measure", "command"), ("7", "measure", "object"),
      ("{\"command\": \"bench\"}", "measure.command", "{model}"),
      ("{\"command\": \"b {model}\", \"format\": \"png\"}", "measure.format", "safetensors"),
      ("{\"command\": \"b {model}\", \"time_limit_seconds\": 0}", "time_limit_seconds", "1"),
      ("{\"command\": \"b {model}\", \"times\": 3}", "measure.times", "an unknown key"),
      ("{\"command\": \"b {model}\", \"protocol\": {}}", "measure.protocol", "too"),
      (
        "{\"command\": \"b {model}\", \"latency_pattern\": \"(\"}", "measure.latency_pattern",
        "regular expression"
      ),
      (
        "{\"command\": \"b {model}\", \"latency_json_path\": \"a..b\"}", "latency_json_path", "path"
      ),
      (
        "{\"command\": \"b {model}\", \"latency_pattern\": \"a\", \"latency_json_path\": \"b\"}",
        "measure.latency_json_path", "no latency_json_path next to a latency_pattern"
      ),
      ("{\"command\": \"b {model}\", \"unit\": \"min\"}", "measure.unit", "one of"),
    ])
  func refused(value: String, field: String, expectation: String) {
    expectError(["study.json", field, expectation]) {
      _ = try text.setting("measure", value).definition()
    }
  }

  @Test("says where the latency stands in what the command prints, which is part of the source")
  func reading() throws {
    func measure(_ rest: String) throws -> MeasureSettings {
      try #require(
        try text.setting("measure", "{\"command\": \"b {model}\"\(rest)}").definition().measure)
    }
    let plain = try measure("")
    #expect(plain.device.reading == .automatic && plain.source.hasSuffix("b {model}"))
    let pattern = try measure(", \"latency_pattern\": \"avg ([0-9]+)\", \"unit\": \"us\"")
    #expect(
      pattern.device.reading == (try LatencyReading(pattern: "avg ([0-9]+)", unit: .microseconds)))
    #expect(pattern.source != plain.source)
    let path = try measure(", \"latency_json_path\": \"a[0].b_ms\"")
    #expect(path.device.reading == (try LatencyReading(jsonPath: "a[0].b_ms")))
  }

  @Test("needs a hardware profile")
  func noProfile() {
    expectError(["study.json: measure", "hardware"]) {
      _ = try StudyText.tiny.setting("measure", "{\"command\": \"b {model}\"}").definition()
    }
  }
}
