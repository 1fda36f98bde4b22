import Testing

@testable import RandomStreams

@Suite("a random stream")
struct RandomStreamTests {
  private func first(_ count: Int, of stream: RandomStream) -> [UInt64] {
    var stream = stream
    return (0..<count).map { _ in stream.next() }
  }

  @Test("repeats its numbers for the same key")
  func repeats() {
    let numbers = first(100, of: RandomStream(seed: 1, purpose: "shuffle", 2, 3))
    #expect(numbers == first(100, of: RandomStream(seed: 1, purpose: "shuffle", 2, 3)))
    #expect(Set(numbers).count == 100)
  }

  @Test("gives other numbers for another seed, purpose or index")
  func keys() {
    let streams = [
      RandomStream(seed: 1, purpose: "shuffle", 2, 3),
      RandomStream(seed: 2, purpose: "shuffle", 2, 3),
      RandomStream(seed: 1, purpose: "shuffles", 2, 3),
      RandomStream(seed: 1, purpose: "shufflf", 2, 3),
      RandomStream(seed: 1, purpose: "shuffle", 3, 2),
      RandomStream(seed: 1, purpose: "shuffle", 2),
      RandomStream(seed: 1, purpose: "shuffle", 2, 3, 0),
      RandomStream(seed: 1, purpose: "shuffle"),
      RandomStream(seed: 1, purpose: ""),
    ]
    let numbers = streams.flatMap { first(50, of: $0) }
    #expect(Set(numbers).count == numbers.count)
  }

  @Test("never takes an index for a letter of its purpose")
  func separation() {
    let collisions = (0..<200 as Range<UInt64>).filter { seed in
      first(1, of: RandomStream(seed: seed, purpose: "trial", 49))
        == first(1, of: RandomStream(seed: seed, purpose: "trial1"))
    }
    #expect(collisions.isEmpty, "one stream for two purposes with \(collisions.count) of 200 seeds")
  }

  /// Computed with an independent SplitMix64 in Python.
  @Test("gives these numbers on every machine, for ever")
  func pinned() {
    #expect(
      first(3, of: RandomStream(seed: 0, purpose: "")) == [
        0x3eab_37cc_7cb1_d2f9, 0xbaf4_39c8_4dd9_90c8, 0xde11_edac_2f82_fdf3,
      ])
    #expect(
      first(3, of: RandomStream(seed: 42, purpose: "shuffle", 3, -1)) == [
        0xd95d_fa76_95d5_a46c, 0x73f4_f5d6_8a21_5e08, 0xee04_37b8_cb91_6bf7,
      ])
  }

  @Test("is uniform on [0, 1)", arguments: 0..<4 as Range<Int>)
  func uniform(index: Int) {
    var stream = RandomStream(seed: 3, purpose: "uniform", index)
    let count = 100_000
    let numbers = (0..<count).map { _ in stream.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / Double(count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // Four standard errors: √(1/12n) of the mean, √(1/180n) of the variance.
    #expect(abs(mean - 0.5) < 4 * (1 / (12 * Double(count))).squareRoot())
    #expect(abs(variance - 1 / 12) < 4 * (1 / (180 * Double(count))).squareRoot())
    let lag = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) }
    #expect(abs(lag / Double(count)) < 4 / 12 / Double(count).squareRoot())
  }

  @Test("draws whole numbers evenly below a bound", arguments: [1, 2, 3, 7, 10, 100])
  func integers(bound: Int) {
    var stream = RandomStream(seed: 4, purpose: "integers", bound)
    let count = 50_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<count { counts[stream.integer(below: bound)] += 1 }
    let expected = Double(count) / Double(bound)
    let square = counts.reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    // χ² has the mean `bound` − 1 and the variance twice that; five deviations.
    let freedom = Double(bound - 1)
    #expect(square <= freedom + 5 * (2 * freedom).squareRoot())
  }

  @Test("draws normal numbers with mean 0, variance 1 and kurtosis 3")
  func normal() {
    var stream = RandomStream(seed: 5, purpose: "normal")
    let count = 100_000
    let numbers = (0..<count).map { _ in stream.normal() }
    let moments = (1...4).map { power in
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { p, _ in p * x } } / Double(count)
    }
    // Four standard errors, whose squares are 1, 2, 15 and 96 over n.
    for (moment, (expected, variance)) in zip(moments, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
      #expect(abs(moment - expected) < 4 * (variance / Double(count)).squareRoot())
    }
  }

  @Test("serves the standard library's shuffles")
  func generator() {
    var one = RandomStream(seed: 6, purpose: "shuffle")
    var two = RandomStream(seed: 6, purpose: "shuffle")
    #expect((0..<50).shuffled(using: &one) == (0..<50).shuffled(using: &two))
    #expect(one == two)
  }
}
