import Testing

@testable import Comparisons

@Suite("Holm's correction")
struct HolmCorrectionTests {
  @Test("is that of statsmodels")
  func reference() {
    let corrected = holmCorrected([0.01, 0.04, 0.03, 0.005, 0.5])
    for (value, known) in zip(corrected, [0.04, 0.09, 0.09, 0.025, 0.5]) {
      #expect(abs(value - known) < 1e-15)
    }
  }

  @Test("keeps one value and never exceeds 1")
  func bounds() {
    #expect(holmCorrected([0.03]) == [0.03])
    #expect(holmCorrected([0.9, 0.8, 1]) == [1, 1, 1])
    #expect(holmCorrected([]).isEmpty)
  }

  @Test("counts a test once that is made several times")
  func same() {
    let values = holmCorrected([0.01, 0.04, 0.01, 0.5], of: ["a", "b", "a", "c"])
    #expect(values == [0.03, 0.08, 0.03, 0.5])
  }
}
