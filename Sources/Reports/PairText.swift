import Comparisons
import FrontFiles

/// One study compared with another, in words and tables.
struct PairText {
  let pair: StudyComparison.Pair
  let comparison: StudyComparison

  init(_ pair: StudyComparison.Pair, _ comparison: StudyComparison) {
    (self.pair, self.comparison) = (pair, comparison)
  }

  private var before: FrontFile { comparison.baseline }
  private var after: FrontFile { pair.after }
  private var level: String { (100 * comparison.rule.confidence).general }
  /// What several comparisons put behind a title.
  private var suffix: String { comparison.pairs.count > 1 ? ": \(after.subject)" : "" }
}

extension PairText {
  /// The answer in one sentence.
  var answer: String {
    let known = pair.budgets.filter { $0.verdict != nil }
    func within(_ verdict: ChangeVerdict) -> [String] {
      known.filter { $0.verdict == verdict }.map(\.name)
    }
    let (better, worse) = (within(.better), within(.worse))
    let all = counted(known.count, "budget")
    if comparison.baseline.isSameReport(as: after) {
      return "\(after.subject) and \(before.subject) are the same study."
    }
    if pair.budgets.isEmpty {
      return "\(after.subject) and \(before.subject) have no budget that both could be compared by."
    }
    if known.isEmpty { return "No student of either study keeps any of the budgets." }
    if better.isEmpty && worse.isEmpty {
      return "\(after.subject) cannot be told apart from \(before.subject) (~) within "
        + (known.count == 1 ? "the only budget." : "any of \(all).")
    }
    var parts: [String] = []
    if !worse.isEmpty { parts.append("worse within \(named(worse, of: known.count))") }
    if !better.isEmpty { parts.append("better within \(named(better, of: known.count))") }
    let rest = known.count - better.count - worse.count
    return "\(after.subject) is \(parts.joined(separator: " and ")) of \(all) than "
      + "\(before.subject)" + (rest > 0 ? "; within \(rest) they cannot be told apart (~)." : ".")
  }

  /// `1 (latency_ms<=2)`: how many budgets, and which, where these are few and not all.
  private func named(_ budgets: [String], of all: Int) -> String {
    budgets.count <= 3 && budgets.count < all
      ? "\(budgets.count) (\(budgets.joined(separator: "; ")))" : "\(budgets.count)"
  }

  /// Who wins within each budget.
  var budgets: ComparisonModel.Section {
    let rows = pair.budgets.map { budget in
      [
        budget.name, accuracy(budget.before), accuracy(budget.after),
        budget.difference?.value.signedPoints ?? "–",
        budget.difference.map { interval($0.interval) } ?? "–",
        budget.pValue.map(Self.probability) ?? "–",
        budget.difference == nil ? "–" : budget.threshold.percent(2), budget.verdict?.word ?? "–",
      ]
    }
    let table = ReportTable(
      caption: "The best student within each budget, \(pair.split) accuracy",
      columns: [
        .init("budget"), .init("before (\(pair.split) accuracy)", .number),
        .init("after", .number), .init("Δ points", .number), .init("\(level) % interval", .number),
        .init("p (Holm)", .number), .init("counts from (points)", .number), .init("verdict"),
      ], rows: rows)
    return ComparisonModel.Section(
      title: "Best student within each budget\(suffix)", isFolded: false,
      blocks: [.table(table)] + ([keepingRule].compactMap(\.self) + caveats).map { .paragraph($0) })
  }

  /// When a predicted cost keeps a budget; nil where there is none.
  private var keepingRule: String? {
    let levels = Set(pair.budgets.map(\.confidence))
    guard let level = levels.first, levels.count == 1 else { return nil }
    return level > 0.5
      ? "A predicted cost keeps a budget where it does so with \((100 * level).general) % confidence."
      : "A predicted cost keeps these levels where the prediction itself does, whatever its error: budgets of a "
        + "study ask for more."
  }

  private func accuracy(_ student: FrontStudent?) -> String {
    student?.accuracy(on: pair.split).map(\.mean.percentage) ?? "none"
  }

  private func interval(_ range: ClosedRange<Double>) -> String {
    "\(range.lowerBound.signedPoints) to \(range.upperBound.signedPoints)"
  }

  static func probability(_ p: Double) -> String { p < 0.001 ? "< 0.001" : p.fixed(3) }

  /// What trainings are assumed to differ by, in points: the range over the students that were compared.
  private var assumedNoise: String? {
    let sides =
      pair.budgets.filter { $0.difference != nil }.flatMap { [$0.before, $0.after] }
      + pair.students.filter { $0.difference != nil }.flatMap { [$0.before, $0.after] }
    let points = sides.compactMap { $0?.accuracy(on: pair.split) }.map {
      100 * ChangeRule.assumedRunDeviation(accuracy: $0.mean, images: $0.count)
    }
    guard let least = points.min()?.fixed(2), let most = points.max()?.fixed(2) else { return nil }
    return least == most ? least : "\(least) to \(most)"
  }

  /// What limits the verdicts.
  private var caveats: [String] {
    var sentences: [String] = []
    if pair.split == .validation {
      sentences.append(
        "A study has no test accuracies, so verdicts are by the validation split, by which the students were chosen: "
          + "both accuracies are too high (the winner's curse).")
    }
    let methods = Set(pair.budgets.compactMap { $0.difference?.method })
    if methods.contains(.unpaired) {
      sentences.append(
        "The files do not say which images each student classifies rightly, so the images are taken as different ones: "
          + "smaller differences would show if they did.")
    }
    if pair.noise.before == nil || pair.noise.after == nil {
      let which =
        pair.noise.before == nil && pair.noise.after == nil
        ? "Neither study trained a student" : "One of the studies trained no student"
      sentences.append(
        "\(which) twice, so the noise of its trainings is not known"
          + (assumedNoise.map {
            "; \($0) points a training are assumed, and \"better\" and \"worse\" hold only where that is right. "
          } ?? ". ")
          + "\"finalists\": {\"seeds\": 3} would measure it.")
    }
    if let mine = before.trialCount, let others = after.trialCount, mine != others {
      sentences.append(
        "The studies had \(mine) and \(others) trials: a better student may come of more trials rather than of what else "
          + "differs.")
    }
    if pair.hasMixedLatencies {
      sentences.append(
        "One front is made of measured latencies, the other of predicted ones; both are compared by predicted ones."
      )
    }
    for name in pair.unknownBudgets {
      sentences.append(
        "Within \(name) nothing is compared: a cost that it limits is not in both files.")
    }
    for file in [before, after] where !file.isComplete {
      sentences.append("\(file.subject) is not finished.")
    }
    return sentences
  }

  /// What the fronts are worth as wholes.
  var hypervolume: ComparisonModel.Section {
    let volume = pair.hypervolume
    let difference = volume.difference
    let excludesZero = difference.interval.lowerBound > 0 || difference.interval.upperBound < 0
    let costs = volume.metrics.indices.map { index in
      let first = volume.firstCosts[index]
      return "\(volume.metrics[index]) "
        + (first > 0 ? "\(first.general) to " : "") + volume.referenceCosts[index].general
    }
    return ComparisonModel.Section(
      title: "Hypervolume\(suffix)", isFolded: false,
      blocks: [
        .paragraph(
          "\(difference.before.percent(2)) → \(difference.after.percent(2)) points, "
            + "Δ \(difference.value.signedPoints) (\(level) % \(interval(difference.interval)))"
            + "\(excludesZero ? "" : ", ~"); reference: \(pair.split) accuracy "
            + "\(volume.referenceAccuracy.percentage), \(costs.joined(separator: ", "))"
            + (difference.isPaired ? "." : "; images taken as different ones.")
            + (isAtOdds
              ? " It is the mean over all budgets up to the reference and has no threshold for the noise of trainings: "
                + "the verdicts above are those on the budgets that are asked for." : ""))
      ])
  }

  /// Whether the hypervolume says another thing than the verdicts.
  private var isAtOdds: Bool {
    let interval = pair.hypervolume.difference.interval
    let verdicts = Set(pair.budgets.compactMap(\.verdict))
    if interval.lowerBound > 0 { return !verdicts.contains(.better) || verdicts.contains(.worse) }
    if interval.upperBound < 0 { return !verdicts.contains(.worse) || verdicts.contains(.better) }
    return verdicts.contains(.better) || verdicts.contains(.worse)
  }

  /// What differs apart from the results.
  var question: ComparisonModel.Section {
    let differences = pair.differences
    return ComparisonModel.Section(
      title: "What differs in the question\(suffix)", isFolded: false,
      blocks: differences.isEmpty
        ? [.paragraph("Nothing that the files tell.")]
        : [
          .table(
            ReportTable(
              caption: "What differs in the question",
              columns: [.init(""), .init("before"), .init("after")],
              rows: differences.map { [$0.what, $0.before, $0.after] }))
        ])
  }
}
