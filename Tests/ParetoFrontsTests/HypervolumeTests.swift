import RandomStreams
import Testing

@testable import ParetoFronts

@Suite("the hypervolume")
struct HypervolumeTests {
  /// Sums the boxes' intersections over all subsets, with alternating signs.
  private func inclusionExclusion(_ points: [[Double]], _ reference: [Double]) -> Double {
    var volume = 0.0
    for subset in 1..<(1 << points.count) {
      var product = subset.nonzeroBitCount % 2 == 1 ? 1.0 : -1.0
      for coordinate in reference.indices {
        let members = points.indices.filter { subset >> $0 & 1 == 1 }
        let lowest = members.map { points[$0][coordinate] }.min() ?? 0
        product *= max(0, lowest - reference[coordinate])
      }
      volume += product
    }
    return volume
  }

  @Test("agrees with inclusion and exclusion", arguments: 1...5)
  func bruteForce(dimension: Int) {
    for round in 0..<20 {
      var random = RandomStream(seed: 2, purpose: "hypervolume test", round, dimension)
      // Some points lie beyond the reference, every third shares coordinates with another.
      var points = (0..<8).map { _ in (0..<dimension).map { _ in random.uniform() } }
      for index in stride(from: 0, to: 6, by: 3) { points[index][0] = points[index + 1][0] }
      let reference = [Double](repeating: 0.1, count: dimension)
      let expected = inclusionExclusion(points, reference)
      // Inclusion and exclusion itself cancels 255 terms of up to 1.
      #expect(abs(hypervolume(of: points, reference: reference) - expected) < 1e-13)
    }
  }

  @Test("does not depend on the order of the points, nor on dominated ones", arguments: 2...5)
  func invariance(dimension: Int) {
    var random = RandomStream(seed: 3, purpose: "hypervolume order", dimension)
    let points = (0..<40).map { _ in (0..<dimension).map { _ in random.uniform() } }
    let reference = [Double](repeating: 0, count: dimension)
    let volume = hypervolume(of: points, reference: reference)
    let front = nonDominatedIndices(of: points).map { points[$0] }
    #expect(abs(hypervolume(of: front, reference: reference) / volume - 1) < 1e-13)
    let shuffled = points.shuffled(using: &random)
    #expect(abs(hypervolume(of: shuffled, reference: reference) / volume - 1) < 1e-13)
  }

  @Test("of nothing, of NaN and of points at the reference is zero")
  func degenerate() {
    #expect(hypervolume(of: [], reference: [0, 0]) == 0)
    #expect(hypervolume(of: [[.nan, 1], [0, 5], [-1, 3]], reference: [0, 0]) == 0)
  }
}
