import Comparisons
import HardwareProfiles

/// The student that a budget gets.
public struct BudgetResult: Hashable, Sendable {
  public let budget: Budget
  /// Of the fully trained students that keep it the one with the highest validation accuracy, the
  /// cheapest of several, below the accuracy that the study asks for if none reaches it; if none keeps it, the
  /// one that misses it least.
  public let student: StudyResults.Student
  /// The other students that keep it and whose accuracy cannot be told from that of `student`.
  public let ties: StudentTies
  /// By which share of the bounds the student misses it, summed over its constraints; 0 if it keeps it.
  public let violation: Double

  /// Whether the student keeps the budget, and has the accuracy that the study asks for.
  public var isKept: Bool { violation == 0 && !student.isBelowFloor }

  /// Chooses among the fully trained students, in the order of the first objective; nil if there are
  /// none.
  ///
  /// - Parameter noise: How much trainings of one student differ in the study.
  init?(
    _ budget: Budget, _ definition: StudyDefinition, _ students: [StudyResults.Student],
    noise: TrainingNoise?
  ) {
    func violation(_ student: StudyResults.Student) -> Double {
      definition.violation(budget, student.frontCosts)
    }
    let keeping = definition.keeping(budget, students)
    guard
      let student = keeping.mostAccurate
        ?? students.min(by: { violation($0) < violation($1) })
    else { return nil }
    (self.budget, self.student, self.violation) = (budget, student, violation(student))
    ties = StudentTies(with: student, among: keeping, noise: noise)
  }
}
