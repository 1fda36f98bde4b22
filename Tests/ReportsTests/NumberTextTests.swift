import HardwareProfiles
import Testing

@testable import Reports

@Suite("numbers in reports")
struct NumberTextTests {
  @Test(
    "have a fixed count of decimals and no negative zero",
    arguments: [
      (0.91585, 5, "0.91585"), (1, 5, "1.00000"), (-0.000001, 5, "0.00000"), (-1.005, 1, "-1.0"),
      (Double.nan, 5, ""), (.infinity, 2, ""), (12345, 0, "12345"),
    ])
  func fixed(value: Double, decimals: Int, text: String) {
    #expect(value.fixed(decimals) == text)
  }

  @Test("as percentages turn halves away from zero, whatever the binary number is")
  func halves() {
    // 0.01 % of 20,000 images is two images.
    for count in stride(from: 1, to: 20_000, by: 2) {
      let up = (count + 1) / 2
      let text = "\(up / 100)." + (up % 100 < 10 ? "0" : "") + "\(up % 100)"
      #expect((Double(count) / 20_000).percent(2) == text)
      #expect((-Double(count) / 20_000).percent(2) == "-" + text)
    }
  }

  @Test(
    "have three digits where prose shows costs",
    arguments: [
      (1234.4, "1234"), (99.96, "100"), (18, "18.0"), (9.996, "10.0"), (3.214, "3.21"),
      (0.7072, "0.707"), (0.0512, "0.0512"), (0, "0.0000"),
    ])
  func brief(value: Double, text: String) { #expect(value.brief == text) }

  @Test("have signs that people read, where they are differences")
  func signs() {
    #expect(0.0042.signedPoints == "+0.42")
    #expect((-0.008).signedPoints == "−0.80")
    #expect((-0.000001).signedPoints == "+0.00")
    #expect((-0.4).signed == "−0.40")
  }

  @Test(
    "say durations as people do",
    arguments: [
      (0.04, "0.0 s"), (48.2, "48.2 s"), (59.97, "1 min 00 s"), (252.4, "4 min 12 s"),
      (3599.6, "1 h 00 min"), (7499, "2 h 05 min"),
    ])
  func duration(seconds: Double, text: String) { #expect(seconds.duration == text) }

  @Test("carry the unit that people read the metric in", arguments: CostMetric.allCases)
  func units(metric: CostMetric) {
    let metric = DeviceMetric(metric)
    #expect(metric.phrase(2.5 * metric.unitSize) == "2.50 \(metric.unit) \(metric.title)")
    #expect(metric.heading.contains(metric.unit))
    #expect(metric.text(nil as Double?) == "–")
  }
}
