import Comparisons
import Distillation
import HardwareProfiles
import Studies

extension ReportInputs {
  /// What the search is worth, by the space's reference designs; nil before they are chosen, and where
  /// there are none.
  var referenceSection: ReportSection? {
    guard var chosen = state.references else { return nil }
    let controls = chosen.designs.filter { $0.isControl == true }
    chosen.designs.removeAll { $0.isControl == true }
    if chosen.designs.isEmpty && chosen.refused.isEmpty && !controls.isEmpty { return nil }
    var blocks: [ReportBlock] = [
      .paragraph(
        "Named architectures of the space that were written down without a search. They are priced as "
          + "students are and trained as the finalists were, with their recipe and seeds and without a "
          + "baseline. No proposal, no choice of students and no point of the front depends on them."
      )
    ]
    let notes = referenceSentences + referenceNotes(chosen)
    if !notes.isEmpty { blocks.append(.list(notes)) }
    if !results.references.isEmpty { blocks.append(.table(referenceTable)) }
    return ReportSection(anchor: "references", title: "Reference designs", blocks: blocks)
  }

  /// The comparison for the largest budget, in one sentence; nil without one.
  var referenceHeadline: String? {
    let objective = definition.objectives[0]
    func bound(_ comparison: StudyResults.ReferenceComparison) -> Double {
      let limits = comparison.budget?.constraints.filter {
        $0.metric.isSame(as: objective, deviceCount: profiles.count) && $0.relation == .atMost
      }
      return limits?.map(\.bound).min() ?? -.infinity
    }
    let largest = results.comparisons.reduce(nil) {
      largest, next -> StudyResults.ReferenceComparison? in
      guard let largest, bound(largest) > bound(next) else { return next }
      return largest
    }
    return largest.map(sentence)
  }

  /// The comparison for each budget that the study asks about, in words.
  var referenceSentences: [String] { results.comparisons.map(sentence) }

  /// A comparison in words.
  func sentence(_ comparison: StudyResults.ReferenceComparison) -> String {
    let place = comparison.budget.map { "at \($0.name)" } ?? "over all costs"
    let count = "\(comparison.beaten) of \(counted(comparison.within, "reference design"))"
    let isOne = comparison.beaten == 1 || comparison.within == 1
    let beaten = "\(count) \(isOne ? "is" : "are") beaten."
    // A design that cannot be told apart is not beaten.
    let below = "\(count) \(isOne ? "has" : "have") a lower one."
    guard let student = comparison.student else {
      let reference = comparison.reference
      return
        "The search lost \(place): no fully trained student keeps it, and the reference design "
        + "\(reference?.name ?? "–") does, with a validation accuracy of "
        + "\((reference?.validationAccuracy ?? .nan).percentage)."
    }
    let own = student.validationAccuracy.percentage
    guard let reference = comparison.reference else {
      return "\(capitalized(place)): a validation accuracy of \(own) (trial \(student.trial)); no "
        + "trained reference design keeps it."
    }
    let other = reference.validationAccuracy.percentage
    let points = abs(student.validationAccuracy - reference.validationAccuracy).percent(2)
    let chance = chancePhrase(comparison)
    switch comparison.verdict {
    case .won, .absent, .unopposed:
      return "\(capitalized(place)): a validation accuracy of \(own) (trial \(student.trial)), "
        + "\(points) points above the best reference design within it (\(reference.name): \(other)); "
        + "\(chance)\(beaten)"
    case .lost:
      return "The search lost \(place): the reference design \(reference.name) has a validation "
        + "accuracy of \(other), \(points) points above the best student, trial \(student.trial) "
        + "(\(own)); \(chance)\(beaten)"
    case .tied:
      return
        "\(capitalized(place)), trial \(student.trial) (validation accuracy \(own)) and the best "
        + "reference design within it (\(reference.name): \(other)) cannot be told apart: "
        + "\(chance)\(below)"
    case .same:
      return
        "\(capitalized(place)), the best student, trial \(student.trial), is the reference design "
        + "\(reference.name) itself (validation accuracy \(own)); \(below)"
    }
  }

  /// How sure a difference is, and by which images, up to what follows.
  private func chancePhrase(_ comparison: StudyResults.ReferenceComparison) -> String {
    guard let difference = comparison.difference else { return "" }
    let threshold = comparison.threshold.map { threshold in
      "; differences below \(threshold.percent(2)) points may be noise of trainings"
        + (comparison.isNoiseAssumed ? " (assumed: none was done twice)" : "")
    }
    let images =
      difference.method.isPaired ? "image by image" : "as if the two had seen different images"
    return "the difference's 95 % interval is \(difference.interval.lowerBound.signedPoints) to "
      + "\(difference.interval.upperBound.signedPoints) points, \(images)"
      + (comparison.pValue.map { ", p \(PairText.probability($0))" } ?? "")
      + (results.comparisons.count { $0.pValue != nil } > 1 ? " corrected for all budgets" : "")
      + (threshold ?? "") + "; "
  }

  private func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private func referenceNotes(_ chosen: JournalEvent.ReferencesChosen) -> [String] {
    var notes: [String] = []
    let trained = results.references.count
    if trained > 0 {
      let dominated = results.dominatedReferences.count
      notes.append(
        "\(dominated) of \(counted(trained, "reference design")) \(dominated == 1 ? "is" : "are") "
          + "dominated: a fully trained student of the search costs no more by any objective, is no less "
          + "accurate on the validation split, and is better in one of these.")
    } else if chosen.designs.isEmpty {
      notes.append(
        "None is trained: the study's budgets and limits leave no reference design of the space.")
    } else {
      notes.append("None of them has a result yet.")
    }
    let shared = results.references.filter { $0.trial != nil }
    if !shared.isEmpty {
      notes.append(
        "The search has tried and fully trained these itself: "
          + shared.map { "\($0.name) (trial \($0.trial.map(String.init) ?? "–"))" }
          .joined(separator: ", ") + ".")
    }
    if !results.failedReferences.isEmpty {
      notes.append(
        "Every full training failed of \(results.failedReferences.joined(separator: ", ")).")
    }
    if results.measurement?.front == .measured {
      notes.append(
        "Reference designs are not timed on the device: here students too count by their predicted "
          + "costs.")
    }
    return notes + chosen.refused.map { "\($0.name) is not trained: \($0.reason)." }
  }

  private var referenceTable: ReportTable {
    ReportTable(
      caption: "Reference designs, the cheapest first",
      columns: [
        .init("name"), .init("architecture"), .init("validation (%), 95 % interval", .number),
        .init("test (%), 95 % interval", .number),
      ] + shownMetrics.map { .init($0.heading, .number) }
        + [.init("dominated by"), .init("key", .code)],
      rows: results.references.map { reference in
        [
          reference.name, words(reference.key), withInterval(reference.validation),
          withInterval(reference.test),
        ] + shownMetrics.map { $0.text(try? reference.costs.largest($0)) }
          + [reference.dominatedBy.map { "trial \($0)" } ?? "–", reference.key]
      })
  }

  /// What is missing of the reference designs; nil if nothing is.
  var missingReferences: String? {
    let trainsDesigns = definition.referenceChoice != .none && !space.references.isEmpty
    guard trainsDesigns || definition.attribution else { return nil }
    guard let progress = state.referenceProgress(seeds: definition.finalists.seeds) else {
      return "the reference designs: those to be trained are not chosen yet"
    }
    return progress.ended < progress.of
      ? "the reference designs: \(progress.ended) of \(counted(progress.of, "full training")) have ended"
      : nil
  }

  /// Full trainings of reference designs that ended without a result, in an order that does not depend on
  /// the journal's.
  var failedReferenceTrainings: [JournalEvent.ReferenceTrained] {
    state.referenceTrainings.filter { $0.outcome != .measured }.sorted {
      ($0.name, $0.repetition) < ($1.name, $1.repetition)
    }
  }
}
