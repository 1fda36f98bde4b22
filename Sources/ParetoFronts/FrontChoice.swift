/// The choice of a few points that stand for a front.
///
/// The non-dominated points come first, then those that only they dominate, and so on. Where not all of
/// a rank can be taken, the set grows by the point that adds the most hypervolume.
public enum FrontChoice {
  /// Returns the indices of at most `count` points, in the order of choice; every coordinate is a number and to
  /// be maximised.
  public static func indices(of vectors: [[Double]], count: Int) -> [Int] {
    let points = normalized(vectors)
    let ranks = nonDominatedRanks(of: points)
    // A twentieth of each range below its worst, so that the ends of the front have a volume too.
    let reference = [Double](repeating: -0.05, count: vectors.first?.count ?? 0)
    var chosen: [Int] = []
    for rank in Set(ranks).sorted() {
      var candidates = points.indices.filter { ranks[$0] == rank }
      while !candidates.isEmpty && chosen.count < count {
        let volumes = candidates.map { candidate in
          hypervolume(of: (chosen + [candidate]).map { points[$0] }, reference: reference)
        }
        guard let best = volumes.indices.max(by: { volumes[$0] < volumes[$1] }) else { break }
        chosen.append(candidates.remove(at: best))
      }
    }
    return chosen
  }

  /// Returns the vectors with each coordinate scaled to 0…1 over all of them.
  private static func normalized(_ vectors: [[Double]]) -> [[Double]] {
    let columns = (vectors.first?.indices ?? 0..<0).map { column in vectors.map { $0[column] } }
    return vectors.map { vector in
      zip(vector, columns).map { value, column in
        let (low, high) = (column.min() ?? 0, column.max() ?? 0)
        return high > low ? (value - low) / (high - low) : 1
      }
    }
  }
}
