import FrontFiles

/// Writes a comparison for a pull request: GitHub's Markdown, the answer first, details folded.
struct ComparisonMarkdown {
  /// The first line, by which a bot finds its comment again.
  static let marker = "<!-- autodistill-compare -->"
  /// GitHub takes comments of at most 65,536 characters.
  static let largest = 60_000

  let model: ComparisonModel
  /// The path of the chart from where the text will lie; nil without one.
  let chart: String?

  /// The whole text, with as many rows of the tables as there is room for.
  var text: String {
    var rows = model.comparison.pairs.map(\.students.count).max() ?? 0
    while true {
      let text = text(rows: rows)
      if text.utf8.count < Self.largest || rows == 0 { return text }
      rows /= 2
    }
  }

  private func text(rows: Int) -> String {
    var parts = [Self.marker, "# \(MarkdownText.inline(model.title))"]
    parts += model.headline.map { "**\(MarkdownText.inline($0))**" }
    for section in model.sections {
      let blocks = section.blocks.compactMap { block($0, rows: section.isFolded ? rows : .max) }
      guard !blocks.isEmpty else { continue }
      let title = MarkdownText.inline(section.title)
      if section.isFolded {
        parts.append("<details><summary>\(title)</summary>")
        parts += blocks + ["</details>"]
      } else {
        parts += ["## \(title)"] + blocks
      }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func block(_ block: ComparisonModel.Block, rows: Int) -> String? {
    switch block {
    case .paragraph(let text): return MarkdownText.inline(text)
    case .list(let items): return MarkdownText.list(items)
    case .chart:
      return chart.map {
        "![\(MarkdownText.inline(ComparisonChart(model.comparison).title))](\($0))"
      }
    case .table(let table):
      let left = table.rows.count - rows
      guard left > 0 else { return MarkdownText.table(table) }
      let shown = ReportTable(
        caption: table.caption, columns: table.columns, rows: Array(table.rows.prefix(rows)))
      return MarkdownText.table(shown)
        + "\n\nThere are \(left) more; --format html and json list all."
    }
  }
}
