import Comparisons

/// Studies compared with the first of them: who wins within each budget, what their fronts are worth, which students came
/// and went.
///
/// Winners are chosen by validation accuracy, as studies choose them, and judged by the test accuracy, by which nothing was
/// chosen: a chosen student's validation accuracy is a maximum, and the larger the more students were tried (the
/// winner's curse).
public struct StudyComparison: Sendable {
  public let baseline: FrontFile
  public let rule: ChangeRule
  /// One for each of the other studies.
  public let pairs: [Pair]

  /// One study compared with the baseline.
  public struct Pair: Sendable {
    public let after: FrontFile
    /// What verdicts are made on.
    public let split: FrontSplit
    public let differences: [QuestionDifference]
    public var budgets: [BudgetChange]
    public let hypervolume: Hypervolume
    /// Of all fully trained students, in the order of the first cost: those of both studies, then those that only
    /// one has.
    public var students: [StudentChange]
    /// How much trainings differ in the two studies, on `split`; nil where no student was trained twice.
    public let noise: (before: TrainingNoise?, after: TrainingNoise?)
    /// Budgets that cannot be compared, since a number is not in the files.
    public let unknownBudgets: [String]
    /// Whether one front is made of measured latencies and the other is not; then both are compared by predicted ones.
    public let hasMixedLatencies: Bool
  }

  /// The hypervolumes of two studies over one reference.
  public struct Hypervolume: Hashable, Sendable {
    public let metrics: [String]
    public let referenceAccuracy: Double
    /// The smallest costs that count, 0 where no budget says one.
    public let firstCosts: [Double]
    public let referenceCosts: [Double]
    public let difference: HypervolumeDifference
  }

  /// Compares studies.
  ///
  /// - Parameter cost: The only cost to compare by, at common levels; nil for the studies' own budgets and costs.
  /// - Throws: `ComparisonRefusal` where a comparison would lie.
  public init(
    baseline: FrontFile, others: [FrontFile], rule: ChangeRule = ChangeRule(), cost: String? = nil
  ) throws(ComparisonRefusal) {
    (self.baseline, self.rule) = (baseline, rule)
    var pairs: [Pair] = []
    for other in others {
      pairs.append(try PairComparison(baseline, other, rule, cost: cost).pair())
    }
    self.pairs = StudyComparison.judged(pairs, rule)
  }

  /// Returns the pairs with p-values corrected over all of them, budgets and students apart, and with verdicts.
  private static func judged(_ pairs: [Pair], _ rule: ChangeRule) -> [Pair] {
    var pairs = pairs
    let budgets = pairs.indices.flatMap { pair in
      pairs[pair].budgets.compactMap { budget in
        budget.difference.map { difference in
          (test: [String(pair), budget.before?.key, budget.after?.key], p: difference.pValue)
        }
      }
    }
    var ofBudgets = holmCorrected(budgets.map(\.p), of: budgets.map(\.test))[...]
    var ofStudents = holmCorrected(
      pairs.flatMap(\.students).compactMap { $0.difference?.pValue })[...]
    for index in pairs.indices {
      for budget in pairs[index].budgets.indices {
        pairs[index].budgets[budget].judge(rule, &ofBudgets)
      }
      for student in pairs[index].students.indices {
        pairs[index].students[student].judge(rule, &ofStudents)
      }
    }
    return pairs
  }
}
