extension ReplayTable {
  /// Returns by how much the best of the first n rows within a budget falls short of the table's best there,
  /// in the metric's unit, for n from 1. While none of them is within it, the worst value of the table counts.
  func regret(within budget: Int, of rows: [Int]) -> [Double] {
    let allowed = Set(self.rows(within: budget))
    let best = allowed.reduce(-Double.infinity) { max($0, values[$1]) }
    var found = values.lazy.filter { !$0.isNaN }.min() ?? best
    return rows.map { row in
      if allowed.contains(row) { found = max(found, values[row]) }
      return best - found
    }
  }
}
