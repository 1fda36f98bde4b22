/// Turns the levels of decisions into one indicator each.
struct IndicatorDesign {
  private let decisions: [Int]
  private let offsets: [[Int: Int]]
  private let width: Int

  init(levels: [[Int]], decisions: [Int]) {
    self.decisions = decisions
    var next = 0
    offsets = decisions.map { decision in
      var places: [Int: Int] = [:]
      for level in Set(levels.map { $0[decision] }).sorted() {
        places[level] = next
        next += 1
      }
      return places
    }
    width = next
  }

  func row(_ levels: [Int]) -> [Double] {
    var row = [Double](repeating: 0, count: width)
    for (decision, places) in zip(decisions, offsets) {
      if let place = places[levels[decision]] { row[place] = 1 }
    }
    return row
  }
}
