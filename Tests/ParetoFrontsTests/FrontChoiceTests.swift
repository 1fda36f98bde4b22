import Testing

@testable import ParetoFronts

@Suite("the choice of points of a front")
struct FrontChoiceTests {
  /// Chooses from pairs of accuracy and cost.
  private func chosen(_ count: Int, from points: [(accuracy: Double, cost: Double)]) -> [Int] {
    FrontChoice.indices(of: points.map { [$0.accuracy, -$0.cost] }, count: count)
  }

  @Test("takes the front first, in any order")
  func front() {
    let points = [(0.7, 400.0), (0.8, 300), (0.9, 400), (0.75, 350), (0.65, 100), (0.89, 500)]
    #expect(chosen(3, from: points).sorted() == [1, 2, 4])
  }

  @Test("continues with what only the front dominates")
  func secondRank() {
    // 0 and 1 are the front, 2 is behind 0 alone, 3 behind 2 as well.
    let chosen = chosen(3, from: [(0.9, 400), (0.6, 100), (0.88, 410), (0.87, 420)])
    #expect(Set(chosen.prefix(2)) == [0, 1] && chosen.dropFirst(2) == [2])
  }

  @Test("spreads over a front that is too large, rather than taking neighbours")
  func spreads() {
    // Five neighbours at the costly end, one in the middle, one at the cheap end.
    let three = chosen(
      3,
      from: [
        (0.9, 1000), (0.899, 998), (0.898, 996), (0.897, 994), (0.896, 992), (0.8, 500),
        (0.5, 100),
      ])
    #expect(three.contains(5) && three.contains(6))
    #expect(Set(three).count == 3)
  }

  @Test("takes all of fewer points than asked for, and none of none")
  func few() {
    #expect(chosen(5, from: [(0.8, 300), (0.7, 200)]).sorted() == [0, 1])
    #expect(chosen(5, from: []) == [])
    #expect(chosen(0, from: [(0.8, 300)]) == [])
  }

  @Test("takes as many equal points as asked for, each once")
  func equal() {
    let two = chosen(2, from: [(0.8, 300), (0.8, 300), (0.8, 300)])
    #expect(Set(two).count == 2 && two == chosen(2, from: [(0.8, 300), (0.8, 300), (0.8, 300)]))
  }

  @Test("minds every objective")
  func objectives() {
    // By the first cost alone, 1 would be behind 0; 2 is behind 0 either way.
    let vectors = [[0.8, -100, -5], [0.79, -200, -1], [0.795, -201, -5]]
    #expect(FrontChoice.indices(of: vectors, count: 2).sorted() == [0, 1])
  }
}
