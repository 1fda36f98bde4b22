import Distillation
import HardwareProfiles
import Studies

extension ReportInputs {
  /// What the study asked for.
  var requestSection: ReportSection {
    let finalists = definition.finalists
    let costs = definition.objectives.map(\.description).joined(separator: ", ")
    var facts = [
      ReportFact("Objectives", "highest validation accuracy; lowest \(costs)"),
      ReportFact(
        "Constraints",
        definition.constraints.isEmpty
          ? "none" : definition.constraints.map(\.description).joined(separator: ", ")),
      ReportFact(
        "Search space",
        "\(space.name), \(text(of: space.architectureCount)) architectures"
          + (space.recipe.isEmpty
            ? ""
            : " and \(text(of: space.pointCount / space.architectureCount)) recipes of each")
          + (space.fixedDecisions.isEmpty
            ? "" : " with " + space.fixedDecisions.map(\.description).joined(separator: ", "))),
    ]
    if !definition.budgets.isEmpty {
      facts.insert(
        ReportFact("Budgets", definition.budgets.map(\.name).joined(separator: "; ")), at: 2)
    }
    facts += profiles.map { ReportFact("Device", "\($0.device) (\($0.name))") }
    if definition.devices == .worstCase {
      facts.append(
        ReportFact(
          "Several devices",
          "a cost that names no device is the largest over all; its bounds hold on each"))
    }
    if hasPredictedBounds {
      facts.append(
        ReportFact(
          "Confidence",
          "predicted costs keep their bounds with a probability of at least "
            + "\(definition.confidence.level.percent(1)) %"))
    }
    if let floor = definition.accuracyFloor {
      facts.append(ReportFact("Accuracy", "at least \(floor.percentage) on the validation split"))
    }
    facts += searchFacts
    facts += [
      ReportFact(
        "Flash training",
        "\(definition.flash.fraction.percent(1)) % of the full training's images, "
          + "batch \(definition.flash.batch), the whole schedule compressed"
          + flashLengthPhrase
          + (state.raisedFraction.map {
            "; \($0.percent(1)) % from trial \(state.auditedCount) on (the flash audit)"
          } ?? "")),
      ReportFact(
        "Full training",
        "\(counted(finalists.count, "student")), \(counted(finalists.seeds, "seed")) each, "
          + (finalists.baseline ? "also without the teacher" : "without a baseline")),
    ]
    if definition.precision == .int8 {
      facts.append(
        ReportFact(
          "Precision", "int8: full trainings end with quantisation, flash trainings are fp32"))
    }
    if !space.references.isEmpty { facts.append(ReportFact("Reference designs", referenceText)) }
    return ReportSection(
      anchor: "asked", title: "What was asked for", blocks: [.facts(facts)])
  }

  /// Which reference designs were asked for.
  private var referenceText: String {
    let all = counted(space.references.count, "reference design")
    switch definition.referenceChoice {
    case .none: return "none of the space's \(all)"
    case .all: return "all of the space's \(all) that keep the limits"
    case .named(let names): return names.joined(separator: ", ")
    case .nearest(let count):
      let place =
        definition.askedBudgets.isEmpty ? "spread over the costs" : "nearest below each budget"
      return "of the space's \(all) the \(count) \(place)"
    }
  }

  /// Why flash trainings are longer than their share; empty if they are not.
  private var flashLengthPhrase: String {
    guard let length = state.flashLength else { return "" }
    if length.attempts.count > 1 { return "; \(length)" }
    // As the journal has it: a report is made without the data, too.
    guard let first = length.attempts.first, first.fraction > definition.flash.statedFraction else {
      return ""
    }
    return
      "; lengthened so that a student sees up to \(definition.flash.imagesPerClass) images per class"
  }

  private func text(of count: Double) -> String {
    count < 1e6 ? count.fixed(0) : String(describingScientific: count)
  }
}

extension String {
  /// Writes a large number as `6.13 · 10^12`.
  fileprivate init(describingScientific value: Double) {
    var (mantissa, exponent) = (value, 0)
    while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    self = "\(mantissa.fixed(2)) · 10^\(exponent)"
  }
}
