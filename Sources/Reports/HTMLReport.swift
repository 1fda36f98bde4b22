/// Writes a report as one page that needs nothing else: no fonts, no other files, no network. It is complete
/// without its script, which makes the front, the tables and the charts answer.
struct HTMLReport {
  let model: ReportModel
  /// The text of `front.json`, which the script reads.
  let json: String

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
          Markup(
            "body", [:],
            [
              .lines([
                Markup("a", ["class": "skip", "href": "#result"], text: "To the result"),
                Markup("main", ["id": "result"], [.lines(content)]),
                .json(id: "front-json", json),
                .script(PageScript.source),
              ])
            ]),
        ])
      ])
  }

  private var content: [Markup] {
    [Markup("h1", text: model.title)] + alarms + [headline] + notice + [contents]
      + model.sections.map(section) + [allNumbers]
  }

  private var alarms: [Markup] {
    model.alarms.map { alarm in
      Markup(
        "div", ["class": "alarm", "role": "note"],
        [Markup("p", [:], [Markup("strong", text: "Alarm: "), prose(alarm)])])
    }
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

  /// Links to the sections.
  private var contents: Markup {
    Markup(
      "nav", ["aria-label": "Contents"],
      [
        Markup(
          "ul", [:],
          (model.sections.map { ($0.anchor, $0.title) } + [("numbers", HTMLReport.numbersTitle)])
            .map { anchor, title in
              Markup("li", [:], [Markup("a", ["href": "#\(anchor)"], text: title)])
            })
      ])
  }

  private func section(_ section: ReportSection) -> Markup {
    Markup(
      "section", ["id": section.anchor],
      [
        .lines(
          [Markup("h2", text: section.title)] + section.blocks.compactMap { block($0) })
      ])
  }

  private func block(_ block: ReportBlock) -> Markup? {
    switch block {
    case .paragraph(let text): Markup("p", [:], [prose(text)])
    case .list(let items): list(items)
    case .facts(let facts): self.facts(facts)
    case .table(let table): HTMLTable(table: table).markup
    case .paretoChart: figure(model.paretoChart.drawing(isPlain: isLong), id: "front-chart")
    case .auditChart: model.auditChart.map { figure($0.drawing()) }
    case .drawing(let drawing): figure(drawing)
    case .command(let command):
      Markup(
        "pre",
        [
          "class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Command: \(command)",
        ],
        [Markup("code", text: command)])
    case .part(let part): self.part(part)
    }
  }

  /// Whether there are so many trials that words for each of them in the chart would fill the page.
  private var isLong: Bool { model.paretoChart.flash.count > 200 }

  private func part(_ part: ReportPart) -> Markup {
    let blocks = part.blocks.compactMap { block($0) }
    guard part.isFolded else {
      return Markup(
        "div", ["id": part.anchor], [.lines([Markup("h3", text: part.title)] + blocks)])
    }
    return Markup(
      "details", ["id": part.anchor],
      [.lines([Markup("summary", [:], [prose(part.title)])] + blocks)])
  }

  /// Returns running text in which no line begins with a per-cent sign.
  private func prose(_ text: String) -> Markup { Markup(text.replacing(" %", with: "\u{a0}%")) }

  private func list(_ items: [String]) -> Markup {
    Markup("ul", [:], items.map { Markup("li", [:], [prose($0)]) })
  }

  /// A drawing that scrolls by itself, by keys too, where the page is too narrow for it.
  private func figure(_ drawing: Markup, id: String? = nil) -> Markup {
    Markup("figure", ["id": id, "tabindex": "0"], [drawing])
  }

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

  private static let numbersTitle = "All numbers"

  /// Every cell of `front.csv`, digit for digit.
  private var allNumbers: Markup {
    let columns = model.front.columns.map { column in
      ReportTable.Column(column.name, column.kind == .number ? .number : .text)
    }
    let table = ReportTable(
      caption: "The contents of front.csv", columns: columns, rows: model.front.rows)
    return Markup(
      "section", ["id": "numbers"],
      [
        Markup("h2", text: HTMLReport.numbersTitle),
        Markup(
          "details", [:],
          [
            Markup("summary", text: "front.csv as a table"), HTMLTable(table: table).markup,
          ]),
      ])
  }
}
