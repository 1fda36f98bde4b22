/// Returns what is lost by trusting a score: the best value less the best among the `top` subjects of the
/// highest scores, the first of equals; nil if there are none.
public func selectionRegret(of scores: [Double], against values: [Double], top: Int) -> Double? {
  precondition(scores.count == values.count, "\(scores.count) scores, \(values.count) values")
  let chosen = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(top)
  guard let best = values.max(), let found = chosen.map({ values[$0] }).max() else { return nil }
  return best - found
}
