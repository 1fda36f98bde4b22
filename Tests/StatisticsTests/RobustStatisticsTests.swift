import Testing

@testable import Statistics

@Suite("robust statistics")
struct RobustStatisticsTests {
  @Test("take the middle, and are moved by no single value")
  func byHand() {
    #expect(median([3]) == 3)
    #expect(median([9, 1, 4]) == 4)
    #expect(median([9, 1, 4, 2]) == 3)
    #expect(median([1, 2, 3, 4, 1e9]) == 3)
    #expect(robustDeviation([]) == 0)
    #expect(abs(robustDeviation([-1, 2, -3]) - 2.9652) < 1e-12)
    #expect(abs(robustDeviation([-1, 2, -1e9]) - 2.9652) < 1e-12)
  }
}
