import Testing

@testable import HardwareProfiles

@Suite("the quality of predictions")
struct PredictionQualityTests {
  @Test("is what a hand computes, ties included")
  func byHand() {
    let quality = PredictionQuality(predicted: [1, 2, 2, 4.4], measured: [1, 2.5, 1.6, 4])
    // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: covariance 4.5, variances 4.5 and 5.
    #expect(abs(quality.spearman - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
    // Errors 0, 20, 25 and 10 per cent.
    #expect(abs(quality.medianAbsolutePercentageError - 15) < 1e-9)
    #expect(quality.within5Percent == 0.25)
    #expect(quality.count == 4)
    // Of six pairs one is tied in the predictions; the others agree: 5 / √(5 · 6).
    #expect(abs(quality.kendall - 5 / 30.squareRoot()) < 1e-12)
    #expect(quality.intervalCoverage90 == nil)
  }

  @Test("counts measurements within 1.645 standard errors of their predictions")
  func coverage() {
    let quality = PredictionQuality(
      predicted: [1, 1, 1, 1], measured: [1.16, 0.84, 1.17, 1.08],
      standardErrors: [0.1, 0.1, 0.1, 1])
    #expect(quality.intervalCoverage90 == 0.75)
    #expect(quality.within10Percent == 0.25 && quality.within5Percent == 0)
  }

  @Test("of constant predictions is no correlation")
  func constant() {
    #expect(PredictionQuality(predicted: [1, 1, 1], measured: [1, 2, 3]).spearman == 0)
  }
}
