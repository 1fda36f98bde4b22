extension ParetoChart {
  /// What the marks mean that are there.
  func legendEntries(_ frame: PlotFrame) -> [ChartLegend.Entry] {
    var entries: [ChartLegend.Entry] = []
    func add(_ isShown: Bool, _ text: String, _ mark: @escaping (Double, Double) -> [Markup]) {
      if isShown { entries.append(ChartLegend.Entry(text: text, mark: mark)) }
    }
    add(students.contains(where: \.isOnFront), "fully distilled, on the front (with its trial)") {
      x, y in
      [
        SVG.line("interval", from: (x, y - 9), to: (x, y + 9)),
        SVG.circle("student", x: x, y: y, radius: 5.5),
      ]
    }
    add(students.contains { !$0.isOnFront }, "fully distilled, not on it") { x, y in
      [
        SVG.line("interval", from: (x, y - 9), to: (x, y + 9)),
        SVG.diamond("dominated", x: x, y: y, radius: 6.5),
      ]
    }
    add(!students.isEmpty, "flash accuracy of these") { x, y in
      [SVG.circle("chosen", x: x, y: y, radius: 4)]
    }
    let others = students.isEmpty ? "flash accuracy" : "flash accuracy of others"
    add(flash.count > students.count, others) { x, y in
      [SVG.circle("flash", x: x, y: y, radius: 3.5)]
    }
    let below = flash.count { isBelow($0, frame) }
    add(below > 0, "flash accuracy below the axis (\(below))") { x, y in
      [SVG.triangle("flash", x: x, y: y, radius: 4.5, pointsDown: true)]
    }
    add(students.contains { $0.baseline != nil }, "without the teacher (next to it)") { x, y in
      [SVG.triangle("baseline", x: x, y: y, radius: 4.5)]
    }
    add(!references.isEmpty, "reference design, fully distilled") { x, y in
      [
        SVG.line("reference", from: (x, y - 9), to: (x, y + 9)),
        SVG.square("reference", x: x, y: y, radius: 5),
      ]
    }
    let hasErrors = flash.contains { $0.costError > 0 } || students.contains { $0.costError > 0 }
    add(hasErrors, "± one standard error of the \(metric.title)") { x, y in
      [SVG.line("cost-bar", from: (x - 9, y), to: (x + 9, y))]
    }
    add(!infeasible.isEmpty, overBudgetText(frame)) { x, y in
      [SVG.cross("over", x: x, y: y, radius: 3)]
    }
    for bound in bounds where !frame.x.domain.contains(bound.value) {
      add(true, "budget beyond this axis: \(bound.text)") { x, y in
        [SVG.line("bound", from: (x, y - 8), to: (x, y + 8))]
      }
    }
    return entries
  }

  private func overBudgetText(_ frame: PlotFrame) -> String {
    let beyond = infeasible.count { !frame.x.domain.contains($0) }
    return "over budget, not trained" + (beyond > 0 ? " (\(beyond) more beyond this axis)" : "")
  }
}
