import Comparisons
import SearchSpaces
import Statistics
import Studies

extension ReportInputs {
  /// How far the gain came from the architecture and how far from the recipe; nil in a study that does not search
  /// the recipe, and before the first trial.
  var attributionSection: ReportSection? {
    let rows = trials.rows.filter { $0.projected != nil }
    guard !space.recipe.isEmpty, !rows.isEmpty else { return nil }
    return ReportSection(
      anchor: "attribution", title: "What the gain came from",
      blocks: recipeBlocks + shareBlocks(rows) + stepBlocks)
  }

  /// The default recipe's decisions next to the best student's.
  private var recipeBlocks: [ReportBlock] {
    func words(_ values: [String: ParameterValue]) -> String {
      space.recipe.parameters.map { "\($0.name) \(values[$0.name].map(\.description) ?? "–")" }
        .joined(separator: ", ")
    }
    var facts = [ReportFact("Default recipe", words(space.recipe.defaultValues))]
    if let best, let architecture = try? space.architecture(key: best.key) {
      facts.append(
        ReportFact(
          "Recipe of trial \(best.trial), the best student",
          words(space.recipeValues(of: architecture))))
    }
    return [.facts(facts)]
  }

  /// What explains the differences among the flash trials.
  private func shareBlocks(_ rows: [TrialTable.Row]) -> [ReportBlock] {
    let known = rows.compactMap { row in
      (try? space.architecture(key: row.key)).map {
        (levels: space.levels(of: $0), accuracy: row.projected?.accuracy ?? 0)
      }
    }
    let shares = VarianceShares(
      levels: known.map(\.levels), outcomes: known.map(\.accuracy),
      networkDecisions: space.networkParameterCount, seed: definition.seed)
    guard let shares else {
      return [
        .paragraph(
          "How far the trials differ by their architectures and how far by their recipes is not estimated: that takes "
            + "twenty trials with a result that differ in both.")
      ]
    }
    func row(_ name: String, _ share: BootstrapEstimate) -> [String] {
      [
        name, minus(share.value.percent(1)),
        minus(share.interval.lowerBound.percent(1)) + " to "
          + minus(share.interval.upperBound.percent(1)),
      ]
    }
    return [
      .table(
        ReportTable(
          caption:
            "What explains the projected accuracy among \(counted(shares.count, "trial")): per cent of the variance "
            + "on trials that the fit has not seen, with 95 % bootstrap intervals",
          columns: [.init("explained by"), .init("%", .number), .init("interval", .number)],
          rows: [
            row("the architecture, in addition to the recipe", shares.architecture),
            row("the recipe, in addition to the architecture", shares.recipe),
            ["either of them", minus(shares.either.percent(1)), "–"],
            row("both together", shares.both),
          ])),
      .paragraph(
        "Additive ridge regressions on the decisions, ten-fold cross-validated. What neither explains is chance, and "
          + "architectures that need recipes of their own. The trials of a search are no even sample: what it "
          + "avoids early does not vary any more, and explains little for that reason."
          + (shares.both.interval.lowerBound <= 0
            ? " Here the decisions explain no more than chance would: the shares say nothing." : "")
      ),
    ]
  }

  /// What full trainings say of the best student.
  private var stepBlocks: [ReportBlock] {
    guard let best else { return [] }
    guard let architecture = try? space.architecture(key: best.key) else { return [] }
    if space.withDefaultRecipe(architecture) == architecture {
      return [
        .paragraph(
          "The best student, trial \(best.trial), has the default recipe: it owes nothing to another one."
        )
      ]
    }
    let trainings =
      results.students.map(\.runs) + (results.references + results.controls).map(\.runs)
    let noise = TrainingNoise(trainings.compactMap(\.measuredTest))
    guard let gain = GainAttribution(best, self, noise: noise) else {
      return [
        .paragraph(
          "What its recipe gave to trial \(best.trial) at full length is not known: its network is not trained with the "
            + "default recipe. "
            + (definition.attribution
              ? "\"attribution\" trains that for the student that is the best when the finalists are trained."
              : "\"attribution\": true in study.json trains that."))
      ]
    }
    var blocks: [ReportBlock] = [.table(stepTable(gain))]
    if let parts = gain.parts, let whole = gain.steps.last {
      blocks.append(
        .paragraph(
          "Of \(whole.difference.value.signedPoints) points on the test split the architecture gave "
            + "\(parts.architecture.signedPoints) and the recipe \(parts.recipe.signedPoints): the mean of adding the one "
            + "first and the other first. "
            + "The reference design is the one whose cost is nearest to the student's. The student was chosen among many "
            + "on the validation split, its recipe with it; the default recipe was not chosen at all."
        ))
    } else {
      blocks.append(
        .paragraph(
          "What the architecture gave is not known: no reference design is trained with the recipe of trial "
            + "\(best.trial) as well."))
    }
    return blocks
  }

  private func stepTable(_ gain: GainAttribution) -> ReportTable {
    let steps = gain.steps.isEmpty ? [gain.recipeStep].compactMap(\.self) : gain.steps
    return ReportTable(
      caption: "What full trainings gained on the test split, in points, with 95 % intervals",
      columns: [
        .init("gained by"), .init("points", .number), .init("interval", .number),
        .init("p", .number), .init("how sure"),
      ],
      rows: steps.map { step in
        let difference = step.difference
        return [
          step.name, difference.value.signedPoints,
          "\(difference.interval.lowerBound.signedPoints) to "
            + difference.interval.upperBound.signedPoints,
          difference.pValue.fixed(3),
          certainty(step.verdict),
        ]
      })
  }

  private func certainty(_ verdict: ChangeVerdict) -> String {
    switch verdict {
    case .better: "a gain"
    case .worse: "a loss"
    case .tied: "may be chance"
    }
  }

  private func minus(_ text: String) -> String { text.replacing("-", with: "−") }
}
