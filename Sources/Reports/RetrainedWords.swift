import Foundation
import Studies

/// What repetitions of a study with other seeds have chosen, in the words of the report and the command.
struct RetrainedWords: ChoiceWords {
  let retrained: RetrainedChoices

  /// The students of a budget that are listed besides the chosen one.
  private static let listed = 4

  static let columns: [ReportTable.Column] = [
    .init("budget"), .init("chosen", .number), .init("chosen again (%)", .number),
    .init("p by chance", .number), .init("entropy (bits)", .number), .init("chosen otherwise"),
    .init("accuracy of the choices (%)", .number), .init("next best"),
    .init("ahead by (points)", .number), .init("p", .number),
  ]

  var rows: [[String]] {
    retrained.choices.map { choice in
      [
        choice.budget ?? "all students", String(choice.trial), choice.share.percent(0),
        choice.chance.fixed(3), choice.entropyBits.fixed(2), rivals(choice),
        choice.accuracy.map { accuracy in
          accuracy.mean.percent(2) + (accuracy.deviation.map { " ± \($0.percent(2))" } ?? "")
            + (accuracy.split == "test" ? "" : ", \(accuracy.split)")
        } ?? "–",
        choice.runnerUp.map { "\($0.key), in \(counted($0.repetitions, "repetition"))" } ?? "–",
        choice.runnerUp.map { runner in
          "\(runner.difference.signedPoints) (\(runner.low.signedPoints) to \(runner.high.signedPoints))"
            + (runner.split == "test" ? "" : ", \(runner.split)")
        } ?? "–",
        choice.runnerUp.map { $0.pValue.fixed(3) } ?? "–",
      ]
    }
  }

  private func rivals(_ choice: RetrainedChoices.Choice) -> String {
    let others = choice.students.filter { $0.key != choice.key && $0.chosen > 0 }
    var shown = others.prefix(RetrainedWords.listed).map { "\($0.key): \($0.chosen.percent(0)) %" }
    if others.count > shown.count { shown.append("\(others.count - shown.count) more") }
    if choice.none > 0 { shown.append("none: \(choice.none.percent(0)) %") }
    return shown.isEmpty ? "–" : shown.joined(separator: "; ")
  }

  /// What was repeated, and how it is judged.
  var basis: [String] {
    let count = retrained.seeds.count
    var sentences = [
      "The whole study was run \(count == 1 ? "once" : "\(count) times") more, with the "
        + "\(count == 1 ? "seed" : "seeds") \(retrained.seeds.map(String.init).joined(separator: ", ")): teacher "
        + "where the study trains it, search and full trainings, on the same data and with the same budget. Students "
        + "are named by their keys, since trials have other numbers there.",
      "“p by chance” is the probability that as many repetitions choose as the study does, where each chooses at "
        + "random among the students that it has fully trained within the budget. Entropy 0 is always the same choice; "
        + "\(counted(count, "repetition")) can show at most \(log2(Double(count)).fixed(2)) bits.",
    ]
    if retrained.choices.contains(where: { $0.runnerUp != nil }) {
      sentences.append(
        "The next best is that of the study. It is compared by the repetitions that have trained both, which are new to "
          + "the choice, on the test images (McNemar’s test for single trainings, components of variance for several)."
      )
    }
    if !retrained.unfinished.isEmpty {
      sentences.append(
        "Left out, since they have not ended: seed "
          + retrained.unfinished.map(String.init).joined(separator: ", ") + ".")
    }
    if count < RetrainedWords.enough {
      sentences.append(
        "Shares and entropy of so few repetitions are rough: \(RetrainedWords.enough) or more say how often."
      )
    }
    return sentences
  }

  /// From here on shares are known to about 15 points.
  private static let enough = 10
}
