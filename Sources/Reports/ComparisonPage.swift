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
    case .chart: Markup("figure", ["tabindex": "0"], [ComparisonChart(model.comparison).drawing()])
    case .table(let table): HTMLTable(table: table).markup
    }
  }

  /// Returns running text in which no line begins with a per-cent sign.
  private func prose(_ text: String) -> Markup { Markup(text.replacing(" %", with: "\u{a0}%")) }
}
