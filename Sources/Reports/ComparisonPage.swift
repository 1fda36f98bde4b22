import FrontFiles

/// Writes a comparison as one page that needs nothing else.
struct ComparisonPage {
  let model: ComparisonModel

  /// The whole page.
  var text: String { "<!DOCTYPE html>\n" + page.source + "\n" }

  private var page: Markup {
    Markup(
      "html", ["lang": "en"],
      [
        .lines([
          Markup(
            "head", [:],
            [
              .lines([
                Markup("meta", ["charset": "utf-8"]),
                Markup(
                  "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                Markup("meta", ["name": "color-scheme", "content": "light dark"]),
                Markup("title", text: "\(model.title) – AutoDistill comparison"),
                .style(HTMLStyle.rules + "\n" + ComparisonChart.pageRules),
              ])
            ]),
          Markup("body", [:], [Markup("main", [:], [.lines(content)])]),
        ])
      ])
  }

  private var content: [Markup] {
    let headline = Markup(
      "div", ["class": "headline"],
      model.headline.map { Markup("p", ["class": "result"], [prose($0)]) })
    return [Markup("h1", text: model.title), headline] + model.sections.map(section)
  }

  private func section(_ section: ComparisonModel.Section) -> Markup {
    Markup(
      "section", [:],
      [.lines([Markup("h2", text: section.title)] + section.blocks.map(block))])
  }

  private func block(_ block: ComparisonModel.Block) -> Markup {
    switch block {
    case .paragraph(let text): Markup("p", [:], [prose(text)])
    case .list(let items): Markup("ul", [:], items.map { Markup("li", [:], [prose($0)]) })
    case .chart: Markup("figure", [:], [ComparisonChart(model.comparison).drawing()])
    case .table(let table): self.table(table)
    }
  }

  /// A table that scrolls by itself where the page is too narrow for it.
  private func table(_ table: ReportTable) -> Markup {
    func look(_ column: ReportTable.Column) -> String? {
      switch column.alignment {
      case .text: column.title == "architecture" ? "words" : nil
      case .number: "number"
      case .code: "code"
      }
    }
    func row(_ name: String, _ cells: [String]) -> Markup {
      Markup(
        "tr", [:],
        zip(table.columns, cells).map { column, cell in
          Markup(name, ["scope": name == "th" ? "col" : nil, "class": look(column)], text: cell)
        })
    }
    return Markup(
      "div",
      ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": table.caption],
      [
        Markup(
          "table", [:],
          [
            Markup("caption", text: table.caption),
            Markup("thead", [:], [row("th", table.columns.map(\.title))]),
            Markup("tbody", [:], [.lines(table.rows.map { row("td", $0) })]),
          ])
      ])
  }

  /// Returns running text in which no line begins with a per-cent sign.
  private func prose(_ text: String) -> Markup { Markup(text.replacing(" %", with: "\u{a0}%")) }
}
