import RandomStreams

/// How much an outcome depends on each of several decisions, by trials that varied them.
///
/// The method is permutation importance over an additive surrogate. The surrogate is a ridge regression on
/// one indicator for each level of each decision. It is fitted to
/// a bootstrap resample of the trials and asked about the trials that the resample left out. There a decision's
/// levels are permuted among the trials, and its importance is by how much the mean squared error grows, as
/// a share of the outcome's variance. Decisions that change nothing come out at 0 on average, and interactions are
/// not seen. It speaks of the trials that it is given, which need not be an even sample.
///
/// Source: Breiman, "Random forests", Machine Learning 45, 2001, section 10 (with another surrogate).
package struct PermutationImportance: Sendable {
  /// One decision's importance: the median over the resamples and the interval that spans 95 % of them.
  package struct Entry: Sendable {
    /// The decision's place among the levels of a trial.
    package let decision: Int
    package let median: Double
    package let interval: ClosedRange<Double>
  }

  /// In the order of the decisions; those that never vary are left out.
  package let entries: [Entry]
  /// The share of the variance, on trials that were left out, that the surrogate explains: its median over the resamples.
  package let explained: Double
  /// Trials that were used.
  package let count: Int

  private static let resamples = 60
  private static let fewest = 12

  /// Computes importances; nil for fewer than a dozen trials, or where outcomes or decisions do not vary.
  ///
  /// - Parameter levels: For each trial one number for each decision.
  package init?(levels: [[Int]], outcomes: [Double], seed: UInt64) {
    guard levels.count >= PermutationImportance.fewest else { return nil }
    let trials = DecisionTrials(levels: levels, outcomes: outcomes)
    let (levels, outcomes, varying) = (trials.levels, trials.outcomes, trials.varying)
    let mean = outcomes.reduce(0, +) / Double(outcomes.count)
    let variance =
      outcomes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(outcomes.count)
    guard variance > 0, !varying.isEmpty else { return nil }
    let design = IndicatorDesign(levels: levels, decisions: varying)
    var growth = [[Double]](repeating: [], count: varying.count)
    var explained: [Double] = []
    for resample in 0..<PermutationImportance.resamples {
      var random = RandomStream(seed: seed, purpose: "importance", resample)
      let drawn = levels.indices.map { _ in random.integer(below: levels.count) }
      let isDrawn = Set(drawn)
      let rest = levels.indices.filter { !isDrawn.contains($0) }
      guard rest.count > 2 else { continue }
      let fit = trials.regression(drawn.map { design.row(levels[$0]) }, of: drawn)
      func error(_ rows: [[Int]]) -> Double {
        zip(rows, rest).reduce(0) { sum, pair in
          let miss = fit.value(of: design.row(pair.0)) - outcomes[pair.1]
          return sum + miss * miss
        } / Double(rest.count)
      }
      let own = rest.map { levels[$0] }
      let base = error(own)
      explained.append(1 - base / variance)
      for (index, decision) in varying.enumerated() {
        var order = Array(rest.indices)
        order.shuffle(using: &random)
        let permuted = own.indices.map { row in
          var changed = own[row]
          changed[decision] = own[order[row]][decision]
          return changed
        }
        growth[index].append((error(permuted) - base) / variance)
      }
    }
    guard !explained.isEmpty else { return nil }
    entries = zip(varying, growth).map { decision, values in
      let sorted = values.sorted()
      return Entry(
        decision: decision, median: quantile(sorted, probability: 0.5),
        interval: quantile(sorted, probability: 0.025)...quantile(sorted, probability: 0.975))
    }
    self.explained = quantile(explained.sorted(), probability: 0.5)
    count = levels.count
  }
}
