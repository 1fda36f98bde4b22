extension ParetoChart {
  private static let width = 800.0
  private static let labelRow = 13.0
  private static let plotHeight = 350.0
  private static let stripHeight = 26.0

  /// Returns the drawing.
  ///
  /// - Parameters:
  ///   - style: The looks, for a drawing that stands alone.
  ///   - isPlain: Whether flash trials are marks alone, without words and bars of their costs' errors.
  func drawing(style: Markup? = nil, isPlain: Bool = false) -> Markup {
    let frame = PlotFrame(
      left: 84, top: plotTop, width: ParetoChart.width - 84 - 24,
      height: ParetoChart.plotHeight, x: costScale, y: accuracyScale)
    let base = frame.bottom + (infeasible.isEmpty ? 0 : ParetoChart.stripHeight)
    let legend = ChartLegend(entries: legendEntries(frame), width: ParetoChart.width - 48)
    let legendTop = base + 52
    let height = legendTop + legend.height + 8
    let scale = frame.x.kind == .logarithmic ? ", logarithmic" : ""
    let title = "Accuracy against \(costTitle)"
    var parts = [
      SVG.rectangle("paper", x: 0, y: 0, width: ParetoChart.width, height: height),
      SVG.text("heading", shortened("\(name): \(title.lowercased())"), x: 24, y: 26),
    ]
    parts += strip(frame)
    parts += frame.verticalAxis("validation accuracy", unit: "%")
    parts += frame.horizontalAxis("\(costTitle) (\(metric.unit)\(scale))", base: base)
    parts += crosses(frame) + boundLines(frame, base: base)
    parts += teacherLine(frame) + costBars(frame, ofFlash: !isPlain)
    parts += flashMarks(frame, isPlain: isPlain) + frontLine(frame)
    parts += referenceMarks(frame) + studentMarks(frame) + names(frame)
    if students.isEmpty && flash.isEmpty {
      parts.append(
        SVG.text(
          "note halo", "no student trained", x: frame.left + frame.width / 2,
          y: frame.top + 0.75 * frame.height, anchor: .middle))
    }
    return SVG.drawing(
      name: "front", width: ParetoChart.width, height: height, title: title,
      description: description, style: style, parts + legend.markup(left: 24, top: legendTop))
  }

  /// Below the heading and the rows of the bounds' labels.
  private var plotTop: Double { bounds.count > 1 ? 62 + ParetoChart.labelRow : 62 }

  /// A study's name may be of any length; the heading is one line.
  private func shortened(_ text: String) -> String {
    text.count > 84 ? text.prefix(83) + "…" : text
  }

  private func strip(_ frame: PlotFrame) -> [Markup] {
    guard !infeasible.isEmpty else { return [] }
    return [
      SVG.rectangle(
        "strip", x: frame.left, y: frame.bottom, width: frame.width,
        height: ParetoChart.stripHeight),
      SVG.line("axis", from: (frame.left, frame.bottom), to: (frame.right, frame.bottom)),
      SVG.text("note", "over budget,", x: frame.left - 8, y: frame.bottom + 11, anchor: .end),
      SVG.text("note", "not trained", x: frame.left - 8, y: frame.bottom + 23, anchor: .end),
    ]
  }

  private func crosses(_ frame: PlotFrame) -> [Markup] {
    let middle = frame.bottom + ParetoChart.stripHeight / 2
    return infeasible.filter(frame.x.domain.contains).sorted().enumerated().map { index, cost in
      // Three rows, so that neighbours do not run into one another.
      let y = middle + 7 * Double(index % 3 - 1)
      return SVG.group(
        "Over budget, not trained: \(cost.brief) \(metric.unit) \(metric.title)",
        [SVG.cross("over", x: frame.x(cost), y: y, radius: 3)])
    }
  }

  private func boundLines(_ frame: PlotFrame, base: Double) -> [Markup] {
    // The labels stand in two rows; one that fits into neither is left to the pointer.
    var ends = [-Double.infinity, -Double.infinity]
    return bounds.filter { frame.x.domain.contains($0.value) }.sorted { $0.value < $1.value }
      .flatMap { bound in
        let x = frame.x(bound.value)
        let label = "budget: \(bound.text)"
        let half = ChartStyle.width(of: label, size: 12) / 2
        let center = min(max(x, frame.left + half), frame.right - half)
        let line = SVG.line("bound", from: (x, frame.top - 6), to: (x, base))
        guard let row = ends.firstIndex(where: { $0 < center - half }) else {
          return [SVG.group(label, [line])]
        }
        ends[row] = center + half + 8
        let y = frame.top - 11 - ParetoChart.labelRow * Double(row)
        return [line, SVG.text("bound-label", label, x: center, y: y, anchor: .middle)]
      }
  }

  private func teacherLine(_ frame: PlotFrame) -> [Markup] {
    guard let teacher else { return [] }
    let y = frame.y(teacher.accuracy)
    let labelY = y - frame.top < 18 ? y + 16 : y - 6
    return [
      SVG.group(
        "The \(teacher.label)",
        [SVG.line("teacher", from: (frame.left, y), to: (frame.right, y))]),
      SVG.text("teacher-label halo", teacher.label, x: frame.left + 8, y: labelY),
    ]
  }

  /// A horizontal bar of one standard error of the cost to either side of every point, as far as the axis
  /// goes.
  private func costBars(_ frame: PlotFrame, ofFlash: Bool) -> [Markup] {
    let domain = frame.x.domain
    func bar(_ look: String, _ cost: Double, _ error: Double, _ y: Double) -> [Markup] {
      guard error > 0 else { return [] }
      let ends = [cost - error, cost + error]
      let clipped = ends.map { frame.x(min(max($0, domain.lowerBound), domain.upperBound)) }
      let caps = ends.filter(domain.contains).map { end in
        SVG.line("\(look) cap", from: (frame.x(end), y - 3), to: (frame.x(end), y + 3))
      }
      return [SVG.line(look, from: (clipped[0], y), to: (clipped[1], y))] + caps
    }
    let chosen = Set(students.map(\.trial))
    return flash.filter { ofFlash && !chosen.contains($0.trial) && !isBelow($0, frame) }
      .flatMap { bar("cost-bar faint", $0.cost, $0.costError, frame.y($0.accuracy)) }
      + (students.map { ($0.cost, $0.costError, $0.accuracy) }
      + references.map { ($0.cost, $0.costError, $0.accuracy) }).flatMap {
        bar("cost-bar", $0, $1, frame.y($2))
      }
  }

  private func flashMarks(_ frame: PlotFrame, isPlain: Bool) -> [Markup] {
    flash.map { trial in
      let (x, y) = (frame.x(trial.cost), frame.y(trial.accuracy))
      let isChosen = students.contains { $0.trial == trial.trial }
      let mark =
        isBelow(trial, frame)
        ? SVG.triangle("flash", x: x, y: y - 6, radius: 4.5, pointsDown: true)
        : SVG.circle(isChosen ? "chosen" : "flash", x: x, y: y, radius: isChosen ? 4 : 3.5)
      return isPlain ? mark : SVG.group(trial.tip, [mark])
    }
  }

  func isBelow(_ trial: Flash, _ frame: PlotFrame) -> Bool {
    trial.accuracy < frame.y.domain.lowerBound
  }

  private func frontLine(_ frame: PlotFrame) -> [Markup] {
    let points = frontPoints(frame)
    return points.isEmpty ? [] : [SVG.path("front", points)]
  }

  /// The corners of the front; it ends at the budget, where there is one.
  func frontPoints(_ frame: PlotFrame) -> [(x: Double, y: Double)] {
    let corners = staircase
    guard let last = corners.last else { return [] }
    let limits = bounds.filter { $0.isForAll && $0.value > last.cost }
    let budget = limits.map(\.value).min() ?? .infinity
    let end = min(frame.right, frame.x(budget))
    return corners.map { (frame.x($0.cost), frame.y($0.accuracy)) }
      + [(end, frame.y(last.accuracy))]
  }
}
