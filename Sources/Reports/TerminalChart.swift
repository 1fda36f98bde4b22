/// The chart of a study in characters: accuracy over the first objective's cost, and a small table.
///
/// A pure function of the study's results and of what the terminal can show.
struct TerminalChart {
  let chart: ParetoChart
  let style: TerminalStyle
  /// The plot without its axes.
  let columns: Int
  let rows: Int
  let x: AxisScale
  let y: AxisScale

  /// What is drawn; later ones hide earlier ones.
  enum Look: CaseIterable {
    case axis, bound, teacher, flash, staircase, label, reference, student, front

    /// The character, and what stands for it where there is only ASCII.
    var marks: (unicode: Character, plain: Character) {
      switch self {
      case .axis: ("│", "|")
      case .bound: ("┊", ":")
      case .teacher: ("┄", "~")
      case .flash: ("·", ".")
      case .staircase: ("─", "-")
      case .label: (" ", " ")
      case .reference: ("◆", "+")
      case .student: ("○", "o")
      case .front: ("●", "@")
      }
    }

    /// The parameter of the terminal's command for a colour; nil for its own.
    var color: String? {
      switch self {
      case .axis, .label: nil
      case .bound: "31"
      case .teacher: "33"
      case .flash: "2"
      case .staircase: "32"
      case .reference: "35"
      case .student: "36"
      case .front: "1;32"
      }
    }
  }

  /// Width of the numbers left of the plot, and of what stands between them and it.
  static let margin = 8

  /// - Parameter plotRows: The height of the plot.
  init(_ chart: ParetoChart, _ style: TerminalStyle, plotRows: Int = 15) {
    (self.chart, self.style) = (chart, style)
    columns = style.width - TerminalChart.margin - 1
    rows = max(5, plotRows)
    (x, y) = (chart.costScale, chart.accuracyScale)
  }

  /// Title, plot, axis and legend.
  var lines: [String] {
    let title = "validation accuracy (%) over \(chart.costTitle) (\(chart.metric.unit))"
    if chart.students.isEmpty && chart.flash.isEmpty && chart.references.isEmpty {
      return [style.text("no student has been trained yet")]
    }
    return [style.line(title)] + plot + axis + [legend]
  }

  func mark(_ look: Look) -> Character { style.isUnicode ? look.marks.unicode : look.marks.plain }

  /// Returns a text in a look's colour, where the terminal has colours.
  func colored(_ text: String, _ look: Look) -> String {
    guard style.hasColor, let color = look.color else { return text }
    return "\u{1B}[\(color)m\(text)\u{1B}[0m"
  }
}

extension TerminalChart {
  private var plot: [String] {
    let canvas = canvas
    let ticks = y.ticks(atMost: max(2, rows / 3))
    return (0..<rows).map { row in
      let tick = ticks.first { self.row($0.value) == row }
      let number = String((tick?.label ?? "").suffix(TerminalChart.margin - 2))
      let blanks = String(repeating: " ", count: TerminalChart.margin - 2 - number.count)
      let edge = tick == nil ? mark(.axis) : style.isUnicode ? "┤" : "+"
      return blanks + number + " " + String(edge) + text(of: canvas[row])
    }
  }

  /// Returns a row as text, without blanks at its end, runs of one colour in one command.
  private func text(of cells: [Cell?]) -> String {
    guard let last = cells.lastIndex(where: { $0 != nil }) else { return "" }
    var (result, run, look) = ("", "", Look.axis)
    for cell in cells[...last] {
      let next = cell?.look ?? .axis
      if next != look {
        result += run.isEmpty ? "" : colored(run, look)
        (run, look) = ("", next)
      }
      run.append(cell?.character ?? " ")
    }
    return result + (run.isEmpty ? "" : colored(run, look))
  }

  private var axis: [String] {
    let ticks = x.ticks(atMost: max(2, columns / 12))
    var line = Array(repeating: style.isUnicode ? Character("─") : "-", count: columns)
    var labels = Array(repeating: Character(" "), count: columns + TerminalChart.margin)
    for tick in ticks {
      let column = column(tick.value)
      line[column] = style.isUnicode ? "┬" : "+"
      let start = TerminalChart.margin + column - tick.label.count / 2
      for (offset, character) in tick.label.enumerated()
      where labels.indices.contains(start + offset) {
        labels[start + offset] = character
      }
    }
    let corner =
      String(repeating: " ", count: TerminalChart.margin - 1) + (style.isUnicode ? "└" : "+")
    let text = String(labels)
    return [corner + String(line), String(text.reversed().drop { $0 == " " }.reversed())]
  }

  private var legend: String {
    var entries: [(Look, String)] = []
    if chart.students.contains(where: \.isOnFront) { entries.append((.front, "front")) }
    if chart.students.contains(where: { !$0.isOnFront }) {
      entries.append((.student, "other"))
    }
    if !chart.references.isEmpty { entries.append((.reference, "reference")) }
    if !chart.flash.isEmpty { entries.append((.flash, "flash")) }
    if let teacher = chart.teacher {
      entries.append((.teacher, "teacher \(teacher.accuracy.fixed(2))"))
    }
    if chart.bounds.contains(where: { x.domain.contains($0.value) }) {
      entries.append((.bound, "limit"))
    }
    var (result, width) = (
      String(repeating: " ", count: TerminalChart.margin), TerminalChart.margin
    )
    for (look, name) in entries where width + name.count + 2 <= style.width {
      result += colored(String(mark(look)), look) + " " + name + "  "
      width += name.count + 4
    }
    return String(result.reversed().drop { $0 == " " }.reversed())
  }
}
