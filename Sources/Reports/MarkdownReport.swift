/// Writes a report for reviewers who read it where the code is: GitHub's Markdown.
struct MarkdownReport {
  let model: ReportModel

  /// The whole document.
  var text: String {
    var parts = ["# " + MarkdownText.inline(model.title)]
    parts += model.headline.enumerated().map { index, sentence in
      index == 0 ? "**\(MarkdownText.inline(sentence))**" : MarkdownText.inline(sentence)
    }
    parts += model.alarms.map { "**Alarm:** \(MarkdownText.inline($0))" }
    if !model.missing.isEmpty {
      parts.append("This study is not finished. Missing:")
      parts.append(MarkdownText.list(model.missing))
      parts.append("`autodistill run` on the study's folder continues from here.")
    }
    for section in model.sections {
      parts.append("## " + MarkdownText.inline(section.title))
      parts += section.blocks.compactMap(block)
    }
    parts.append("All numbers: [front.csv](front.csv), [front.json](front.json).")
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func block(_ block: ReportBlock) -> String? {
    switch block {
    case .paragraph(let text): MarkdownText.inline(text)
    case .list(let items): MarkdownText.list(items)
    case .facts(let facts):
      facts.map { "- **\(MarkdownText.inline($0.name)):** \(MarkdownText.inline($0.value))" }
        .joined(separator: "\n")
    // Units and what is counted stand in captions.
    case .table(let table):
      "*\(MarkdownText.inline(table.caption))*\n\n" + MarkdownText.table(table)
    case .paretoChart: "![\(MarkdownText.inline(model.paretoChart.description))](front.svg)"
    case .auditChart, .drawing: nil
    case .command(let command): "    " + command
    case .part(let part): self.part(part)
    }
  }

  private func part(_ part: ReportPart) -> String {
    let blocks = part.blocks.compactMap(block)
    guard part.isFoldedInMarkdown else {
      return (["### " + MarkdownText.inline(part.title)] + blocks).joined(separator: "\n\n")
    }
    return
      (["<details><summary>\(MarkdownText.html(part.title))</summary>"] + blocks + ["</details>"])
      .joined(separator: "\n\n")
  }
}
