import Testing

@testable import Comparisons

@Suite("what counts as a change")
struct ChangeRuleTests {
  let rule = ChangeRule()
  let before = MeasuredAccuracy(mean: 0.9, count: 10_000)

  private func verdict(_ accuracy: Double) -> ChangeVerdict {
    let after = MeasuredAccuracy(mean: accuracy, count: 10_000)
    let difference = AccuracyDifference(after, before)
    let threshold = rule.threshold((before, nil), (after, nil))
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
    let others = MeasuredAccuracy(mean: 0.901, count: 100_000_000)
    let difference = AccuracyDifference(others, many)
    #expect(difference.pValue < 1e-9)
    let threshold = rule.threshold((many, nil), (others, nil))
    #expect(rule.verdict(difference, pValue: difference.pValue, threshold: threshold) == .tied)
  }

  @Test("exceeds three times the noise of the study's own repetitions")
  func threshold() throws {
    let noise = try #require(
      TrainingNoise([MeasuredAccuracy(mean: 0.9, count: 100, runs: 2, deviation: 0.01)]))
    let often = MeasuredAccuracy(mean: 0.9, count: 10_000, runs: 4)
    #expect(abs(rule.threshold((often, noise), (before, nil)) - 0.015) < 1e-12)
    #expect(rule.threshold((often, nil), (often, nil)) == 0.003)
  }

  @Test("exceeds three times what trainings on so many images are taken to differ by")
  func assumption() {
    // 0.15 points at 94 % of 10,000 images.
    let published = ChangeRule.assumedRunDeviation(accuracy: 0.94, images: 10_000)
    #expect(abs(published - 0.0015) < 0.00001)
    let few = MeasuredAccuracy(mean: 0.8, count: 400)
    let share = 321.0 / 402
    let deviation = 0.63 * (share * (1 - share) / 400).squareRoot()
    #expect(abs(rule.threshold((few, nil), (before, nil)) - 3 * deviation) < 1e-12)
    #expect(3 * deviation > 0.037)
    // All of few images right is no proof that the next training has them all right.
    #expect(ChangeRule.assumedRunDeviation(accuracy: 1, images: 120) > 0.005)
  }
}
