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
        return "\(result.budget.name): \(figures)" + tiedPhrase(result)
      }
      if result.violation == 0, let floor = definition.accuracyFloor {
        return "\(result.budget.name): no fully trained student that keeps it reaches the "
          + "accuracy of \(floor.percentage) that the study asks for; the best is \(figures)"
      }
      return "\(result.budget.name): no fully trained student keeps it; the nearest is \(figures), "
        + "which misses it by \(result.violation.percent(1)) %"
        + (result.budget.constraints.lazy.compactMap {
          uncertainty($0.description, student.frontCosts)
        }
        .first.map { ": \($0)" } ?? "")
    }
  }

  /// Says which other students cannot be told from the best one; empty if there are none.
  private func tiedPhrase(_ result: BudgetResult) -> String {
    guard !result.tied.isEmpty, let count = result.student.validation.first?.count else {
      return ""
    }
    let trials = result.tied.map(String.init).joined(separator: ", ")
    return "; on \(count) validation images its accuracy cannot be told from that of "
      + "trial\(result.tied.count == 1 ? "" : "s") \(trials)"
  }

  /// The metrics of constraints, each once.
  private func metrics(of constraints: [Constraint]) -> [DeviceMetric] {
    var seen: Set<DeviceMetric> = []
    return constraints.map(\.metric).filter { seen.insert($0).inserted }
  }
}
