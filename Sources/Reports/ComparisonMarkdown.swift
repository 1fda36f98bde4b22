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
    // Folded tables become shorter first.
    var (folded, unfolded) = (longestTable(isFolded: true), longestTable(isFolded: false))
    while true {
      let text = text(folded: folded, unfolded: unfolded)
      if text.utf8.count < Self.largest || folded + unfolded == 0 { return text }
      if folded > 0 { folded /= 2 } else { unfolded /= 2 }
    }
  }

  private func longestTable(isFolded: Bool) -> Int {
    model.sections.filter { $0.isFolded == isFolded }.flatMap(\.blocks).map { block in
      if case .table(let table) = block { table.rows.count } else { 0 }
    }.max() ?? 0
  }

  private func text(folded: Int, unfolded: Int) -> String {
    var parts = [Self.marker, "# \(MarkdownText.inline(model.title))"]
    parts += model.headline.map { "**\(MarkdownText.inline($0))**" }
    for section in model.sections {
      let blocks = section.blocks.compactMap {
        block($0, rows: section.isFolded ? folded : unfolded)
      }
      guard !blocks.isEmpty else { continue }
      if section.isFolded {
        parts.append("<details><summary>\(MarkdownText.html(section.title))</summary>")
        parts += blocks + ["</details>"]
      } else {
        parts += ["## \(MarkdownText.inline(section.title))"] + blocks
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
        "![\(MarkdownText.inline(ComparisonChart(model.comparison).title))](\(MarkdownText.destination($0)))"
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
