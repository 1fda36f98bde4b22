// Dominance, fronts and ranks of points whose every coordinate is to be maximised (negate a cost).
//
// Equal points do not dominate one another, so all of them are kept. A point with a NaN is on no
// front. Every result lists indices in ascending order or by index, so ties are always broken
// alike.

/// Returns whether `a` is nowhere worse than `b` and somewhere better; every coordinate is
/// maximised.
public func dominates(_ a: [Double], _ b: [Double]) -> Bool {
  precondition(a.count == b.count, "points of \(a.count) and \(b.count) coordinates")
  var isBetter = false
  for (x, y) in zip(a, b) {
    if !(x >= y) { return false }
    if x > y { isBetter = true }
  }
  return isBetter
}

/// Returns the indices of the points that no other point dominates, ascending.
public func nonDominatedIndices(of points: [[Double]]) -> [Int] {
  // A dominating point comes first in descending lexicographic order, so a point
  // needs comparing only with the front found so far.
  let candidates = points.indices.filter { !points[$0].contains(where: \.isNaN) }
  let order = candidates.sorted { a, b in
    if points[a] == points[b] { return a < b }
    return points[b].lexicographicallyPrecedes(points[a])
  }
  var front: [Int] = []
  for index in order where !front.contains(where: { dominates(points[$0], points[index]) }) {
    front.append(index)
  }
  return front.sorted()
}

/// Returns each point's rank: 0 on the front, 1 on the front of what is left without it, and so on.
///
/// Points with a NaN share the last rank of their own. Cost O(M·N²).
///
/// Source: the fast non-dominated sort of Deb et al., "A fast and elitist multiobjective genetic
/// algorithm: NSGA-II", IEEE TEC 6(2), 2002, doi:10.1109/4235.996017.
public func nonDominatedRanks(of points: [[Double]]) -> [Int] {
  let valid = points.indices.filter { !points[$0].contains(where: \.isNaN) }
  var dominatorCount = [Int](repeating: 0, count: points.count)
  var dominated = [[Int]](repeating: [], count: points.count)
  for (position, a) in valid.enumerated() {
    for b in valid[(position + 1)...] {
      if dominates(points[a], points[b]) {
        dominated[a].append(b)
        dominatorCount[b] += 1
      } else if dominates(points[b], points[a]) {
        dominated[b].append(a)
        dominatorCount[a] += 1
      }
    }
  }
  var ranks = [Int?](repeating: nil, count: points.count)
  var front = valid.filter { dominatorCount[$0] == 0 }
  var rank = 0
  while !front.isEmpty {
    var next: [Int] = []
    for index in front {
      ranks[index] = rank
      for other in dominated[index] {
        dominatorCount[other] -= 1
        if dominatorCount[other] == 0 { next.append(other) }
      }
    }
    rank += 1
    front = next
  }
  return ranks.map { $0 ?? rank }
}

/// Returns NSGA-II's crowding distance of each point among all given: large where neighbours are
/// far.
///
/// Extreme points of a coordinate get `infinity`. Pass the points of one rank. Source: as for
/// `nonDominatedRanks(of:)`, section III.B.
public func crowdingDistances(of points: [[Double]]) -> [Double] {
  var distances = [Double](repeating: 0, count: points.count)
  for coordinate in 0..<(points.first?.count ?? 0) {
    let order = points.indices.sorted { a, b in
      let (x, y) = (points[a][coordinate], points[b][coordinate])
      return x == y ? a < b : x < y
    }
    let low = points[order[0]][coordinate]
    let range = points[order[order.count - 1]][coordinate] - low
    // A coordinate in which all agree says nothing about crowding.
    guard range > 0, range.isFinite else { continue }
    distances[order[0]] = .infinity
    distances[order[order.count - 1]] = .infinity
    for position in order.indices.dropFirst().dropLast() {
      let gap = points[order[position + 1]][coordinate] - points[order[position - 1]][coordinate]
      distances[order[position]] += gap / range
    }
  }
  return distances
}
