/// Writes a report for reviewers who read it where the code is: GitHub's Markdown.
struct MarkdownReport {
  let model: ReportModel

  /// The whole document.
  var text: String {
    var parts = ["# " + inline(model.title)]
    parts += model.headline.enumerated().map { index, sentence in
      index == 0 ? "**\(inline(sentence))**" : inline(sentence)
    }
    parts += model.alarms.map { "**Alarm:** \(inline($0))" }
    if !model.missing.isEmpty {
      parts.append("This study is not finished. Missing:")
      parts.append(list(model.missing))
      parts.append("`autodistill run` on the study's folder continues from here.")
    }
    for section in model.sections {
      parts.append("## " + inline(section.title))
      parts += section.blocks.compactMap(block)
    }
    parts.append("All numbers: [front.csv](front.csv), [front.json](front.json).")
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func block(_ block: ReportBlock) -> String? {
    switch block {
    case .paragraph(let text): inline(text)
    case .list(let items): list(items)
    case .facts(let facts):
      facts.map { "- **\(inline($0.name)):** \(inline($0.value))" }.joined(separator: "\n")
    case .table(let table): self.table(table)
    case .paretoChart: "![\(inline(model.paretoChart.description))](front.svg)"
    case .auditChart, .drawing: nil
    case .command(let command): "    " + command
    case .part(let part): self.part(part)
    }
  }

  private func part(_ part: ReportPart) -> String {
    let blocks = part.blocks.compactMap(block)
    guard part.isFoldedInMarkdown else {
      return (["### " + inline(part.title)] + blocks).joined(separator: "\n\n")
    }
    return
      (["<details><summary>\(inline(part.title))</summary>"] + blocks + ["</details>"])
      .joined(separator: "\n\n")
  }

  private func list(_ items: [String]) -> String {
    items.map { "- " + inline($0) }.joined(separator: "\n")
  }

  private func table(_ table: ReportTable) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let header = line(table.columns.map { inline($0.title) })
    let rule = "|" + table.columns.map { $0.alignment == .number ? "--:|" : "---|" }.joined()
    let shown = table.rows.prefix(table.markdownRows ?? table.rows.count)
    let rows = shown.map { row in
      line(
        zip(table.columns, row).map { column, cell in
          column.alignment == .code ? code(cell) : inline(cell)
        })
    }
    let rest = table.rows.count - shown.count
    return ([header, rule] + rows).joined(separator: "\n")
      + (rest > 0 ? "\n\n\(rest) more in index.html and front.json." : "")
  }

  /// Returns text set as code, where nothing in it would end the code or the table's cell.
  private func code(_ text: String) -> String {
    text.isEmpty || text.contains { "`|\n\r".contains($0) } ? inline(text) : "`\(text)`"
  }

  /// Returns text in which nothing is markup.
  private func inline(_ text: String) -> String {
    var result = ""
    var previous: Character = " "
    let characters = Array(text)
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : " "
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "[", "]", "|", "#", "~": result += "\\\(character)"
      // Inside a word an underscore is nothing but itself.
      case "_" where !(isWord(previous) && isWord(next)): result += "\\_"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
      previous = character
    }
    return result
  }

  private func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }
}
