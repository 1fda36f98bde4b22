import Comparisons
import HardwareProfiles

/// How sure the choice of a budget's student is: how often each would have been chosen, had the validation split held
/// other images and the trainings other seeds.
public struct StudentChoice: Hashable, Sendable {
  /// Nil in a study without budgets and limits.
  public let budget: Budget?
  /// The trials that keep it, in the order of the first cost.
  public let trials: [Int]
  /// The trial that is chosen.
  public let chosen: Int
  /// In the order of `trials`.
  public let stability: SelectionStability

  /// The share of the resamples in which the student is chosen that the study chooses.
  public var share: Double {
    trials.firstIndex(of: chosen).map { stability.shares[$0] } ?? 0
  }

  /// Nil where there are no students to choose among.
  ///
  /// - Parameter keeping: The students that keep the budget, in the order of the first cost.
  init?(_ budget: Budget?, among keeping: [StudyResults.Student]) {
    let accuracies = keeping.compactMap(\.runs.measuredValidation)
    guard accuracies.count == keeping.count, let chosen = keeping.mostAccurate,
      let stability = SelectionStability(of: accuracies)
    else { return nil }
    (self.budget, trials, self.chosen) = (budget, keeping.map(\.trial), chosen.trial)
    self.stability = stability
  }
}

extension StudyResults {
  /// Returns for each budget that the study asks about, and for all limits together, how sure its choice is.
  ///
  /// It takes a thousand resamples of the validation images for each of them.
  public func choices(_ definition: StudyDefinition) -> [StudentChoice] {
    candidates(definition).compactMap { StudentChoice($0.budget, among: $0.students) }
  }

  /// Returns for each budget that the study asks about, and for all limits together, the students that it is chosen
  /// among, in the order of the first cost; the most accurate of them is chosen.
  package func candidates(
    _ definition: StudyDefinition
  ) -> [(budget: Budget?, students: [Student])] {
    let students = students.filter(\.keepsLimits)
    let named = definition.budgets.map { budget in
      (budget: Optional(budget), students: definition.keeping(budget, students))
    }
    // The limits were kept when the students were proposed.
    let others = definition.askedBudgets.dropFirst(definition.budgets.count).map(Optional.some)
    let all = definition.budgets.isEmpty && others.isEmpty ? [nil] : others
    return named + all.map { (budget: $0, students: students) }
  }
}
