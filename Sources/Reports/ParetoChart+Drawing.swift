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

  // MARK: - Behind the students

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
  private func frontPoints(_ frame: PlotFrame) -> [(x: Double, y: Double)] {
    let corners = staircase
    guard let last = corners.last else { return [] }
    let limits = bounds.filter { $0.isForAll && $0.value > last.cost }
    let budget = limits.map(\.value).min() ?? .infinity
    let end = min(frame.right, frame.x(budget))
    return corners.map { (frame.x($0.cost), frame.y($0.accuracy)) }
      + [(end, frame.y(last.accuracy))]
  }

  // MARK: - Students

  /// How far from its student a baseline is drawn, so that neither hides the other.
  private static let aside = 10.0

  private func studentMarks(_ frame: PlotFrame) -> [Markup] {
    students.map { student in
      let (x, y) = (frame.x(student.cost), frame.y(student.accuracy))
      let flashY = frame.y(student.flash)
      let towards = flashY > y ? -5.0 : 5.0
      var marks: [Markup] = []
      if abs(flashY - y) > 10 {
        marks.append(SVG.line("connector", from: (x, flashY + towards), to: (x, y)))
      }
      marks += frame.interval(student.interval, x: x)
      if let baseline = student.baseline {
        marks.append(
          SVG.group(
            "Trial \(student.trial) without the teacher: validation accuracy "
              + "\(baseline.fixed(2)) %",
            [
              SVG.triangle(
                "baseline", x: x + ParetoChart.aside, y: frame.y(baseline), radius: 4.5)
            ]))
      }
      marks.append(
        student.isOnFront
          ? SVG.circle("student", x: x, y: y, radius: 5.5)
          : SVG.diamond("dominated", x: x, y: y, radius: 6.5))
      return SVG.group(student.tip, marks)
    }
  }

  /// A hollow square for each reference design, with its interval.
  private func referenceMarks(_ frame: PlotFrame) -> [Markup] {
    references.map { reference in
      let (x, y) = (frame.x(reference.cost), frame.y(reference.accuracy))
      let (low, high) = (reference.interval.lowerBound, reference.interval.upperBound)
      return SVG.group(
        reference.tip,
        [
          SVG.line("reference", from: (x, frame.y(low)), to: (x, frame.y(high))),
          SVG.square("reference", x: x, y: y, radius: 5),
        ])
    }
  }

  private func names(_ frame: PlotFrame) -> [Markup] {
    var obstacles = flash.map {
      LabelPlacer.Box(x: frame.x($0.cost), y: frame.y($0.accuracy), radius: 4)
    }
    for student in students {
      let (x, y) = (frame.x(student.cost), frame.y(student.accuracy))
      obstacles.append(LabelPlacer.Box(x: x, y: y, radius: 6))
      obstacles.append(
        LabelPlacer.Box(
          left: x - 4, top: frame.y(student.interval.upperBound), right: x + 4,
          bottom: frame.y(student.interval.lowerBound)))
      if let baseline = student.baseline {
        obstacles.append(
          LabelPlacer.Box(x: x + ParetoChart.aside, y: frame.y(baseline), radius: 5))
      }
    }
    for reference in references {
      let (x, y) = (frame.x(reference.cost), frame.y(reference.accuracy))
      obstacles.append(LabelPlacer.Box(x: x, y: y, radius: 6))
    }
    let corners = frontPoints(frame)
    for (start, end) in zip(corners, corners.dropFirst()) {
      obstacles.append(
        LabelPlacer.Box(
          left: start.x - 1, top: min(start.y, end.y) - 1, right: end.x + 1,
          bottom: max(start.y, end.y) + 1))
    }
    if let teacher {
      let y = frame.y(teacher.accuracy)
      let width = ChartStyle.width(of: teacher.label, size: 12)
      obstacles.append(
        LabelPlacer.Box(left: frame.left, top: y - 18, right: frame.left + width, bottom: y + 18))
      obstacles.append(
        LabelPlacer.Box(left: frame.left, top: y - 1, right: frame.right, bottom: y + 1))
    }
    var placer = LabelPlacer(
      obstacles: obstacles,
      bounds: LabelPlacer.Box(
        left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom))
    return students.map { student in
      placer.place(
        String(student.trial), look: "name halo", x: frame.x(student.cost),
        y: frame.y(student.accuracy))
    }
  }
}
