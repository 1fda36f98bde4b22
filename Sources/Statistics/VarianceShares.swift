import RandomStreams

/// How much of what tells the trials' outcomes apart the architecture explains, and how much the recipe.
///
/// Additive ridge regressions on one indicator for each value of each decision predict the trials that they have not
/// seen, ten folds in turn: by nothing but the mean (error E₀, summed squares), by the decisions of the architecture (Eₐ), by those of
/// the recipe (Eᵣ) and by both (Eₐᵣ). What a part adds to the other one is its own share:
///
///     architecture (Eᵣ − Eₐᵣ) / E₀     recipe (Eₐ − Eₐᵣ) / E₀     both 1 − Eₐᵣ / E₀
///
/// What is left of "both" is explained by either, since a search tries good recipes with good architectures. What is not
/// explained is chance and how architecture and recipe work together. Intervals resample the trials with
/// their errors; the fits stay. Source of the partition: Newton and Spurrell, "A development of
/// multiple regression for the analysis of routine data", Applied Statistics 16(1), 1967, doi:10.2307/2985237.
package struct VarianceShares: Sendable {
  /// What the architecture adds to the recipe.
  package let architecture: BootstrapEstimate
  /// What the recipe adds to the architecture.
  package let recipe: BootstrapEstimate
  /// What both explain together.
  package let both: BootstrapEstimate
  /// Trials.
  package let count: Int

  /// What either explains; below 0 where the two hide one another.
  package var either: Double { both.value - architecture.value - recipe.value }

  private static let fewest = 20
  private static let folds = 10

  /// Computes shares; nil for fewer than twenty trials, or where outcomes, architectures or recipes do not vary.
  ///
  /// - Parameters:
  ///   - levels: For each trial one number for each decision.
  ///   - networkDecisions: How many of the decisions are the architecture's: the first ones.
  package init?(levels: [[Int]], outcomes: [Double], networkDecisions: Int, seed: UInt64) {
    guard levels.count >= VarianceShares.fewest else { return nil }
    let trials = DecisionTrials(levels: levels, outcomes: outcomes)
    let varying = trials.varying
    let (own, recipe) = (
      varying.filter { $0 < networkDecisions }, varying.filter { $0 >= networkDecisions }
    )
    guard Set(trials.outcomes).count > 1, !own.isEmpty, !recipe.isEmpty else { return nil }
    func errors(_ decisions: [Int]) -> [Double] {
      VarianceShares.heldOutErrors(trials, decisions)
    }
    let (none, byOwn, byRecipe, byBoth) = (errors([]), errors(own), errors(recipe), errors(varying))
    func share(_ without: [Double], _ purpose: String) -> BootstrapEstimate? {
      var random = RandomStream(seed: seed, purpose: purpose)
      return BootstrapEstimate(count: none.count, using: &random) { indices in
        let all = indices.reduce(0) { $0 + none[$1] }
        return all > 0 ? indices.reduce(0) { $0 + without[$1] - byBoth[$1] } / all : nil
      }
    }
    guard let architecture = share(byRecipe, "architecture's share"),
      let recipe = share(byOwn, "recipe's share"), let both = share(none, "share of both")
    else { return nil }
    (self.architecture, self.recipe, self.both) = (architecture, recipe, both)
    count = trials.levels.count
  }

  /// Returns the squared error of each trial, predicted by the trials of the other folds.
  private static func heldOutErrors(_ trials: DecisionTrials, _ decisions: [Int]) -> [Double] {
    let design = IndicatorDesign(levels: trials.levels, decisions: decisions)
    let (rows, outcomes) = (trials.levels.map(design.row), trials.outcomes)
    var errors = [Double](repeating: 0, count: rows.count)
    for fold in 0..<folds {
      let seen = rows.indices.filter { $0 % folds != fold }
      let mean = seen.reduce(0) { $0 + outcomes[$1] } / Double(seen.count)
      let fit =
        decisions.isEmpty
        ? nil
        : trials.regression(seen.map { rows[$0] }, of: seen)
      for row in rows.indices where row % folds == fold {
        let miss = outcomes[row] - (fit?.value(of: rows[row]) ?? mean)
        errors[row] = miss * miss
      }
    }
    return errors
  }
}
