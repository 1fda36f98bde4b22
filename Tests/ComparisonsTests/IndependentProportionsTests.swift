import Testing

@testable import Comparisons

/// References: statsmodels 0.14, `confint_proportions_2indep(method="newcomb")`, `proportions_ztest` and
/// `proportion_confint(method="wilson")`.
@Suite("two accuracies as if on different images")
struct IndependentProportionsTests {
  @Test("have Newcombe's interval and the pooled test's p-value")
  func references() {
    let pair = IndependentProportions(
      MeasuredAccuracy(mean: 0.93, count: 1000), MeasuredAccuracy(mean: 0.915, count: 1000))
    let interval = pair.interval(confidence: 0.95)
    #expect(abs(interval.lowerBound + 0.008545828574242888) < 1e-12)
    #expect(abs(interval.upperBound - 0.03866451484826311) < 1e-12)
    #expect(abs(pair.pValue - 0.20969017073726492) < 1e-12)
  }

  @Test("have Wilson's interval each")
  func wilson() {
    let interval = MeasuredAccuracy(mean: 0.8125, count: 16).interval(confidence: 0.95)
    #expect(abs(interval.lowerBound - 0.5699111903802585) < 1e-12)
    #expect(abs(interval.upperBound - 0.9340840092857186) < 1e-12)
    let all = MeasuredAccuracy(mean: 1, count: 16).interval(confidence: 0.95)
    #expect(all.upperBound == 1 && all.lowerBound < 1)
  }

  @Test("that are equal and without error do not differ")
  func perfect() {
    let all = MeasuredAccuracy(mean: 1, count: 16)
    #expect(IndependentProportions(all, all).pValue == 1)
  }
}
