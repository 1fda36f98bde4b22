import Foundation
import Statistics

/// The population stability index of two samples: by how much shares have moved between the bins of the first one.
///
///     PSI = Σ (q − p) · ln(q / p)
///
/// with p and q the bins' shares of the first and of the second sample. By custom 0.1 is worth a look and 0.25 is a
/// change; samples of n and m values of one distribution have about (bins − 1)·(1/n + 1/m). A half is added to each
/// count, so that an empty bin is no infinity. Source: Siddiqi, "Credit risk scorecards", Wiley 2006.
public enum PopulationStability {
  /// As many bins as is the custom, each with as many values of the first sample.
  static let bins = 10

  /// Returns the index of two lists of counts of the same bins.
  public static func index(_ first: [Int], _ second: [Int]) -> Double {
    precondition(first.count == second.count, "\(first.count) and \(second.count) bins")
    func shares(_ counts: [Int]) -> [Double] {
      let total = Double(counts.reduce(0, +)) + 0.5 * Double(counts.count)
      return counts.map { (Double($0) + 0.5) / total }
    }
    return zip(shares(first), shares(second)).reduce(0) { sum, pair in
      sum + (pair.1 - pair.0) * log(pair.1 / pair.0)
    }
  }

  /// Returns the index of two samples of numbers.
  ///
  /// - Precondition: Both are ascending and not empty.
  public static func index(ascending first: [Double], _ second: [Double]) -> Double {
    let edges = edges(first)
    return index(counts(first, edges), counts(second, edges))
  }

  /// Returns the upper ends of all bins but the last: values that are equal are in one bin, so that there are fewer
  /// bins where many are.
  static func edges(_ ascending: [Double]) -> [Double] {
    var edges: [Double] = []
    for bin in 1..<bins {
      let edge = quantile(ascending, probability: Double(bin) / Double(bins))
      if edge > edges.last ?? -.infinity && edge < ascending[ascending.count - 1] {
        edges.append(edge)
      }
    }
    // Where all values are one, others lie below or above it.
    return edges.isEmpty ? [ascending[0].nextDown, ascending[0]] : edges
  }

  /// Returns how many values lie in each bin, those at an edge below it.
  static func counts(_ ascending: [Double], _ edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count + 1)
    var bin = 0
    for value in ascending {
      while bin < edges.count && value > edges[bin] { bin += 1 }
      counts[bin] += 1
    }
    return counts
  }
}
