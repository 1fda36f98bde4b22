import RandomStreams
import Testing

@testable import Statistics

@Suite("a random permutation")
struct PermutationTests {
  @Test("holds every number once, and repeats for a seed", arguments: [0, 1, 2, 50])
  func isPermutation(count: Int) {
    var random = RandomStream(seed: 3, purpose: "permutation")
    var again = random
    let order = random.permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    #expect(order == again.permutation(of: count))
  }

  @Test("is each of the six of three numbers about as often")
  func uniform() {
    var random = RandomStream(seed: 4, purpose: "permutation")
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[random.permutation(of: 3), default: 0] += 1 }
    // Binomial(6000, 1/6) has a standard deviation of 29.
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 145 })
  }
}
