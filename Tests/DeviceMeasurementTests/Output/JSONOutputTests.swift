import Testing

@testable import DeviceMeasurement

@Suite("JSON that a measuring program prints")
struct JSONOutputTests {
  private func read(
    _ text: String, at path: String? = nil, unit: LatencyUnit? = nil
  ) throws -> [Double] {
    try LatencyReading(jsonPath: path, unit: unit).milliseconds(in: text)
  }

  private func reason(
    _ text: String, at path: String? = nil, unit: LatencyUnit? = nil
  ) -> UnreadableOutput.Reason? {
    #expect(throws: UnreadableOutput.self) { try read(text, at: path, unit: unit) }?.reason
  }

  private let google = """
    {"context": {"num_cpus": 4}, "benchmarks": [
      {"name": "BM_model/1", "run_name": "BM_model", "run_type": "iteration", "iterations": 218,
       "real_time": 3.25, "cpu_time": 3.1, "time_unit": "ms"},
      {"name": "BM_model/2", "run_name": "BM_model", "run_type": "iteration", "iterations": 218,
       "real_time": 3500, "cpu_time": 3.1, "time_unit": "us"}
    ]}
    """

  @Test("may name the unit in a member of its own")
  func unitBeside() throws {
    for text in [
      "{\"mean_latency\": 3210, \"unit\": \"us\"}",
      "{\"latency\": {\"value\": 3210}, \"time_unit\": \"us\"}",
      "{\"latency\": 3.21, \"memory\": {\"value\": 7, \"unit\": \"MB\"}}",
    ] {
      let found = try read(text)
      #expect(found.count == 1 && abs(found[0] - 3.21) < 1e-12, "\(text): \(found)")
    }
    #expect(reason("{\"latency_ms\": 3210, \"unit\": \"us\"}") == .twoUnits)
  }

  @Test("of hyperfine and Google Benchmark is known")
  func known() throws {
    let hyperfine = """
      {"results": [{"command": "x", "mean": 0.0035, "stddev": 0.1, "median": 0.003, "times": [0.25, 0.5]}]}
      """
    #expect(try read(hyperfine) == [250, 500])
    #expect(try read(hyperfine.replacing(", \"times\": [0.25, 0.5]", with: "")) == [3.5])
    #expect(try read("log 1\n" + google) == [3.25, 3.5])
    let median =
      "{\"name\": \"BM_m\", \"aggregate_name\": \"median\", \"real_time\": 4, \"time_unit\": \"ms\"}"
    #expect(try read(google.replacing("\n]}", with: ",\n\(median)]}")) == [4])
    #expect(
      reason(
        google.replacing(
          "_name\": \"BM_model\", \"run_type\": \"iteration\", \"iterations\": 218,\n   \"real_time\": 3500",
          with: "_name\": \"other\", \"real_time\": 3500")) == .severalLatencies)
  }

  @Test(
    "of others is read where one member is named as the latency",
    arguments: [
      ("{\"latency_ms\": 3.25, \"runs\": 100}", 3.25),
      ("{\"mean_us\": 3250, \"p99_us\": 9000}", 3.25),
      ("{\"model\": \"a\", \"inference\": {\"median_ns\": 3250000, \"max_ns\": 9e6}}", 3.25),
      ("starting\n{\"avgLatencyMs\": 3.25}", 3.25),
    ])
  func named(text: String, expected: Double) throws {
    let found = try read(text)
    #expect(found.count == 1 && abs(found[0] - expected) < 1e-12)
  }

  @Test("is looked up by a path, in the unit of its name or the one that the user says")
  func path() throws {
    let text =
      "3 layers\n{\"a\": [{\"b_us\": 3250, \"c\": [1, 2.5]}, {\"b_us\": 3500}], \"x.y\": 3}"
    #expect(try read(text, at: "a[0].b_us") == [3.25])
    #expect(try read(text, at: "$.a[*].b_us") == [3.25, 3.5])
    #expect(try read(text, at: "a[0].c", unit: .seconds) == [1000, 2500])
    #expect(try read(text, at: "[\"x.y\"]", unit: .milliseconds) == [3])
    #expect(reason(text, at: "a[0].c") == .noUnit)
    #expect(reason(text, at: "a[0].b_us", unit: .seconds) == .twoUnits)
    #expect(reason(text, at: "a[2].b_us") == .pathNotFound("a[2].b_us"))
    #expect(reason("{\"a\": \"fast\"}", at: "a", unit: .seconds) == .noNumber("a"))
    #expect(reason("{\"a\": 0}", at: "a", unit: .seconds) == .notAboveZero)
    #expect(reason("3.5 ms", at: "a", unit: .seconds) == .noJSON)
    #expect(reason("{\"a\": 3}") == .noLatency)
  }

  @Test(
    "is refused as a path where it is none",
    arguments: ["", "$", "a..b", "a[", "a[x]", "a[-1]", ".", "a."])
  func noPath(text: String) {
    #expect(throws: LatencyReadingError.path(text)) { try LatencyReading(jsonPath: text) }
  }
}
