import Testing

@testable import Statistics

@Suite("the chi-square test of homogeneity")
struct ChiSquareTestTests {
  @Test(
    "has the upper tail of the gamma distribution",
    arguments: [
      // scipy 1.17.1: special.gammaincc
      (4.5, 18.6, 2.424091783335597e-05), (0.5, 0.2, 0.5270892568655381),
      (50, 20, 0.9999999875410739), (50, 90, 1.6494985017178526e-06),
      (2, 200, 2.781632018740826e-85),
    ])
  func gamma(a: Double, x: Double, expected: Double) {
    #expect(abs(upperGamma(a, x) / expected - 1) < 1e-11)
  }

  @Test("compares counts")
  func counts() {
    // scipy 1.17.1: stats.chi2_contingency without Yates' correction
    let test = ChiSquareTest([10, 20, 30], [30, 25, 15])
    #expect(abs(test.statistic - 14.87433862433862) < 1e-12 && test.freedom == 2)
    #expect(abs(test.pValue - 0.0005889499737270416) < 1e-15)
    #expect(ChiSquareTest([10, 0, 20, 30], [30, 0, 25, 15]).pValue == test.pValue)
    #expect(ChiSquareTest([5, 0], [9, 0]).pValue == 1)
    #expect(ChiSquareTest([10, 20], [100, 200]).statistic < 1e-12)
  }
}
