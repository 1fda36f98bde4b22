import TestSupport
import Testing

@testable import FrontFiles

@Suite("a bound of a requirement")
struct MetricBoundTests {
  @Test("is a metric, a relation and a number, or a range")
  func read() throws {
    #expect(try MetricBound.all(in: "latency_ms <= 2") == [MetricBound("latency_ms", .atMost, 2)])
    #expect(
      try MetricBound.all(in: "latency_ms@board>=0.5")
        == [MetricBound("latency_ms@board", .atLeast, 0.5)])
    #expect(
      try MetricBound.all(in: "1<=macs<=3")
        == [MetricBound("macs", .atLeast, 1), MetricBound("macs", .atMost, 3)])
    #expect(MetricBound("macs", .atMost, 900_000).description == "macs<=900000")
  }

  @Test("is refused with the text", arguments: ["accuracy", "<=3", "accuracy>=90 %", "a<b<=2"])
  func refused(text: String) {
    expectError(["'\(text)'"]) { _ = try MetricBound.all(in: text) }
  }

  @Test("of no loss names an accuracy and a budget")
  func noWorse() throws {
    let demand = try NoWorse("test_accuracy@latency_ms@board<=2,macs<=1e6")
    #expect(demand.split == .test)
    #expect(
      demand.bounds
        == [MetricBound("latency_ms@board", .atMost, 2), MetricBound("macs", .atMost, 1e6)])
    #expect(try NoWorse("accuracy").bounds.isEmpty)
    expectError(["'macs@latency_ms<=2'", "expected accuracy or test_accuracy"]) {
      _ = try NoWorse("macs@latency_ms<=2")
    }
    expectError(["''"]) { _ = try NoWorse("accuracy@") }
  }
}
