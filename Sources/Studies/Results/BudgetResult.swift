import Distillation
import HardwareProfiles
import Statistics

/// The student that a budget gets.
public struct BudgetResult: Hashable, Sendable {
  public let budget: Budget
  /// Of the fully trained students that keep it the one with the highest validation accuracy, the
  /// cheapest of several, below the accuracy that the study asks for if none reaches it; if none keeps it, the
  /// one that misses it least.
  public let student: StudyResults.Student
  /// The trials of the other students that keep it and whose accuracy cannot be told from that of
  /// `student` on the validation images, the most accurate first.
  public let tied: [Int]
  /// By which share of the bounds the student misses it, summed over its constraints; 0 if it keeps it.
  public let violation: Double

  /// Whether the student keeps the budget, and has the accuracy that the study asks for.
  public var isKept: Bool { violation == 0 && !student.isBelowFloor }

  /// Chooses among the fully trained students, in the order of the first objective; nil if there are
  /// none.
  init?(_ budget: Budget, _ definition: StudyDefinition, _ students: [StudyResults.Student]) {
    func violation(_ student: StudyResults.Student) -> Double {
      definition.violation(budget, student.frontCosts)
    }
    let keeping = students.filter { violation($0) == 0 }
    let best = keeping.reduce(nil) { best, student -> StudyResults.Student? in
      guard let best, best.validationAccuracy >= student.validationAccuracy else { return student }
      return best
    }
    guard let student = best ?? students.min(by: { violation($0) < violation($1) }) else {
      return nil
    }
    (self.budget, self.student, self.violation) = (budget, student, violation(student))
    tied = student.tied(among: keeping)
  }
}

extension StudyResults.Student {
  /// Returns the trials of the other students whose accuracy is no higher and cannot be told from this one's
  /// on the validation images, the most accurate first.
  public func tied(among students: [StudyResults.Student]) -> [Int] {
    students.filter { other in
      guard other.trial != trial, let reach = validation.differenceReach(to: other.validation)
      else { return false }
      return validationAccuracy - other.validationAccuracy <= reach
    }.sorted { ($1.validationAccuracy, $0.trial) < ($0.validationAccuracy, $1.trial) }.map(\.trial)
  }
}

extension [Evaluation] {
  /// Returns the half-width of the 95 % interval of the difference of two mean accuracies p and q on n and m
  /// images, as if these were different images: 1.96 · √(p(1 − p)/n + q(1 − q)/m). On the same images a
  /// difference is known better than that. Nil if one side has no evaluation.
  func differenceReach(to other: [Evaluation]) -> Double? {
    guard let n = first?.count, let m = other.first?.count else { return nil }
    let (p, q) = (meanAccuracy, other.meanAccuracy)
    return NormalDistribution.reach95
      * (p * (1 - p) / Double(n) + q * (1 - q) / Double(m)).squareRoot()
  }
}
