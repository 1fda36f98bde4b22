/// Trials that differ in several decisions, with an outcome each, for additive regressions on the decisions.
struct DecisionTrials {
  /// For each trial one number for each decision.
  let levels: [[Int]]
  let outcomes: [Double]
  /// The decisions whose levels are not the same in all trials, ascending.
  let varying: [Int]

  /// Of more trials a part is used, evenly chosen.
  private static let most = 600
  private static let strength = 1.0

  /// - Parameters:
  ///   - levels: At least one trial.
  ///   - outcomes: As many.
  init(levels: [[Int]], outcomes: [Double]) {
    let step = max(1, (levels.count + DecisionTrials.most - 1) / DecisionTrials.most)
    let used = stride(from: 0, to: levels.count, by: step)
    let kept = used.map { levels[$0] }
    varying = kept[0].indices.filter { decision in Set(kept.map { $0[decision] }).count > 1 }
    (self.levels, self.outcomes) = (kept, used.map { outcomes[$0] })
  }

  /// Returns a ridge regression of the outcomes of some trials on their rows of a design.
  func regression(_ rows: [[Double]], of trials: [Int]) -> RidgeRegression {
    RidgeRegression(rows, trials.map { outcomes[$0] }, strength: DecisionTrials.strength)
  }
}
