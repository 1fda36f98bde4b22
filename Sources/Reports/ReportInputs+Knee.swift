import Foundation
import Studies

extension ReportInputs {
  /// The student of the front from which more accuracy costs most and less saves least: the one furthest
  /// above the straight line from the cheapest to the most accurate, over the logarithm of the first cost.
  /// Nil if the front has fewer than three students, or none above that line.
  ///
  /// Source: Das, "On characterizing the knee of the Pareto curve", Structural Optimization 18, 1999.
  var knee: StudyResults.Student? {
    let front = results.students.filter(\.isOnFront)
    guard let cheapest = front.first,
      let best = front.max(by: { $0.validationAccuracy < $1.validationAccuracy })
    else { return nil }
    func place(_ student: StudyResults.Student) -> Double {
      log(max(1e-12, definition.firstCost(student.frontCosts)))
    }
    let width = place(best) - place(cheapest)
    let height = best.validationAccuracy - cheapest.validationAccuracy
    guard width > 0, height > 0 else { return nil }
    func lift(_ student: StudyResults.Student) -> Double {
      (student.validationAccuracy - cheapest.validationAccuracy) / height
        - (place(student) - place(cheapest)) / width
    }
    return front.filter { lift($0) > 1e-9 }.max { lift($0) < lift($1) }
  }
}
