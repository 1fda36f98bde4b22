import Testing

@testable import Statistics

@Suite("a quantile")
struct QuantilesTests {
  @Test("is interpolated linearly between ranks")
  func interpolation() {
    #expect(quantile([5], probability: 0.1) == 5)
    #expect(abs(quantile([1, 2], probability: 0.1) - 1.1) < 1e-12)
    // Rank 0.1·8 = 0.8 of 9 values.
    let values = (1...9).map { Double($0 * $0) }
    #expect(abs(quantile(values, probability: 0.1) - (1 + 0.8 * 3)) < 1e-12)
    #expect(quantile(values, probability: 1) == 81 && quantile(values, probability: 0) == 1)
    #expect(quantile([1, 2, 3, 10], probability: 0.5) == 2.5)
  }
}
