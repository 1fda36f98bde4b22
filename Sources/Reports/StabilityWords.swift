import Studies

/// How stable a study's choices are, in the words of the report and the command.
struct StabilityWords: ChoiceWords {
  let stability: ChoiceStability

  /// The students of a budget that are listed besides the chosen one.
  private static let listed = 4

  static let columns: [ReportTable.Column] = [
    .init("budget"), .init("chosen", .number), .init("chosen again (%)", .number),
    .init("is the best (%)", .number), .init("entropy (bits)", .number),
    .init("chosen otherwise"), .init("next best"), .init("ahead by (points)", .number),
    .init("p", .number),
  ]

  var rows: [[String]] {
    stability.choices.map { choice in
      [
        choice.budget ?? "all students", String(choice.trial), choice.share.percent(0),
        choice.probabilityOfBest.percent(0), choice.entropyBits.fixed(2), rivals(choice),
        choice.runnerUp.map { "trial \($0.trial)" } ?? "–",
        choice.runnerUp.map { runner in
          "\(runner.difference.signedPoints) (\(runner.low.signedPoints) to \(runner.high.signedPoints))"
        } ?? "–",
        choice.runnerUp.map { $0.pValue.fixed(3) } ?? "–",
      ]
    }
  }

  private func rivals(_ choice: ChoiceStability.Choice) -> String {
    let others = choice.students.filter { $0.trial != choice.trial && $0.chosen > 0 }
    var shown = others.prefix(StabilityWords.listed).map {
      "trial \($0.trial): \($0.chosen.percent(0)) %"
    }
    if others.count > shown.count { shown.append("\(others.count - shown.count) more") }
    if choice.none > 0 { shown.append("none: \(choice.none.percent(0)) %") }
    return shown.isEmpty ? "–" : shown.joined(separator: "; ")
  }

  /// What was repeated, and what stayed as it was.
  var basis: [String] {
    let varied =
      switch stability.varied {
      case .images: "other images in the validation split"
      case .seeds: "other seeds of the trainings"
      case .both: "other images in the validation split and other seeds of the trainings"
      }
    var sentences = [
      "In \(stability.repetitions) repetitions with \(varied) the students for the full training were chosen again by "
        + "their flash results, and of these the student of each budget. “Is the best” is the share of the "
        + "repetitions in which the student is the most accurate of those that the study has fully trained. Entropy 0 "
        + "is always the same choice, 1 two equally often. The p-value is that of no difference on the "
        + "validation images (McNemar’s test for single trainings, components of variance for several)."
    ]
    sentences.append(
      (stability.isPaired
        ? "Full trainings were judged on the same drawn images. "
        : "A journal does not say which images each full training classifies rightly, so each was drawn as if on others. ")
        + "Of flash trainings only accuracies are known: theirs are drawn as if each student had seen other images, "
        + "so that choices look less sure than they are. The search proposes the same students in every repetition."
    )
    if stability.varied != .images {
      sentences.append(
        "A student with a single full training varies by \(stability.trainingDeviation.percent(2)) points from "
          + "seed to seed, "
          + (stability.assumesTrainingDeviation
            ? "which is assumed, since no student was trained twice."
            : "as the students that were trained more than once do."))
    }
    if stability.imagined > 0 {
      sentences.append(
        "On average \(stability.imagined.fixed(1)) of a repetition’s fully trained students are not trained in the "
          + "study; what they come to is drawn from what flash predicts.")
    }
    return sentences
  }
}
