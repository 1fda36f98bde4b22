import Testing

@testable import Statistics

@Suite("the regret of a selection by a score")
struct SelectionRegretTests {
  @Test("loses what the best has over the best of the top scores")
  func regret() {
    let (scores, values) = ([3.0, 1, 2, 9], [5.0, 8, 6, 4])
    #expect(
      [1, 2, 3, 4, 9].map { selectionRegret(of: scores, against: values, top: $0) }
        == [4, 3, 2, 0, 0])
    // Of equal scores the first.
    #expect(selectionRegret(of: [1, 1, 1], against: [1, 2, 3], top: 1) == 2)
    #expect(selectionRegret(of: [], against: [], top: 3) == nil)
  }
}
