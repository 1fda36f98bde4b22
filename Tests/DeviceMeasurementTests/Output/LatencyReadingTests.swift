import Testing

@testable import DeviceMeasurement

@Suite("where a latency is looked for")
struct LatencyReadingTests {
  private func read(_ text: String, _ pattern: String, unit: LatencyUnit? = nil) throws -> [Double]
  {
    try LatencyReading(pattern: pattern, unit: unit).milliseconds(in: text)
  }

  private func reason(
    _ text: String, _ pattern: String, unit: LatencyUnit? = nil
  ) -> UnreadableOutput.Reason? {
    #expect(throws: UnreadableOutput.self) { try read(text, pattern, unit: unit) }?.reason
  }

  private let text = "load 12 ms\nstep 1: gpu 3.25 ms, cpu 9\nstep 2: gpu 3.5 ms, cpu 8\nok"

  @Test("a pattern's first group is a number, each match a sample, with the unit behind it")
  func pattern() throws {
    #expect(try read(text, "gpu ([0-9.]+)") == [3.25, 3.5])
    #expect(try read(text, "^step 2: gpu ([0-9.]+ ms)") == [3.5])
    #expect(try read(text, "cpu ([0-9]+)$", unit: .microseconds) == [0.009, 0.008])
    #expect(try read(text, "[0-9]+ ms$") == [12])
    #expect(reason(text, "cpu ([0-9]+)") == .noUnit)
    #expect(reason(text, "gpu ([0-9.]+)", unit: .seconds) == .twoUnits)
    #expect(reason(text, "npu ([0-9.]+)") == .patternNotFound("npu ([0-9.]+)"))
    #expect(reason(text, "(step)") == .noNumber("(step)"))
    #expect(reason("gpu 0 ms", "gpu ([0-9]+)") == .notAboveZero)
  }

  @Test("is one place, and one that can be read")
  func wrong() {
    #expect(throws: LatencyReadingError.pattern("(")) { try LatencyReading(pattern: "(") }
    #expect(throws: LatencyReadingError.both) {
      try LatencyReading(pattern: "a", jsonPath: "b")
    }
    #expect("\(LatencyReadingError.pattern("("))".hasPrefix("got '(', expected a regular"))
  }

  @Test("is part of what measurements are known by, unless it is automatic")
  func description() throws {
    #expect("\(LatencyReading.automatic)".isEmpty)
    #expect("\(try LatencyReading(pattern: "a", unit: .seconds))" == ", by /a/, in s")
    #expect("\(try LatencyReading(jsonPath: "a.b"))" == ", at a.b")
  }
}
