import Testing

@testable import Comparisons

@Suite("what counts as a change")
struct ChangeRuleTests {
  let rule = ChangeRule()
  let before = MeasuredAccuracy(mean: 0.9, count: 10_000)

  private func verdict(_ accuracy: Double) -> ChangeVerdict {
    let difference = AccuracyDifference(MeasuredAccuracy(mean: accuracy, count: 10_000), before)
    let threshold = rule.threshold((nil, 1), (nil, 1))
    return rule.verdict(difference, pValue: difference.pValue, threshold: threshold)
  }

  @Test("is significant and large")
  func both() {
    #expect(verdict(0.92) == .better)
    #expect(verdict(0.88) == .worse)
    #expect(verdict(0.905) == .tied)
  }

  @Test("is not small, however significant")
  func small() {
    let many = MeasuredAccuracy(mean: 0.9, count: 100_000_000)
    let difference = AccuracyDifference(
      MeasuredAccuracy(mean: 0.901, count: 100_000_000), many)
    #expect(difference.pValue < 1e-9)
    let threshold = rule.threshold((nil, 1), (nil, 1))
    #expect(rule.verdict(difference, pValue: difference.pValue, threshold: threshold) == .tied)
  }

  @Test("exceeds three times the noise of the study's own repetitions")
  func threshold() throws {
    #expect(abs(rule.threshold((nil, 1), (nil, 1)) - 0.0045) < 1e-12)
    #expect(rule.threshold((nil, 9), (nil, 9)) == 0.003)
    let noise = try #require(
      TrainingNoise([MeasuredAccuracy(mean: 0.9, count: 100, runs: 2, deviation: 0.01)]))
    #expect(abs(rule.threshold((noise, 4), (nil, 1)) - 0.015) < 1e-12)
  }
}
