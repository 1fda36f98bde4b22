/// What the marks of a chart mean, in rows below it.
struct ChartLegend {
  struct Entry {
    let text: String
    /// Draws the mark around a point.
    let mark: (_ x: Double, _ y: Double) -> [Markup]
  }

  let entries: [Entry]
  let width: Double

  static let rowHeight = 21.0
  private static let markWidth = 30.0
  private static let gap = 18.0

  /// The entries in rows that fit into the width, as far as they can.
  private var rows: [[Entry]] {
    var rows: [[Entry]] = []
    var used = 0.0
    for entry in entries {
      let needed = ChartLegend.width(of: entry)
      if rows.isEmpty || used + needed > width {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(entry)
      used += needed
    }
    return rows
  }

  var height: Double { Double(rows.count) * ChartLegend.rowHeight }

  /// Returns the legend with its top left corner at a point.
  func markup(left: Double, top: Double) -> [Markup] {
    rows.enumerated().flatMap { index, row in
      let y = top + (Double(index) + 0.5) * ChartLegend.rowHeight
      var x = left
      return row.flatMap { entry -> [Markup] in
        defer { x += ChartLegend.width(of: entry) }
        return entry.mark(x + ChartLegend.markWidth / 2 - 4, y)
          + [SVG.text("tick", entry.text, x: x + ChartLegend.markWidth, y: y + 4)]
      }
    }
  }

  private static func width(of entry: Entry) -> Double {
    markWidth + ChartStyle.width(of: entry.text, size: 12) + gap
  }
}
