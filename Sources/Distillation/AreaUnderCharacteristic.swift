/// Returns the area under the receiver operating characteristic: the probability that a positive example
/// has a higher score than a negative one, where a tie counts half.
///
/// It is the statistic of Mann and Whitney, from ranks. Source: Hanley and McNeil, Radiology 143(1), 1982.
///
/// - Returns: 0…1, or nil if all examples are positive or none is.
func areaUnderCharacteristic(scores: [Double], isPositive: [Bool]) -> Double? {
  let positives = isPositive.count { $0 }
  let negatives = isPositive.count - positives
  guard positives > 0, negatives > 0 else { return nil }
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  // Twice the ranks, which stay whole where those of equal scores are averaged.
  var doubledRanks = 0
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    // Ranks start + 1 … end, whose mean is half of start + 1 + end.
    doubledRanks += (start + 1 + end) * order[start..<end].count { isPositive[$0] }
    start = end
  }
  let wins = Double(doubledRanks - positives * (positives + 1)) / 2
  return wins / (Double(positives) * Double(negatives))
}
