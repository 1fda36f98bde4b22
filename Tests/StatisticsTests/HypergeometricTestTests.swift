import Testing

@testable import Statistics

@Suite("Fisher's exact test")
struct HypergeometricTestTests {
  @Test(
    "gives twice the smaller tail",
    arguments: [
      // scipy 1.17.1: stats.hypergeom.sf and .cdf
      (500, 5000, 91, 500, 2.0619938114839068e-07), (3, 40, 9, 30, 0.03140577169131813),
      (0, 10, 0, 10, 1), (100, 1000, 2, 100, 0.005478351783433999),
    ])
  func tails(first: Int, firstCount: Int, second: Int, secondCount: Int, expected: Double) {
    let found = HypergeometricTest.pValue(first, of: firstCount, second, of: secondCount)
    #expect(abs(found / expected - 1) < 1e-9)
    let swapped = HypergeometricTest.pValue(second, of: secondCount, first, of: firstCount)
    #expect(abs(swapped / found - 1) < 1e-9)
  }
}
