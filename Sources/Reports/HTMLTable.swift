/// Writes a table of a report that scrolls by itself where the page is too narrow for it.
struct HTMLTable {
  let table: ReportTable

  /// From this many rows on the look of cells is said once for the column and not in every cell.
  private static let mostMarked = 50

  var markup: Markup {
    let isLong = table.rows.count > HTMLTable.mostMarked
    let header = table.columns.map { column in
      // No line begins with a per-cent sign.
      Markup(
        "th", ["scope": "col", "class": look(column)],
        text: column.title.replacing(" %", with: "\u{a0}%"))
    }
    let rows = table.rows.enumerated().map { index, row in
      Markup(
        "tr", ["data-trial": table.trials.isEmpty ? nil : String(table.trials[index])],
        zip(table.columns, row).map { column, cell in
          Markup("td", ["class": isLong ? nil : look(column)], text: cell)
        })
    }
    return Markup(
      "div",
      [
        "class": isLong ? "scroll long" : "scroll", "role": "region", "tabindex": "0",
        "aria-label": table.caption,
      ],
      [
        Markup(
          "table", ["class": isLong ? longLook : nil],
          [
            Markup("caption", text: table.caption),
            Markup("thead", [:], [Markup("tr", [:], header)]),
            Markup("tbody", [:], [.lines(rows)]),
          ])
      ])
  }

  private func look(_ column: ReportTable.Column) -> String? {
    switch column.alignment {
    case .text: column.title == "architecture" ? "words" : nil
    case .number: "number"
    case .code: "code"
    }
  }

  /// A class for each column of numbers: `n1 n3`.
  private var longLook: String? {
    let numbers = table.columns.enumerated().filter { $0.element.alignment == .number }
    return numbers.isEmpty ? nil : numbers.map { "n\($0.offset + 1)" }.joined(separator: " ")
  }
}
