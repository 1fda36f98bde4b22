import Distillation
import HardwareProfiles
import Studies

extension ReportInputs {
  /// The result in sentences: the most important one first.
  var headline: [String] {
    if let nothing = state.nothingFeasible { return [headline(of: nothing)] }
    if let headlineOfDemoted { return headlineOfDemoted }
    guard let best else { return [headlineBelowFloor ?? headlineWithoutStudents] }
    var sentences = [headline(of: best)]
    if let referenceHeadline { sentences.append(referenceHeadline) }
    if let cheapest = results.students.first(where: \.isOnFront), cheapest.trial != best.trial {
      let accuracy = accuracyPhrase(cheapest)
      sentences.append(
        "Cheapest on the front: trial \(cheapest.trial), \(accuracy) at \(costPhrase(cheapest))."
      )
    }
    if let demotionSentence { sentences.append(demotionSentence) }
    if let tieSentence = tieSentence(best) { sentences.append(tieSentence) }
    sentences.append(
      "Best means the highest validation accuracy; the test split played no part in any choice.")
    return sentences
  }

  private func headline(of student: StudyResults.Student) -> String {
    let budget = bestStudentPhrase
    let further = definition.objectives.dropFirst().map {
      $0.phrase(definition.cost($0, student.frontCosts))
    }
    let costs = ([costPhrase(student)] + further).joined(separator: " and ")
    var parts = ["\(accuracyPhrase(student)) at \(costs)"]
    if let teacher = state.teacher {
      if let macs = teacher.macs { parts.append(macsPhrase(student.costs, ofTeacher: macs)) }
      if let test = teacher.test, !student.test.isEmpty {
        let difference = (student.testAccuracy - test.accuracy).signedPoints
        parts.append("\(difference) points against its test accuracy")
      }
    }
    return "\(budget): trial \(student.trial) (\(words(student.key))): "
      + parts.joined(separator: ", ") + "."
  }

  /// What the best student is the best of.
  private var bestStudentPhrase: String {
    switch definition.budgets.count {
    case 0: definition.constraints.isEmpty ? "Best student" : "Best student within the budget"
    case 1: "Best student within the budget"
    default: "Best student over all \(definition.budgets.count) budgets"
    }
  }

  /// Names the students within the budget whose accuracy cannot be told from the best one's; nil if there
  /// are none.
  private func tieSentence(_ best: StudyResults.Student) -> String? {
    let ties = StudentTies(
      with: best, among: results.withinBudget, noise: results.students.validationNoise)
    guard let images = imagePhrase(ties, of: best) else { return nil }
    return "On \(images) trial \(best.trial) cannot be told from \(trialPhrase(ties.trials))."
  }

  /// Says that no student is accurate enough; nil if that is not what is missing.
  private var headlineBelowFloor: String? {
    let students = results.students.filter(\.keepsLimits)
    guard let floor = definition.accuracyFloor,
      let nearest = students.max(by: { $0.validationAccuracy < $1.validationAccuracy })
    else { return nil }
    return
      "No student reaches the accuracy of \(floor.percentage) that the study asks for: the nearest is "
      + "trial \(nearest.trial) with validation accuracy \(nearest.validationAccuracy.percentage) at "
      + "\(costPhrase(nearest.costs))."
  }

  private var headlineWithoutStudents: String {
    guard missing.isEmpty else {
      let best = measuredTrials.max { ($0.flashAccuracy ?? 0) < ($1.flashAccuracy ?? 0) }
      let soFar = best.map { trial in
        " Best flash accuracy so far: trial \(trial.number), "
          + "\((trial.flashAccuracy ?? .nan).percentage) at \(costPhrase(trial.costs))."
      }
      return "Unfinished: no student has had its full training yet." + (soFar ?? "")
    }
    return "No student: every training ended without a result; see what failed below."
  }

  private var nobody: String {
    state.distilled.isEmpty
      ? "No student meets the constraints, so none was trained."
      : "No student meets the constraints any more: those below were trained under earlier ones."
  }

  private func headline(of nothing: JournalEvent.NothingFeasible) -> String {
    guard let nearest = nothing.leastInfeasible.first else {
      return "No student meets the constraints, and no network could be built from the space."
    }
    if let lack = missingOperators(nearest) {
      return nobody + " The nearest one "
        + "(\(words(nearest.key))) cannot run: \(lack)."
    }
    return nobody + " The nearest one "
      + "(\(words(nearest.key))) misses \(nearest.binding) by \(nearest.excess.percent(1)) %"
      + (uncertainty(nearest.binding, nearest.costs).map { ": \($0)." } ?? ".")
  }

  /// `test accuracy 90.80 % (95 % CI 90.22–91.35 %)`, or the validation accuracy while there is none.
  private func accuracyPhrase(_ student: StudyResults.Student) -> String {
    let isTested = !student.test.isEmpty
    let accuracy = isTested ? student.testAccuracy : student.validationAccuracy
    let interval = (isTested ? student.test : student.validation).interval
    return "\(isTested ? "test" : "validation") accuracy \(accuracy.percentage)"
      + (interval.map { " (95 % CI \($0.percentage))" } ?? "")
  }

  private func costPhrase(_ costs: Costs) -> String {
    definition.objectives[0].phrase(definition.firstCost(costs))
  }

  private func macsPhrase(_ costs: Costs, ofTeacher macs: Int) -> String {
    let ratio = Double(macs) / Double(costs.macs)
    return ratio >= 1
      ? "\(ratio.brief)× fewer MACs than the teacher"
      : "\((1 / ratio).brief)× more MACs than the teacher"
  }
}
