import RandomStreams
import Testing

@testable import ParetoFronts

@Suite("a Pareto front")
struct ParetoFrontTests {
  /// Points on a coarse grid, so that ties and duplicates are common.
  private func gridPoints(_ count: Int, dimension: Int, seed: Int) -> [[Double]] {
    var random = RandomStream(seed: 1, purpose: "pareto test", seed, dimension)
    return (0..<count).map { _ in (0..<dimension).map { _ in Double(random.integer(below: 5)) } }
  }

  @Test("holds exactly the points that nothing dominates", arguments: 1...5)
  func front(dimension: Int) {
    for seed in 0..<20 {
      let points = gridPoints(30, dimension: dimension, seed: seed)
      let expected = points.indices.filter { index in
        !points.contains { other in
          zip(other, points[index]).allSatisfy { $0 >= $1 } && other != points[index]
        }
      }
      #expect(nonDominatedIndices(of: points) == expected)
    }
  }

  @Test("peels off rank by rank what the definition peels off", arguments: 1...4)
  func ranks(dimension: Int) {
    for seed in 0..<10 {
      let points = gridPoints(40, dimension: dimension, seed: seed)
      var expected = [Int](repeating: 0, count: points.count)
      var left = Array(points.indices)
      var rank = 0
      while !left.isEmpty {
        let front = nonDominatedIndices(of: left.map { points[$0] }).map { left[$0] }
        for index in front { expected[index] = rank }
        left.removeAll { front.contains($0) }
        rank += 1
      }
      #expect(nonDominatedRanks(of: points) == expected)
    }
  }

  @Test("never holds a NaN, which ranks last")
  func notANumber() {
    let points = [[1.0, 2.0], [.nan, 9.0], [2.0, 1.0], [0.0, 0.0]]
    #expect(nonDominatedIndices(of: points) == [0, 2])
    #expect(nonDominatedRanks(of: points) == [0, 2, 0, 1])
  }

  @Test("is crowded where neighbours are near, and never at its ends")
  func crowding() {
    let distances = crowdingDistances(of: [[0, 4], [1, 3], [1.5, 2.5], [4, 0]])
    #expect(distances[0] == .infinity && distances[3] == .infinity)
    #expect(distances[1] == 1.5 / 4 + 1.5 / 4)
    #expect(distances[2] == 3.0 / 4 + 3.0 / 4)
  }

  @Test("of nothing is empty")
  func empty() {
    #expect(nonDominatedIndices(of: []).isEmpty)
    #expect(nonDominatedRanks(of: []).isEmpty)
    #expect(crowdingDistances(of: []).isEmpty)
  }
}
