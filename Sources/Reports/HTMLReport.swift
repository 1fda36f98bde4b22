/// Writes a report as one page that needs nothing else: no scripts, no fonts, no other files.
struct HTMLReport {
  let model: ReportModel

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
                Markup("title", text: "\(model.title) – AutoDistill report"),
                .style(HTMLStyle.rules),
              ])
            ]),
          Markup("body", [:], [Markup("main", [:], [.lines(content)])]),
        ])
      ])
  }

  private var content: [Markup] {
    [Markup("h1", text: model.title), headline] + notice
      + model.sections.map(section) + [allNumbers]
  }

  private var headline: Markup {
    Markup(
      "div", ["class": "headline"],
      model.headline.enumerated().map { index, sentence in
        Markup("p", ["class": index == 0 ? "result" : nil], [prose(sentence)])
      })
  }

  private var notice: [Markup] {
    guard !model.missing.isEmpty else { return [] }
    return [
      Markup(
        "div", ["class": "notice", "role": "note"],
        [
          Markup("p", text: "This study is not finished. Missing:"), list(model.missing),
          Markup("p", text: "autodistill run on the study's folder continues from here."),
        ])
    ]
  }

  private func section(_ section: ReportSection) -> Markup {
    Markup(
      "section", ["id": section.anchor],
      [.lines([Markup("h2", text: section.title)] + section.blocks.compactMap(block))])
  }

  private func block(_ block: ReportBlock) -> Markup? {
    switch block {
    case .paragraph(let text): Markup("p", [:], [prose(text)])
    case .list(let items): list(items)
    case .facts(let facts): self.facts(facts)
    case .table(let table): self.table(table)
    case .paretoChart: figure(model.paretoChart.drawing())
    case .auditChart: model.auditChart.map { figure($0.drawing()) }
    }
  }

  /// Returns running text in which no line begins with a per-cent sign.
  private func prose(_ text: String) -> Markup { Markup(text.replacing(" %", with: "\u{a0}%")) }

  private func list(_ items: [String]) -> Markup {
    Markup("ul", [:], items.map { Markup("li", [:], [prose($0)]) })
  }

  private func figure(_ drawing: Markup) -> Markup { Markup("figure", [:], [drawing]) }

  private func facts(_ facts: [ReportFact]) -> Markup {
    Markup(
      "table", ["class": "facts"],
      [
        Markup(
          "tbody", [:],
          facts.map { fact in
            Markup(
              "tr", [:],
              [
                Markup("th", ["scope": "row"], text: fact.name),
                Markup("td", [:], [prose(fact.value)]),
              ])
          })
      ])
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
    let header = table.columns.map { column in
      Markup("th", ["scope": "col", "class": look(column)], text: column.title)
    }
    let rows = table.rows.map { row in
      Markup(
        "tr", [:],
        zip(table.columns, row).map { column, cell in
          Markup("td", ["class": look(column)], text: cell)
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
            Markup("thead", [:], [Markup("tr", [:], header)]),
            Markup("tbody", [:], [.lines(rows)]),
          ])
      ])
  }

  /// Every cell of `front.csv`, digit for digit.
  private var allNumbers: Markup {
    let columns = model.front.columns.map { column in
      ReportTable.Column(column.name, column.kind == .number ? .number : .text)
    }
    return Markup(
      "section", ["id": "numbers"],
      [
        Markup("h2", text: "All numbers"),
        Markup(
          "details", [:],
          [
            Markup("summary", text: "front.csv as a table"),
            table(
              ReportTable(
                caption: "The contents of front.csv", columns: columns, rows: model.front.rows)),
          ]),
      ])
  }
}
