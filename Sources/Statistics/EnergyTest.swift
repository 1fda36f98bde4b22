import COpenBLAS
import Foundation
import RandomStreams

/// Whether two samples of vectors come from one distribution: the energy distance, with a permutation test.
///
///     E = 2·mean|x − y| − mean|x − x′| − mean|y − y′|
///
/// It is 0 for equal distributions alone, and any difference raises it: of places, of widths, of how the numbers go
/// together. Source: Székely and Rizzo, "Energy statistics: A class of statistics based on distances", Journal of
/// Statistical Planning and Inference 143(8), 2013.
public struct EnergyTest: Hashable, Sendable {
  /// E of the two samples, 0 or more.
  public let distance: Double
  /// E as a share of 2·mean|x − y|: 0 for equal distributions, 1 for two single points.
  public let coefficient: Double
  /// The share of permutations whose E is at least as large; see `init`.
  public let pValue: Double
  /// How many permutations were drawn.
  public let permutations: Int

  /// Compares two samples.
  ///
  /// Permutations are drawn until enough of them have an E at least as large, or the most are drawn. The p-value is
  /// valid either way. Source: Besag and Clifford, "Sequential Monte Carlo p-values", Biometrika 78(2), 1991.
  ///
  /// - Parameters:
  ///   - first: `[n, dimensions]`, n at least 1.
  ///   - second: `[m, dimensions]`, m at least 1.
  ///   - mostPermutations: The smallest p-value is 1 / (mostPermutations + 1).
  ///   - enough: After how many permutations with a larger E the test ends.
  public init(
    _ first: [Double], _ second: [Double], dimensions: Int, stream: RandomStream,
    mostPermutations: Int = 19_999, enough: Int = 20
  ) {
    _ = SymmetricFactor.useOneThread
    let (n, m) = (first.count / dimensions, second.count / dimensions)
    precondition(n > 0 && m > 0, "two samples have vectors")
    let distances = EnergyTest.distances(first + second, dimensions)
    let count = n + m
    let total = distances.reduce(0, +)
    /// E and 2·mean|x − y| for each of the groups, `[groups, count]`, 1 where a vector is in the first sample.
    func energies(_ groups: [Double], _ width: Int) -> [(energy: Double, between: Double)] {
      var products = [Double](repeating: 0, count: count * width)
      let (rows, columns) = (Int32(count), Int32(width))
      cblas_dgemm(
        CblasColMajor, CblasNoTrans, CblasNoTrans, rows, columns, rows, 1, distances, rows, groups,
        rows, 0, &products, rows)
      return (0..<width).map { group in
        var (within, fromFirst) = (0.0, 0.0)
        for place in group * count..<(group + 1) * count {
          within += groups[place] * products[place]
          fromFirst += products[place]
        }
        let across = fromFirst - within
        let between = 2 * across / Double(n * m)
        let energy =
          between - within / Double(n * n) - (total - within - 2 * across) / Double(m * m)
        return (energy, between)
      }
    }
    let split = [Double](repeating: 1, count: n) + [Double](repeating: 0, count: m)
    let found = energies(split, 1)[0]
    // Rounding must not make it negative.
    distance = max(0, found.energy)
    coefficient = found.between > 0 ? distance / found.between : 0

    var stream = stream
    var (drawn, larger) = (0, 0)
    let width = 250
    drawing: while drawn < mostPermutations {
      let draws = min(width, mostPermutations - drawn)
      var groups: [Double] = []
      groups.reserveCapacity(draws * count)
      for _ in 0..<draws {
        var group = split
        // The first n places of a shuffle are all that counts.
        for place in 0..<min(n, count - 1) {
          group.swapAt(place, place + stream.integer(below: count - place))
        }
        groups += group
      }
      for permuted in energies(groups, draws) {
        drawn += 1
        // Sums in another order differ in their last digits.
        if permuted.energy >= found.energy - 1e-12 * abs(found.between) { larger += 1 }
        if larger == enough { break drawing }
      }
    }
    permutations = drawn
    pValue =
      larger == enough ? Double(enough) / Double(drawn) : Double(larger + 1) / Double(drawn + 1)
  }

  /// Returns the Euclidean distances of all pairs, `[count, count]`.
  private static func distances(_ vectors: [Double], _ dimensions: Int) -> [Double] {
    let count = vectors.count / dimensions
    var distances = [Double](repeating: 0, count: count * count)
    vectors.withUnsafeBufferPointer { vectors in
      for i in 0..<count {
        for j in 0..<i {
          var sum = 0.0
          for k in 0..<dimensions {
            let difference = vectors[i * dimensions + k] - vectors[j * dimensions + k]
            sum += difference * difference
          }
          let distance = sum.squareRoot()
          distances[i * count + j] = distance
          distances[j * count + i] = distance
        }
      }
    }
    return distances
  }
}
