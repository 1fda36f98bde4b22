import RandomStreams

/// A scrambled Halton sequence: points that fill the unit cube more evenly than random ones.
///
/// Coordinate j of point i is the digits of i in the j-th prime base, mirrored at the point. Each
/// digit place has a random permutation of its own, which breaks the correlation between
/// large bases that spoils the plain sequence beyond about ten dimensions.
///
/// Source: Owen, "A randomized Halton algorithm in R", 2017, arXiv:1706.02808.
public struct HaltonSequence: Sendable {
  /// The permutations of one coordinate, one row of `base` entries per digit place.
  private struct Coordinate: Sendable {
    let base: Int
    let permutations: [[Int]]
  }

  private let coordinates: [Coordinate]

  /// The number of coordinates of a point.
  public var dimension: Int { coordinates.count }

  /// Creates the sequence for a seed; other seeds scramble otherwise.
  public init(dimension: Int, seed: UInt64) {
    coordinates = HaltonSequence.primes(dimension).enumerated().map { index, base in
      var stream = RandomStream(seed: seed, purpose: "halton", index)
      var permutations: [[Int]] = []
      // As many digits as a Double's 53 bits hold; the later ones carry no index, only the
      // scramble.
      var resolution = 1.0
      while resolution > 0x1p-53 {
        permutations.append(Array(0..<base).shuffled(using: &stream))
        resolution /= Double(base)
      }
      return Coordinate(base: base, permutations: permutations)
    }
  }

  /// Returns point `index` (0, 1, 2, …), each coordinate in [0, 1).
  public func point(_ index: Int) -> [Double] {
    precondition(index >= 0, "a Halton index is not negative, got \(index)")
    return coordinates.map { coordinate in
      var remaining = index
      var place = 1.0
      var value = 0.0
      for permutation in coordinate.permutations {
        place /= Double(coordinate.base)
        value += place * Double(permutation[remaining % coordinate.base])
        remaining /= coordinate.base
      }
      return min(value, 1.0.nextDown)
    }
  }

  /// Returns the first `count` primes.
  private static func primes(_ count: Int) -> [Int] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
      let isPrime = primes.prefix { $0 * $0 <= candidate }.allSatisfy { candidate % $0 != 0 }
      if isPrime { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }
}
