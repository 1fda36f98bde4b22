import Comparisons
import FileFormats
import FrontFiles

/// Writes a comparison as JSON, numbers with all their digits.
struct ComparisonJSON {
  static let format = "autodistill-compare/1"

  let comparison: StudyComparison

  /// The whole file.
  var text: String {
    JSONText.object([
      ("format", .text(Self.format)),
      ("confidence", JSONText(comparison.rule.confidence)),
      ("floor", JSONText(comparison.rule.floor)),
      ("before", study(comparison.baseline)),
      ("comparisons", .array(comparison.pairs.map(pair))),
    ]).formatted + "\n"
  }

  private func study(_ file: FrontFile) -> JSONText {
    .object([
      ("subject", .text(file.subject)), ("name", .text(file.name)),
      ("study_sha256", JSONText(file.hashes["study_sha256"])),
      ("trials", file.trialCount.map { JSONText($0) } ?? .null),
      ("students", JSONText(file.students.count)),
    ])
  }

  private func pair(_ pair: StudyComparison.Pair) -> JSONText {
    .object([
      ("after", study(pair.after)),
      ("answer", .text(PairText(pair, comparison).answer)),
      ("split", .text(pair.split.rawValue)),
      (
        "noise",
        .object([
          ("before", noise(pair.noise.before)), ("after", noise(pair.noise.after)),
        ])
      ),
      (
        "differences",
        .array(
          pair.differences.map {
            .object([
              ("what", .text($0.what)), ("before", .text($0.before)), ("after", .text($0.after)),
            ])
          })
      ),
      ("budgets", .array(pair.budgets.map { budget($0, pair) })),
      ("hypervolume", hypervolume(pair.hypervolume)),
      ("students", .array(pair.students.map { student($0, pair) })),
    ])
  }

  private func noise(_ noise: TrainingNoise?) -> JSONText {
    guard let noise else { return .null }
    return .object([
      ("run_variance", JSONText(noise.runVariance)),
      ("effect_variance", JSONText(noise.effectVariance)),
      ("degrees_of_freedom", JSONText(noise.freedom)),
    ])
  }

  private func budget(_ budget: BudgetChange, _ pair: StudyComparison.Pair) -> JSONText {
    .object(
      [
        ("name", .text(budget.name)),
        ("bounds", .array(budget.bounds.map { .text($0.description) })),
        ("confidence", JSONText(budget.confidence)),
        ("before", winner(budget.before, comparison.baseline, pair)),
        ("after", winner(budget.after, pair.after, pair)),
      ] + change(budget.difference, budget.threshold, budget.pValue, budget.verdict) + [
        (
          "stability",
          .object([
            ("before", stability(budget.stability.before, budget.shareBefore)),
            ("after", stability(budget.stability.after, budget.shareAfter)),
          ])
        )
      ])
  }

  private func winner(
    _ student: FrontStudent?, _ file: FrontFile, _ pair: StudyComparison.Pair
  ) -> JSONText {
    guard let student else { return .null }
    let metrics = pair.hypervolume.metrics
    return .object(
      [
        ("key", .text(student.key)), ("trial", student.trial.map { JSONText($0) } ?? .null),
        ("on_front", JSONText(student.isOnFront)),
        ("validation_accuracy", JSONText(student.validation.mean)),
        ("test_accuracy", JSONText(student.test?.mean)),
      ] + metrics.map { ($0, JSONText(file.value(of: $0, student)?.value)) })
  }

  private func change(
    _ difference: AccuracyDifference?, _ threshold: Double, _ pValue: Double?,
    _ verdict: ChangeVerdict?
  ) -> [(String, JSONText)] {
    [
      ("difference", JSONText(difference?.value)),
      ("low", JSONText(difference?.interval.lowerBound)),
      ("high", JSONText(difference?.interval.upperBound)),
      ("p", JSONText(difference?.pValue)), ("p_holm", JSONText(pValue)),
      ("method", JSONText(difference?.method.rawValue)), ("threshold", JSONText(threshold)),
      ("verdict", JSONText(verdict?.rawValue)),
    ]
  }

  private func stability(_ stability: SelectionStability?, _ share: Double?) -> JSONText {
    guard let stability else { return .null }
    return .object([
      ("share", JSONText(share)), ("entropy_bits", JSONText(stability.entropyBits)),
      ("students", JSONText(stability.shares.count)),
    ])
  }

  private func hypervolume(_ volume: StudyComparison.Hypervolume) -> JSONText {
    let difference = volume.difference
    return .object([
      ("metrics", .array(volume.metrics.map(JSONText.text))),
      ("reference_accuracy", JSONText(volume.referenceAccuracy)),
      ("first_costs", .array(volume.firstCosts.map { JSONText($0) })),
      ("reference_costs", .array(volume.referenceCosts.map { JSONText($0) })),
      ("before", JSONText(difference.before)), ("after", JSONText(difference.after)),
      ("difference", JSONText(difference.value)),
      ("low", JSONText(difference.interval.lowerBound)),
      ("high", JSONText(difference.interval.upperBound)),
      ("paired", JSONText(difference.isPaired)),
    ])
  }

  private func student(_ change: StudentChange, _ pair: StudyComparison.Pair) -> JSONText {
    .object(
      [
        ("key", .text(change.key)),
        ("standing_before", JSONText(change.standing.before?.rawValue)),
        ("standing_after", JSONText(change.standing.after?.rawValue)),
        ("before", winner(change.before, comparison.baseline, pair)),
        ("after", winner(change.after, pair.after, pair)),
      ] + self.change(change.difference, change.threshold, change.pValue, change.verdict))
  }
}

extension JSONText {
  /// Creates a number with all its digits, or null if it is not known or not finite.
  init(_ value: Double?) {
    guard let value, value.isFinite else {
      self = .null
      return
    }
    self = .literal("\(value)")
  }
}
