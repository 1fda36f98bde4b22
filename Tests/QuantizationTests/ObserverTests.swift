import RandomStreams
import Testing

@testable import Quantization

@Suite("observers of ranges")
struct ObserverTests {
  /// Normal values, and one far outside.
  private func histogram(outlier: Float) -> ValueHistogram {
    var stream = RandomStream(seed: 2, purpose: "values")
    let values = (0..<100_000).map { _ in Float(stream.normal()) } + [outlier]
    var histogram = ValueHistogram(ValueRange(of: values))
    histogram.observe(values, count: values.count)
    return histogram
  }

  @Test("min–max holds everything")
  func minMax() {
    let range = MinMaxObserver().range(of: histogram(outlier: 60))
    #expect(range.high == 60 && range.low < -3.5)
  }

  @Test("a percentile leaves rare values out at each end, and no others")
  func percentile() {
    let range = PercentileObserver(share: 0.999).range(of: histogram(outlier: 60))
    // Φ⁻¹(0.999) = 3.09; a part of the histogram is 0.03 wide.
    #expect(abs(range.high - 3.09) < 0.1 && abs(range.low + 3.09) < 0.1, "\(range)")
    let all = PercentileObserver(share: 1).range(of: histogram(outlier: 60))
    #expect(abs(all.high - 60) < 1e-3)
  }

  @Test("the squared error weighs what is cut against the steps of the rest")
  func squaredError() {
    // (60 − U)² + 100,000 · ((U + 4.2) / 255)² / 12 is least at U = 52.7.
    let one = SquaredErrorObserver().range(of: histogram(outlier: 60))
    #expect(abs(one.high - 52.7) < 2 && one.low < -3, "\(one)")
    // Without one, normal values are hardly cut.
    let none = SquaredErrorObserver().range(of: histogram(outlier: 1))
    #expect(none.high > 3.5 && none.high < 5, "\(none)")
  }

  @Test("nothing but zeros and positive values keep zero", arguments: RangeObserverKind.allCases)
  func zeros(kind: RangeObserverKind) {
    var nothing = ValueHistogram(ValueRange(low: 0, high: 0))
    nothing.observe([0, 0, 0], count: 3)
    #expect(kind.observer.range(of: nothing) == ValueRange(low: 0, high: 0))
    let values = (0..<1000).map { 1 + Float($0) / 1000 }
    var positive = ValueHistogram(ValueRange(of: values))
    positive.observe(values, count: values.count)
    #expect(kind.observer.range(of: positive).low == 0)
  }
}
