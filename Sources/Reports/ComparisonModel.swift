import Comparisons
import Foundation
import FrontFiles

/// A comparison as plain text in sections, before any format.
///
/// No string in it is escaped; the writers do that.
struct ComparisonModel {
  /// A heading and what stands under it.
  struct Section {
    let title: String
    /// Whether Markdown folds it; the answer itself is never folded.
    let isFolded: Bool
    let blocks: [Block]
  }

  enum Block {
    case paragraph(String)
    case list([String])
    case table(ReportTable)
    case chart
  }

  let comparison: StudyComparison
  let title: String
  /// The answer in sentences, one for each compared study.
  let headline: [String]
  let sections: [Section]

  init(_ comparison: StudyComparison) {
    self.comparison = comparison
    let names = [comparison.baseline] + comparison.pairs.map(\.after)
    title = names.map(\.subject).joined(separator: " → ")
    headline = comparison.pairs.map { PairText($0, comparison).answer }
    let texts = comparison.pairs.map { PairText($0, comparison) }
    sections =
      texts.map(\.budgets)
      + [Section(title: "Fronts", isFolded: false, blocks: [.chart])]
      + texts.flatMap { [$0.hypervolume, $0.question, $0.winners, $0.students] }
      + [ComparisonModel.method(comparison)]
  }

  /// What the words mean.
  private static func method(_ comparison: StudyComparison) -> Section {
    let rule = comparison.rule
    let level = (100 * rule.confidence).general
    return Section(
      title: "How this is judged", isFolded: true,
      blocks: [
        .list([
          "A difference is real where p < \((1 - rule.confidence).general) after Holm's correction for all different "
            + "pairs of winners, and |Δ| ≥ max(\((100 * rule.floor).general) points, 3 × noise of training); "
            + "otherwise it is marked ~.",
          "Students are chosen by validation accuracy, and judged by test accuracy where both studies "
            + "have one: a chosen student's validation accuracy is a maximum and too high (the winner's curse).",
          "Where each image's answer is known, p is McNemar's mid-p and the interval Tango's (\(level) %), or with "
            + "several trainings that of the components of variance (images and trainings); otherwise the images "
            + "are taken as different ones (Newcombe), which shows less. Intervals are those of one comparison alone.",
          "A student of a front dominates where it is more accurate than every student that costs no more, and tied "
            + "where that may be chance (validation accuracies, corrected for the number of pairs).",
          "Hypervolume: the mean over all budgets, from the smallest that is asked for (or nothing) to the reference cost, of what "
            + "the student that validation chooses within them reaches above the reference accuracy; its interval is that of "
            + "resampled images, and of trainings where a student was trained more than once.",
          "Stability: in how many of 1,000 resamples of the validation images, and of trainings where a student was trained "
            + "more than once, the same student would be chosen, and the entropy of that choice.",
        ])
      ])
  }
}

extension ChangeVerdict {
  /// As tables show it.
  var word: String { self == .tied ? "~" : rawValue }
}

extension Double {
  /// The number as it was written, up to six digits: `95`, `0.3`.
  var general: String { String(format: "%g", self) }
}
