import HardwareProfiles

/// The student that a budget gets.
public struct BudgetResult: Hashable, Sendable {
  public let budget: Budget
  /// Of the fully trained students that keep it the one with the highest validation accuracy, the
  /// cheapest of several; if none does, the one that misses it least.
  public let student: StudyResults.Student
  /// By which share of the bounds the student misses it, summed over its constraints; 0 if it keeps it.
  public let violation: Double

  /// Whether a student keeps the budget.
  public var isKept: Bool { violation == 0 }

  /// Chooses among the fully trained students, in the order of the first objective; nil if there are
  /// none.
  init?(_ budget: Budget, _ definition: StudyDefinition, _ students: [StudyResults.Student]) {
    func violation(_ student: StudyResults.Student) -> Double {
      definition.violation(budget, student.frontCosts)
    }
    let best = students.filter { violation($0) == 0 }
      .reduce(nil) { best, student -> StudyResults.Student? in
        guard let best, best.validationAccuracy >= student.validationAccuracy else {
          return student
        }
        return best
      }
    guard let student = best ?? students.min(by: { violation($0) < violation($1) }) else {
      return nil
    }
    (self.budget, self.student, self.violation) = (budget, student, violation(student))
  }
}
