import SearchSpaces
import Statistics

/// How much an outcome of the trials depends on each decision of the search space, by name.
struct DecisionImportance: Sendable {
  /// One decision's importance: the median over the resamples and the interval that spans 95 % of them.
  struct Entry: Sendable {
    let name: String
    let median: Double
    let interval: ClosedRange<Double>
  }

  /// In the order of the space's decisions; those that never vary are left out.
  let entries: [Entry]
  /// The share of the variance, on trials that were left out, that the surrogate explains.
  let explained: Double
  let count: Int

  /// Computes importances; nil for fewer than a dozen trials, or where outcomes or decisions do not vary.
  init?(
    _ space: SearchSpace, _ trials: [(architecture: Architecture, outcome: Double)], seed: UInt64
  ) {
    guard
      let importance = PermutationImportance(
        levels: trials.map { space.levels(of: $0.architecture) }, outcomes: trials.map(\.outcome),
        seed: seed)
    else { return nil }
    entries = importance.entries.map {
      Entry(
        name: space.parameters[$0.decision].name, median: $0.median, interval: $0.interval)
    }
    explained = importance.explained
    count = importance.count
  }
}

extension VarianceShares {
  /// Computes the shares of a search space's architecture and recipe; nil as for levels.
  init?(
    _ space: SearchSpace, _ trials: [(architecture: Architecture, outcome: Double)], seed: UInt64
  ) {
    self.init(
      levels: trials.map { space.levels(of: $0.architecture) }, outcomes: trials.map(\.outcome),
      networkDecisions: space.networkParameterCount, seed: seed)
  }
}

extension SearchSpace {
  /// Returns a level for each decision: its choice counted from 1, and 0 where it has no meaning.
  fileprivate func levels(of architecture: Architecture) -> [Int] {
    parameters.indices.map { isActive($0, in: architecture) ? architecture.choices[$0] + 1 : 0 }
  }
}
