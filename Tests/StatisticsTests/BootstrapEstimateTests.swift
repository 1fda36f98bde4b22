import RandomStreams
import Testing

@testable import Statistics

@Suite("a bootstrap estimate")
struct BootstrapEstimateTests {
  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test("is the statistic with an interval as wide as theory says")
  func meanOfNormals() throws {
    var random = RandomStream(seed: 3, purpose: "sample")
    let sample = (0..<400).map { _ in random.normal() }
    let estimate = try #require(
      BootstrapEstimate(count: 400, using: &random) { mean($0.map { sample[$0] }) })
    #expect(estimate.value == mean(sample) && estimate.interval.contains(estimate.value))
    // ±1.96/√400, with the error of 2000 resamples and of the sample's own deviation.
    let width = estimate.interval.upperBound - estimate.interval.lowerBound
    #expect(abs(width - 0.196) < 0.03)
  }

  @Test("is nil where the sample has no statistic, and a point where no resample has")
  func undefined() throws {
    var random = RandomStream(seed: 4, purpose: "sample")
    #expect(BootstrapEstimate(count: 3, using: &random) { _ in nil } == nil)
    var isFirst = true
    let point = try #require(
      BootstrapEstimate(count: 3, using: &random) { _ in
        defer { isFirst = false }
        return isFirst ? 7 : nil
      })
    #expect(point.value == 7 && point.interval == 7...7)
  }
}
