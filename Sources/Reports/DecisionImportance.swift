import RandomStreams
import SearchSpaces
import Statistics

/// How much an outcome of the trials depends on each decision of the search space.
///
/// The method is permutation importance over an additive surrogate. The surrogate is a ridge regression on
/// one indicator for each value of each decision, and one for a decision that has no meaning. It is fitted to
/// a bootstrap resample of the trials and asked about the trials that the resample left out. There a decision's
/// values are permuted among the trials, and its importance is by how much the mean squared error grows, as
/// a share of the outcome's variance. Decisions that change nothing come out at 0 on average, and interactions are
/// not seen. It speaks of the trials of the search, which are no even sample of the space.
///
/// Source: Breiman, "Random forests", Machine Learning 45, 2001, section 10 (with another surrogate).
struct DecisionImportance: Sendable {
  /// One decision's importance: the median over the resamples and the interval that spans 95 % of them.
  struct Entry: Sendable {
    let name: String
    let median: Double
    let interval: ClosedRange<Double>
  }

  /// In the order of the space's decisions; those that never vary are left out.
  let entries: [Entry]
  /// The share of the variance, on trials that were left out, that the surrogate explains: its median over the resamples.
  let explained: Double
  let count: Int

  private static let resamples = 60
  /// Of more trials a part is used, evenly chosen.
  private static let most = 600
  private static let fewest = 12
  private static let strength = 1.0

  /// Computes importances; nil for fewer than a dozen trials, or where outcomes or decisions do not vary.
  init?(
    _ space: SearchSpace, _ trials: [(architecture: Architecture, outcome: Double)], seed: UInt64
  ) {
    guard trials.count >= DecisionImportance.fewest else { return nil }
    let step = max(1, (trials.count + DecisionImportance.most - 1) / DecisionImportance.most)
    let used = stride(from: 0, to: trials.count, by: step).map { trials[$0] }
    let outcomes = used.map(\.outcome)
    let mean = outcomes.reduce(0, +) / Double(outcomes.count)
    let variance =
      outcomes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(outcomes.count)
    let levels = used.map { space.levels(of: $0.architecture) }
    let varying = space.parameters.indices.filter { decision in
      Set(levels.map { $0[decision] }).count > 1
    }
    guard variance > 0, !varying.isEmpty else { return nil }
    let design = IndicatorDesign(levels: levels, decisions: varying)
    var growth = [[Double]](repeating: [], count: varying.count)
    var explained: [Double] = []
    for resample in 0..<DecisionImportance.resamples {
      var random = RandomStream(seed: seed, purpose: "importance", resample)
      let drawn = levels.indices.map { _ in random.integer(below: levels.count) }
      let isDrawn = Set(drawn)
      let rest = levels.indices.filter { !isDrawn.contains($0) }
      guard rest.count > 2 else { continue }
      let fit = RidgeRegression(
        drawn.map { design.row(levels[$0]) }, drawn.map { outcomes[$0] },
        strength: DecisionImportance.strength)
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
        name: space.parameters[decision].name,
        median: quantile(sorted, probability: 0.5),
        interval: quantile(sorted, probability: 0.025)...quantile(sorted, probability: 0.975))
    }
    self.explained = quantile(explained.sorted(), probability: 0.5)
    count = used.count
  }
}

extension SearchSpace {
  /// Returns a level for each decision: its choice counted from 1, and 0 where it has no meaning.
  func levels(of architecture: Architecture) -> [Int] {
    parameters.indices.map { isActive($0, in: architecture) ? architecture.choices[$0] + 1 : 0 }
  }
}

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
