/// Which trials the surrogates learn from when there are too many for exact regression.
enum ObservationThinning {
  /// Trials that a model is made of at most: the cost of regression grows with the cube.
  static let most = 800
  /// The most trials that a model lasts for.
  private static let longestStep = 100
  private static let bandCount = 40

  /// Returns how many of the first trials a model is made of: all of a few, and then a number that
  /// rises in steps of a tenth.
  static func modelledCount(_ count: Int) -> Int {
    var modelled = count
    var next = 0
    while next <= count {
      modelled = next
      next += min(max(1, next / 10), longestStep)
    }
    return modelled
  }

  /// Returns the indices, ascending, of at most about `most` samples: all, or those that no cheaper
  /// one beats, half of `most` for the best by value among those of like cost, and an even selection of
  /// the others.
  ///
  /// The best are taken from bands of equal numbers of samples along the first cost, so that all of the
  /// front keeps its neighbours; the even selection keeps the trend.
  static func kept(_ samples: [(value: Double, cost: Double)], most: Int) -> [Int] {
    guard samples.count > most else { return Array(samples.indices) }
    let byCost = samples.indices.sorted {
      (samples[$0].cost, -samples[$0].value, $0) < (samples[$1].cost, -samples[$1].value, $1)
    }
    var isKept = [Bool](repeating: false, count: samples.count)
    var highest = -Double.infinity
    for index in byCost where samples[index].value > highest {
      highest = samples[index].value
      isKept[index] = true
    }
    for band in 0..<bandCount {
      let members = byCost[
        (band * samples.count / bandCount)..<((band + 1) * samples.count / bandCount)]
      let ranked = members.sorted { (-samples[$0].value, $0) < (-samples[$1].value, $1) }
      for index in ranked.prefix(most / (2 * bandCount)) { isKept[index] = true }
    }
    let others = samples.indices.filter { !isKept[$0] }
    let open = max(0, most - (samples.count - others.count))
    for position in 0..<open { isKept[others[position * others.count / open]] = true }
    return samples.indices.filter { isKept[$0] }
  }

  /// Returns the trials to learn from, oldest first, and how many of them the model is made of.
  static func thinned(
    _ trials: [MeasuredTrial], most: Int = ObservationThinning.most
  ) -> (trials: [MeasuredTrial], modelled: Int) {
    let count = modelledCount(trials.count)
    let first = trials.prefix(count).map {
      (value: $0.value, cost: $0.appraisal.costs.first ?? $0.measuredCosts.first ?? 0)
    }
    let kept = kept(first, most: most)
    return (kept.map { trials[$0] } + trials.dropFirst(count), kept.count)
  }
}
