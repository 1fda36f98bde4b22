import HardwareProfiles
import Studies

extension ReportInputs {
  /// The students that the budgets get; nil without budgets.
  var budgetSection: ReportSection? {
    guard !results.budgets.isEmpty else { return nil }
    let shown = metrics(of: definition.budgets.flatMap(\.constraints))
    let table = ReportTable(
      caption: "The best student of each budget",
      columns: [
        .init("budget"), .init("kept"), .init("trial", .number), .init("architecture"),
        .init("validation (%)", .number), .init("test (%)", .number),
      ] + shown.map { .init(frontHeading($0), .number) }
        + [.init("random students that keep it", .number), .init("key", .code)],
      rows: results.budgets.map { result in
        let student = result.student
        return [
          result.budget.name, result.isKept ? "yes" : "no, the nearest", String(student.trial),
          words(student.key), student.validationAccuracy.percent(2),
          student.test.isEmpty ? "–" : student.testAccuracy.percent(2),
        ] + shown.map { $0.text(try? student.frontCosts.largest($0)) }
          + [state.screened?.kept?[result.budget.name].map(String.init) ?? "–", student.key]
      }, trials: results.budgets.map(\.student.trial))
    return ReportSection(
      anchor: "budgets", title: "Budgets", blocks: [.list(budgetSentences), .table(table)])
  }

  /// What each budget gets, in words.
  var budgetSentences: [String] {
    results.budgets.map { result in
      let student = result.student
      let shown = metrics(of: result.budget.constraints).compactMap { metric in
        (try? student.frontCosts.largest(metric)).map { "\(metric) \(metric.amount($0))" }
      }.joined(separator: ", ")
      let figures =
        "trial \(student.trial), validation accuracy \(student.validationAccuracy.percentage), "
        + "\(shown) (\(student.key))"
      guard !result.isKept else {
        return "\(result.budget.name): \(figures)" + tiedPhrase(result) + nearMissPhrase(result)
      }
      if result.violation == 0, let floor = definition.accuracyFloor {
        return "\(result.budget.name): no fully trained student that keeps it reaches the "
          + "accuracy of \(floor.percentage) that the study asks for; the best is \(figures)"
      }
      return "\(result.budget.name): no fully trained student keeps it; the nearest is \(figures), "
        + "which misses it by \(result.violation.percent(1)) %"
        + (result.budget.constraints.lazy.compactMap {
          uncertainty($0.description, student.frontCosts) ?? doubt($0, student.frontCosts)
        }
        .first.map { ": \($0)" } ?? "")
    }
  }

  /// Says how much of a miss is the prediction itself, where its error adds to it; nil where it does not.
  private func doubt(_ constraint: Constraint, _ costs: Costs) -> String? {
    let confidence = definition.confidence
    guard let cost = try? constraint.decisive(of: costs, at: confidence), cost.standardError > 0,
      constraint.probability(of: cost) < 0.5, confidence.level > 0.5, constraint.bound > 0
    else { return nil }
    let miss = abs(cost.value / constraint.bound - 1)
    return "the prediction itself is \(miss.percent(1)) % off, and its error at a confidence of "
      + "\(confidence.level.percent(1)) % is the rest"
  }

  /// Says which other students cannot be told from the best one; empty if there are none.
  private func tiedPhrase(_ result: BudgetResult) -> String {
    guard let images = imagePhrase(result.ties, of: result.student) else { return "" }
    return "; on \(images) its accuracy cannot be told from that of "
      + trialPhrase(result.ties.trials)
  }

  /// Names the most accurate student whose predicted costs keep the budget, though not with the confidence that is asked
  /// for; empty where the budget's own is the most accurate of these, too.
  private func nearMissPhrase(_ result: BudgetResult) -> String {
    let confidence = definition.confidence
    let near = results.students.filter { other in
      other.validationAccuracy > result.student.validationAccuracy
        && definition.violation(result.budget, other.frontCosts) > 0
        && result.budget.constraints.allSatisfy { constraint in
          ((try? constraint.probability(of: other.frontCosts)) ?? 0) >= 0.5
        }
    }
    guard let best = near.mostAccurate else { return "" }
    return
      "; trial \(best.trial) with \(best.validationAccuracy.percentage) is predicted to keep it, too, but not with "
      + "\((100 * confidence.level).general) % confidence"
  }

  /// The images that students were compared on, and how; nil if none are tied.
  func imagePhrase(_ ties: StudentTies, of student: StudyResults.Student) -> String? {
    guard !ties.trials.isEmpty, let count = student.validation.first?.count else { return nil }
    let images =
      ties.isPaired
      ? "the same \(count) validation images, compared one by one,"
      : "\(count) validation images, taken as different ones,"
    return results.students.validationNoise.map {
      images
        + " and with the \($0.runVariance.squareRoot().percent(2)) points by which trainings of one "
        + "student differ here,"
    } ?? images
  }

  func trialPhrase(_ trials: [Int]) -> String {
    "trial\(trials.count == 1 ? "" : "s") " + trials.map(String.init).joined(separator: ", ")
  }

  /// The metrics of constraints, each once.
  private func metrics(of constraints: [Constraint]) -> [DeviceMetric] {
    var seen: Set<DeviceMetric> = []
    return constraints.map(\.metric).filter { seen.insert($0).inserted }
  }
}
