import Distillation
import Studies

extension ReportInputs {
  /// The students as lines below the chart, the cheapest first; the best flash trials before there are any.
  ///
  /// - Parameter most: How many students are shown; those of the front come before others.
  func terminalTable(_ style: TerminalStyle, most: Int) -> [String] {
    let metric = definition.objectives[0]
    let rows: [[String]]
    let isFlash = results.students.isEmpty
    if isFlash {
      rows = measuredTrials.sorted {
        ($1.flashAccuracy ?? 0, $0.number) < ($0.flashAccuracy ?? 0, $1.number)
      }.prefix(most).map { trial in
        [
          " ", "\(trial.number)", (trial.flashAccuracy ?? .nan).percentage, "",
          (try? trial.costs.largest(metric)).map(metric.amount) ?? "–", trial.key,
        ]
      }
    } else {
      let chosen = Set(
        results.students.sorted { $0.isOnFront && !$1.isOnFront }.prefix(most).map(\.trial))
      rows = results.students.filter { chosen.contains($0.trial) }.map { student in
        [
          student.isOnFront ? "*" : " ", "\(student.trial)", student.validationAccuracy.percentage,
          student.validation.interval.map(\.percentage) ?? "",
          (try? student.frontCosts.largest(metric)).map(metric.amount) ?? "–", student.key,
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    let heading = [
      " ", "trial", isFlash ? "flash" : "validation", isFlash ? "" : "95 % interval",
      metric.description, "key",
    ]
    let cells = ([heading] + rows).map(style.texts)
    let widths = heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      let padded = zip(row, widths).enumerated().compactMap { index, cell -> String? in
        if cell.1 == 0 { return nil }
        // Numbers stand to the right, the mark and the key to the left.
        return index == 0 || index == 5
          ? cell.0 : String(repeating: " ", count: cell.1 - cell.0.count) + cell.0
      }
      return style.line(padded.joined(separator: "  "))
    }
  }
}

extension StudyReport {
  /// The front as a chart in characters with a small table, for a terminal; none of the lines is wider.
  public func terminalLines(_ style: TerminalStyle) -> [String] {
    let table = inputs.terminalTable(style, most: 12)
    let rows = min(24, max(10, style.height - table.count - 8))
    return [style.line(model.title)]
      + TerminalChart(model.paretoChart, style, plotRows: rows).lines
      + (table.isEmpty ? [] : [""] + table)
  }
}

extension StudyStatus {
  /// The status with the chart of the front, for a screen that is drawn again and again; as many lines as the
  /// screen has room for.
  public func screen(_ style: TerminalStyle) -> [String] {
    let lines = lines.map(style.line)
    // The title, the axis, its numbers, the legend and a blank line.
    let plotRows = style.height - lines.count - 6
    guard plotRows >= 5 else { return Array(lines.prefix(style.height - 1)) }
    return lines + [""]
      + TerminalChart(ParetoChart(inputs), style, plotRows: min(plotRows, 24)).lines
  }
}
