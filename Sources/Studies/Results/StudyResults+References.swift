import Comparisons
import Distillation
import HardwareProfiles
import ParetoFronts

extension StudyResults {
  /// A reference design that got the full training.
  public struct Reference: Hashable, Sendable {
    public var name: String
    public var key: String
    public var costs: Costs
    /// The trial of the search that has tried the same architecture and trained it fully, if one has.
    public var trial: Int?
    /// One evaluation for each repetition that ended well; at least one.
    public var validation: [Evaluation]
    public var test: [Evaluation]
    /// The full trainings behind these evaluations, with what they leave out.
    public var runs: [Run] = []
    /// The student of the search that costs no more by any objective, is no less accurate on the validation
    /// split and better in one of these; of several the most accurate.
    public var dominatedBy: Int?

    public var validationAccuracy: Double { validation.pooledAccuracy }
    public var testAccuracy: Double { test.pooledAccuracy }
  }

  /// The best student of the search that keeps a budget and the best reference design that does.
  ///
  /// Both by validation accuracy, the cheapest of several, and by predicted costs: reference designs are not
  /// timed on the device.
  public struct ReferenceComparison: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable {
      case won
      case lost
      /// The accuracies differ by no more than chance explains, that of trainings included.
      case tied
      /// The search has found the reference design itself.
      case same
      /// No reference design keeps the budget.
      case unopposed
      /// A reference design keeps the budget and no student does.
      case absent
    }

    /// Nil in a study without budgets and limits.
    public var budget: Budget?
    public var student: Student?
    public var reference: Reference?
    /// The reference designs that keep the budget.
    public var within: Int
    /// Those of them that the student has a higher validation accuracy than.
    public var beaten: Int

    /// By how much the student's validation accuracy is above the reference's, and how sure that is; nil where one
    /// of them is missing, or the two are the same.
    public var difference: AccuracyDifference?
    /// Of the difference, corrected for the number of different comparisons; nil without one.
    public var pValue: Double?
    /// The least difference that counts, by `ChangeRule`; nil without a difference.
    public var threshold: Double?
    /// Whether how much trainings of one student differ is assumed, since none was trained twice.
    public var isNoiseAssumed = false

    public var verdict: Verdict {
      guard let student else { return .absent }
      guard let reference else { return .unopposed }
      if student.key == reference.key { return .same }
      guard let difference, let pValue, let threshold else { return .tied }
      switch ChangeRule().verdict(difference, pValue: pValue, threshold: threshold) {
      case .better: return .won
      case .worse: return .lost
      case .tied: return .tied
      }
    }
  }

  /// Returns the reference designs that ended well, in the order of the first objective's cost, and the names
  /// of those whose trainings all failed.
  static func references(
    _ designs: [JournalEvent.ReferencesChosen.Design], _ definition: StudyDefinition,
    _ state: StudyState, against students: [Student]
  ) -> (trained: [Reference], failed: [String]) {
    var trained: [Reference] = []
    var failed: [String] = []
    let repetitions = 0..<definition.finalists.seeds
    for design in designs {
      let ended = repetitions.compactMap { repetition -> Run?? in
        if let shared = state.sharedTraining(ofReference: design.key, repetition: repetition) {
          return .some(Run(shared))
        }
        return state.ownTraining(ofReference: design.key, repetition: repetition).map { Run($0) }
      }
      let runs = ended.compactMap(\.self)
      if runs.isEmpty {
        if ended.count == repetitions.count { failed.append(design.name) }
        continue
      }
      var reference = Reference(
        name: design.name, key: design.key, costs: design.costs,
        trial: state.fullTrial(ofKey: design.key), validation: runs.map(\.validation),
        test: runs.compactMap(\.test), runs: runs)
      reference.dominatedBy =
        students.filter { definition.dominates($0, reference) }
        .max {
          ($0.validationAccuracy, -$0.trial) < ($1.validationAccuracy, -$1.trial)
        }?.trial
      trained.append(reference)
    }
    trained.sort {
      (definition.firstCost($0.costs), $0.name) < (definition.firstCost($1.costs), $1.name)
    }
    return (trained, failed)
  }

  /// Returns the comparison for each budget that the study asks about, in their order; empty before a
  /// reference design has been trained, and without what is neither kept by a student nor by a reference.
  ///
  /// - Parameter noise: How much trainings of one student differ in the study.
  static func comparisons(
    _ definition: StudyDefinition, students: [Student], references: [Reference],
    noise: TrainingNoise?
  ) -> [ReferenceComparison] {
    guard !references.isEmpty else { return [] }
    let asked = definition.askedBudgets
    var comparisons = (asked.isEmpty ? [nil] : asked.map(Optional.some)).compactMap { budget in
      comparison(budget, definition, students, references, noise)
    }
    // The same two within several budgets are one comparison.
    let open = comparisons.indices.filter { comparisons[$0].difference != nil }
    let corrected = holmCorrected(
      open.map { comparisons[$0].difference?.pValue ?? 1 },
      of: open.map { [comparisons[$0].student?.key, comparisons[$0].reference?.key] })
    for (index, pValue) in zip(open, corrected) { comparisons[index].pValue = pValue }
    return comparisons
  }

  /// Returns the comparison within a budget; nil where nobody keeps it.
  private static func comparison(
    _ budget: Budget?, _ definition: StudyDefinition, _ students: [Student],
    _ references: [Reference], _ noise: TrainingNoise?
  ) -> ReferenceComparison? {
    func keeps(_ costs: Costs) -> Bool {
      budget.map { definition.violation($0, costs) == 0 } ?? true
    }
    let student = students.filter { $0.keepsLimits && !$0.isBelowFloor && keeps($0.costs) }
      .mostAccurate
    let within = references.filter {
      keeps($0.costs) && $0.validationAccuracy >= definition.accuracyFloor ?? 0
    }
    let reference = bestIndex(of: within.map(\.validationAccuracy)).map { within[$0] }
    guard student != nil || reference != nil else { return nil }
    var comparison = ReferenceComparison(
      budget: budget, student: student, reference: reference, within: within.count,
      beaten: within.count { $0.validationAccuracy < student?.validationAccuracy ?? -.infinity })
    if let student, let reference, student.key != reference.key,
      let own = student.runs.measuredValidation, let other = reference.runs.measuredValidation
    {
      let change = ChangeRule().change(from: (other, noise), to: (own, noise))
      (comparison.difference, comparison.threshold) = (change.difference, change.threshold)
      comparison.isNoiseAssumed = noise == nil
    }
    return comparison
  }

  /// The reference designs that a student of the search dominates, in any budget or none.
  public var dominatedReferences: [Reference] { references.filter { $0.dominatedBy != nil } }
}

extension StudyDefinition {
  /// Whether a student is at least as good as a reference design by accuracy and all objectives, and better by
  /// one of them.
  fileprivate func dominates(
    _ student: StudyResults.Student, _ reference: StudyResults.Reference
  ) -> Bool {
    guard student.keepsLimits else { return false }
    let a = objectiveVector(student.validationAccuracy, student.costs)
    let b = objectiveVector(reference.validationAccuracy, reference.costs)
    return ParetoFronts.dominates(a, b)
  }
}
