import BayesianOptimization
import Foundation
import Statistics
import Studies

/// A benchmark's figures as a page of Markdown: how each recipe's scores rank the students, and what a
/// study would have found by the headline's.
struct BenchmarkTable {
  let inputs: StudyInputs
  let results: BenchmarkResults

  private var definition: FlashBenchmarkDefinition { results.definition }
  private var seed: UInt64 { inputs.definition.seed }
  private var classes: Int { inputs.dataset.classes }

  /// With fewer students no correlation is worth printing.
  private static let fewestStudents = 4

  func markdown() throws -> String {
    let judged = results.judged
    let (done, total) = results.progress
    var blocks = ["# Flash benchmark: \(inputs.definition.name)"]
    if done < total { blocks.append("Unfinished: \(done) of \(total) trainings are done.") }
    if judged.count < BenchmarkTable.fewestStudents {
      blocks.append(
        "\(judged.count) students have their full trainings, too few to rank: "
          + "\(BenchmarkTable.fewestStudents) are needed.")
    } else {
      let target = results.target(of: judged)
      blocks += [facts(target), try table(target, judged), BenchmarkTable.legend]
    }
    blocks.append(try endToEnd())
    return blocks.joined(separator: "\n\n") + "\n"
  }

  // MARK: - The students

  private func facts(_ target: RankingTarget) -> String {
    let mean = target.values.reduce(0, +) / Double(target.count)
    let (low, high) = (target.values.min() ?? 0, target.values.max() ?? 0)
    let spread =
      target.seedVariance.map {
        ", deviation between seeds of one student \(points($0.squareRoot()))"
      } ?? ""
    var lines = [
      "- Students: \(target.count), drawn at random; \(inputs.space.name) on images of "
        + "\(inputs.imageShape); MACs "
        + "\(whole(target.macs.min() ?? 0)) to \(whole(target.macs.max() ?? 0)).",
      "- Full training: \(String(format: "%g", inputs.definition.full.epochs)) epochs, "
        + "\(target.seeds.count) \(target.seeds.count == 1 ? "seed" : "seeds"); "
        + "\(definition.targetSplit.rawValue) accuracy "
        + String(format: "%.2f %% (%.2f to %.2f)", 100 * mean, 100 * low, 100 * high) + spread
        + ".",
    ]
    if let reliability = target.reliability {
      lines.append("- Ceiling: \(ceiling(reliability)).")
    }
    if let reliability = target.partialReliability {
      lines.append("- Ceiling of the partial correlation: \(ceiling(reliability)).")
    }
    if results.failedStudents > 0 {
      lines.append("- Left out, because a full training failed: \(results.failedStudents).")
    }
    return lines.joined(separator: "\n")
  }

  private func ceiling(_ reliability: SeedReliability) -> String {
    "two single seeds agree with Spearman \(number(reliability.single)), so the mean of "
      + "\(reliability.count) has reliability \(number(reliability.ofMean)), and a score without any "
      + "error could reach \(reliability.ceiling.map(number) ?? "–")"
  }

  // MARK: - The rows

  private func table(_ target: RankingTarget, _ judged: [Int]) throws -> String {
    var rows = [
      [
        "recipe", "score", "students", "compute", "accuracy", "Spearman (95 %)", "÷ ceiling",
        "partial", "÷ ceiling", "pairs right", "regret of top 3", "over costs (95 %)",
      ]
    ]
    for baseline in RankingTarget.Baseline.allCases {
      let quality = RankingQuality(
        of: target.scores(baseline), against: target, isCostAlone: true, seed: seed)
      rows.append(row(["costs alone", baseline.rawValue], ["0 %", "–"], quality, target))
    }
    if let others = target.withoutFirstSeed {
      let quality = RankingQuality(of: target.seeds[0], against: others, seed: seed)
      rows.append(row(["full", "another seed"], ["100 %", "–"], quality, others))
    }
    for recipe in definition.recipes.indices { rows += try self.rows(recipe, judged) }
    let heading = rows.removeFirst()
    let rule = heading.indices.map { $0 < 2 ? "---" : "--:" }
    return ([heading, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// The rows of a recipe: its scores by themselves, and what a study makes of the accuracy.
  private func rows(_ recipe: Int, _ judged: [Int]) throws -> [[String]] {
    let students = judged.filter { results.flashes(recipe, $0) != nil }
    guard students.count >= BenchmarkTable.fewestStudents else { return [] }
    let target = results.target(of: students)
    func values(_ score: FlashScore) -> [Double] {
      students.compactMap { results.score(score, recipe, $0, classes: classes) }
    }
    var lists = FlashScore.allCases.map { ($0.rawValue, values($0)) }
    let figures = [
      results.computeShare(recipe, of: students).map(percent) ?? "–",
      percent(values(.accuracy).reduce(0, +) / Double(students.count)),
    ]
    // The surrogate sees the flash results of all students, judged or not.
    let seen = results.ranked.filter { results.flashes(recipe, $0) != nil }
    func judgedOnly(_ means: [Double]) -> [Double] {
      zip(seen, means).filter { students.contains($0.0) }.map(\.1)
    }
    let posterior = FlashPosterior(
      session: SearchSession(StudentPricing(inputs: inputs).problem(teacher: results.teacher)),
      students: seen.map { results.students[$0] }, flash: results.estimates(recipe, seen),
      fraction: try definition.recipes[recipe].variant.flashRecipe(in: inputs.definition).fraction)
    lists.append(("projected", judgedOnly(posterior.projected())))
    if let means = posterior.means() { lists.append(("posterior", judgedOnly(means))) }
    var rows = lists.map { name, scores in
      row(
        [definition.recipes[recipe].name, name], figures,
        RankingQuality(of: scores, against: target, seed: seed), target)
    }
    let full = seen.map { results.full($0)?.validation?.accuracy }
    if let (audited, means) = posterior.afterAudit(full: full) {
      let left = students.filter { student in !audited.contains { seen[$0] == student } }
      let scores = zip(seen, means).filter { left.contains($0.0) }.map(\.1)
      let target = results.target(of: left)
      rows.append(
        row(
          [definition.recipes[recipe].name, "posterior, 4 others audited"], figures,
          RankingQuality(of: scores, against: target, seed: seed), target))
    }
    return rows
  }

  private func row(
    _ names: [String], _ figures: [String], _ quality: RankingQuality, _ target: RankingTarget
  ) -> [String] {
    let ceiling = target.reliability?.ceiling
    let partialCeiling = target.partialReliability?.ceiling
    func share(_ value: Double?, _ ceiling: Double?) -> String {
      guard let value, let ceiling else { return "–" }
      return number(value / ceiling)
    }
    let pairs =
      quality.pairs.flatMap { pairs in
        pairs.share.map { String(format: "%.0f %% of %d", 100 * $0, pairs.count) }
      } ?? "–"
    return names.map { $0.replacingOccurrences(of: "|", with: "\\|") } + ["\(quality.count)"]
      + figures + [
        quality.correlation.map { interval($0.value, $0.interval) } ?? "–",
        share(quality.correlation?.value, ceiling), quality.partial.map(number) ?? "–",
        share(quality.partial, partialCeiling), pairs, quality.regret.map(points) ?? "–",
        quality.advantage.map { interval($0.value, $0.interval) } ?? "–",
      ]
  }

  // MARK: - End to end

  private func endToEnd() throws -> String {
    let name = definition.recipes[definition.headline].name
    let heading = "## End to end, \(name)"
    guard let study = FlashEndToEnd(results, inputs: inputs) else {
      return heading
        + "\n\nNot yet: all \(results.students.count) students need a flash training and "
        + "a full one that tell them apart."
    }
    let metric = inputs.definition.objectives[0].description
    var lines = ["| finalists | hypervolume | with hindsight | compute |", "|---|--:|--:|--:|"]
    var outcomes: [(String, FlashEndToEnd.Outcome)] = []
    let limit = percent(FlashEndToEnd.computeLimit)
    if let outcome = try study.affordable() {
      outcomes.append(("\(outcome.finalists), what \(limit) of the compute allows", outcome))
    }
    for count in [4, 6] where count <= results.students.count {
      outcomes.append(("\(count)", try study.outcome(finalists: count)))
    }
    for (name, outcome) in outcomes {
      let shares = [outcome.share, outcome.hindsight, outcome.compute].map(percent)
      lines.append("| \(name) | \(shares.joined(separator: " | ")) |")
    }
    let explanation = """
      A study of \(results.students.count) flash trials and its finalists, chosen in two rounds, without audit, \
      repeats and baselines, against full trainings for all \(results.students.count): hypervolume of validation \
      accuracy over \(metric), reference the worst accuracy and the largest cost; compute as a share of theirs. \
      Hindsight chooses as many with all full results known.
      """
    return [heading, explanation, lines.joined(separator: "\n")].joined(separator: "\n\n")
  }

  // MARK: - Text

  private func number(_ value: Double) -> String { String(format: "%.3f", value) }
  private func whole(_ value: Double) -> String { String(format: "%.0f", value) }
  private func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
  private func points(_ share: Double) -> String { String(format: "%.2f points", 100 * share) }

  private func interval(_ value: Double, _ interval: ClosedRange<Double>) -> String {
    String(format: "%.3f (%.3f to %.3f)", value, interval.lowerBound, interval.upperBound)
  }
}

extension BenchmarkTable {
  /// What the columns mean.
  fileprivate static let legend = """
    Every score is compared with the mean of the full seeds. *Compute* is images × multiply–accumulates, forward \
    and backward, those of the batch-norm statistics forward, as a share of the full training's, mean over \
    the students; *accuracy* the flash training's mean validation accuracy, failed trainings counting as \
    guessing. Intervals are 95 % bootstrap intervals over students. *÷ ceiling*: the reliability of the mean \
    of m seeds is m·r ÷ (1 + (m − 1)·r), r the mean Spearman correlation of two single seeds; its root is what \
    an error-free score would reach. *Partial*: Spearman of what ordinary least squares on log MACs and log \
    parameters leaves of the values on both sides; its ceiling from the single seeds' residuals. *Pairs right*: \
    of the pairs in which one student has at most \(RankingQuality.costRatio) times the other's MACs and whose \
    full means differ by more than two standard errors (seed variance pooled over students). *Regret*: the \
    best full mean less the best among the score's three highest. *Over costs*: Spearman less that of the best \
    of the costs alone, both on the same resamples.

    The regression on both costs is fitted to the full means of the other students (leave one out), which no \
    flash score sees. *Projected*: the full accuracy that the flash accuracy, MACs and depth predict, by coefficients \
    from other students. *Posterior*: the search's surrogate of costs, decisions and the projected accuracies of all \
    students, without any full result. *4 others audited*: the projection has learnt from one full seed of four students, \
    which are not ranked. *Another seed*: the first full seed against the mean of the others.
    """
}
