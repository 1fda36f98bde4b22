import Foundation

/// A counter-based stream of random numbers: value `i` depends only on the key and on `i`.
///
/// The key is a hash of what the numbers are for (study seed, trial, purpose, …), so a trial draws the
/// same numbers wherever and whenever it runs, and two purposes never share a stream.
///
/// The mixing function is SplitMix64's. Source: Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014, doi:10.1145/2660193.2660195.
public struct RandomStream: RandomNumberGenerator, Hashable, Sendable {
  private let key: UInt64
  private var counter: UInt64 = 0

  /// Creates the stream for one purpose.
  ///
  /// - Parameters:
  ///   - seed: The study's seed.
  ///   - purpose: What the numbers are for, such as `"shuffle"`; other purposes get other streams.
  ///   - indices: What tells this use from others of the same purpose, such as trial and epoch.
  public init(seed: UInt64, purpose: String, _ indices: Int...) {
    var key = RandomStream.mix(seed)
    for byte in purpose.utf8 { key = RandomStream.mix(key ^ UInt64(byte)) }
    // What ends the purpose: without it "trial1" and "trial" with index 49 could meet.
    key = RandomStream.mix(~key)
    for index in indices { key = RandomStream.mix(key &+ UInt64(bitPattern: Int64(index))) }
    self.key = key
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    counter &+= 1
    return RandomStream.mix(key &+ counter)
  }

  /// Returns a number drawn uniformly from [0, 1).
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Returns a whole number drawn uniformly from 0 ..< `bound`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive, got \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Returns a draw from the standard normal distribution.
  ///
  /// Source: Box and Muller, Annals of Mathematical Statistics 29(2), 1958.
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// SplitMix64's finaliser, after adding the golden-ratio increment.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
