import Foundation
import Statistics

/// What the searches of a replay have in common: the figures of the search benchmark.
///
/// A search that ended early keeps its last value up to the budget, the length of the longest.
public struct ReplaySummary: Sendable {
  /// The mean over the searches of the share of the true hypervolume after some trials.
  public struct Checkpoint: Sendable {
    public let evaluations: Int
    public let mean: Double
    /// Of the mean, from the spread of the searches; nil for one search.
    public let standardError: Double?
    /// For each budget the mean of what the best row within it is missed by, in the metric's unit, and the
    /// standard error of that mean.
    public let regrets: [(mean: Double, standardError: Double?)]
    /// The wall-clock times of the proposals since the checkpoint before.
    public let seconds: Spread
  }

  /// The trials needed for a share of the true hypervolume.
  public struct Goal: Sendable {
    public let share: Double
    /// The first number of trials at which the mean curve reaches it; nil: never.
    public let meanCurve: Int?
    /// The trials that the median search needs; nil unless more than half reach it.
    public let medianRun: Double?
    /// The mean of the trials that the searches need, the budget for those that never reach it.
    public let meanRun: Double
    /// The part of the searches that reach it.
    public let reached: Double
  }

  /// A median and a 90th percentile.
  public struct Spread: Sendable {
    public let median: Double
    public let ninetieth: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      median = sorted.isEmpty ? .nan : quantile(sorted, probability: 0.5)
      ninetieth = sorted.isEmpty ? .nan : quantile(sorted, probability: 0.9)
    }
  }

  /// One rule for finalists.
  public struct Finalists: Sendable {
    public let rule: String
    public let mean: Double
    public let standardError: Double?
    /// The mean and its error of what it has more than the first rule, search by search; nil for the
    /// first.
    public let gain: (mean: Double, standardError: Double?)?
  }

  public let searches: Int
  public let budget: Int
  public let checkpoints: [Checkpoint]
  public let goals: [Goal]
  public let seconds: Spread
  public let finalists: [Finalists]

  /// The trials after which the curve is reported, as well as the last one.
  static let evaluations = [25, 50, 100, 150, 200, 500, 1000, 2000, 5000]
  /// The shares whose price in trials is reported.
  static let shares = [0.98, 0.99, 0.995]

  /// Sums up searches; at least one.
  public init(_ runs: [ReplayRun]) {
    self.init(
      curves: runs.map(\.curve), seconds: runs.map(\.proposalSeconds),
      finalists: runs.map(\.finalists), regrets: runs.map(\.regrets))
  }

  init(
    curves: [[Double]], seconds: [[Double]] = [], finalists: [[FinalistChoice]] = [],
    regrets: [[[Double]]] = []
  ) {
    precondition(curves.allSatisfy { !$0.isEmpty } && !curves.isEmpty, "a search has a trial")
    let budget = curves.map(\.count).max() ?? 0
    let held = curves.map { curve in
      curve + Array(repeating: curve.last ?? 0, count: budget - curve.count)
    }
    searches = curves.count
    self.budget = budget
    var checkpoints: [Checkpoint] = []
    for evaluations in Self.evaluations.filter({ $0 < budget }) + [budget] {
      let since = checkpoints.last?.evaluations ?? 0
      let (mean, error) = meanWithError(held.map { $0[evaluations - 1] })
      checkpoints.append(
        Checkpoint(
          evaluations: evaluations, mean: mean, standardError: error,
          regrets: (regrets.first?.indices ?? 0..<0).map { budget in
            meanWithError(regrets.map { $0[budget][min(evaluations, $0[budget].count) - 1] })
          },
          seconds: Spread(seconds.flatMap { $0.prefix(evaluations).dropFirst(since) })))
    }
    self.checkpoints = checkpoints
    let meanCurve = (0..<budget).map { index in
      held.reduce(0) { $0 + $1[index] } / Double(held.count)
    }
    goals = Self.shares.map { Goal(share: $0, curves: curves, meanCurve: meanCurve) }
    self.seconds = Spread(seconds.flatMap { $0 })
    let rules = finalists.first?.indices ?? 0..<0
    self.finalists = rules.map { index in
      let (mean, error) = meanWithError(finalists.map { $0[index].share })
      return Finalists(
        rule: finalists[0][index].rule, mean: mean, standardError: error,
        gain: index == 0
          ? nil : meanWithError(finalists.map { $0[index].share - $0[0].share }))
    }
  }
}

extension ReplaySummary.Goal {
  fileprivate init(share: Double, curves: [[Double]], meanCurve: [Double]) {
    func evaluations(_ curve: [Double]) -> Int? {
      curve.firstIndex { $0 >= share }.map { $0 + 1 }
    }
    let needed = curves.map(evaluations)
    let reaching = needed.compactMap { $0 }.sorted()
    self.share = share
    self.meanCurve = evaluations(meanCurve)
    // The middle of all searches, where those that never get there come last.
    let middle = reaching.dropFirst((curves.count - 1) / 2).prefix(curves.count % 2 == 0 ? 2 : 1)
    medianRun =
      2 * reaching.count <= curves.count
      ? nil : Double(middle.reduce(0, +)) / Double(middle.count)
    meanRun =
      needed.reduce(0) { $0 + Double($1 ?? meanCurve.count) } / Double(needed.count)
    reached = Double(reaching.count) / Double(curves.count)
  }
}

/// Returns the mean and its standard error, which is nil for a single value.
private func meanWithError(_ values: [Double]) -> (mean: Double, standardError: Double?) {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  guard values.count > 1 else { return (mean, nil) }
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (squares / (count - 1) / count).squareRoot())
}
