import Studies

/// The chart of full against flash accuracy, in per cent, of the students that have both. Where the audit
/// has raised the flash fraction, flash accuracies are on its scale.
struct AuditChart: Sendable {
  struct Point: Sendable {
    let trial: Int
    let flash: Double
    let full: Double
    let flashInterval: ClosedRange<Double>
    let fullInterval: ClosedRange<Double>
    /// Whether it was chosen evenly from the flash ranks and is no finalist.
    let isAudited: Bool
  }

  let points: [Point]
  /// The flash fraction that accuracies are shown at, where it is not the study's own.
  let fraction: Double?

  /// Creates the chart; nil for fewer than two students, which leave nothing to compare.
  init?(_ inputs: ReportInputs) {
    guard inputs.results.students.count > 1 else { return nil }
    func percent(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
      100 * range.lowerBound...100 * range.upperBound
    }
    fraction = inputs.state.raisedFraction
    let isRaised = fraction != nil
    points = inputs.results.students.map { student in
      let full = student.validationAccuracy
      return Point(
        trial: student.trial, flash: 100 * student.comparableFlash.accuracy, full: 100 * full,
        flashInterval: percent(
          isRaised ? student.comparableFlash.interval : student.flash.interval),
        fullInterval: percent(student.validation.interval ?? full...full),
        isAudited: student.role == .audited)
    }
  }

  /// Returns the drawing.
  func drawing() -> Markup {
    let width = 460.0
    let legend = ChartLegend(entries: legendEntries, width: width - 48)
    let plotBottom = 328.0
    let height = plotBottom + 52 + (legend.entries.isEmpty ? 0 : legend.height + 8)
    func scale(_ values: [Double]) -> AxisScale {
      AxisScale(covering: values, minimumSpan: 2, limits: 0...100)
    }
    let frame = PlotFrame(
      left: 84, top: 44, width: width - 84 - 24, height: plotBottom - 44,
      x: scale(points.flatMap { [$0.flashInterval.lowerBound, $0.flashInterval.upperBound] }),
      y: scale(points.flatMap { [$0.fullInterval.lowerBound, $0.fullInterval.upperBound] }))
    let title = "Full against flash accuracy, n = \(points.count)"
    let parts =
      [
        SVG.rectangle("paper", x: 0, y: 0, width: width, height: height),
        SVG.text("heading", title, x: 24, y: 26),
      ]
      + frame.verticalAxis("full validation accuracy", unit: "%")
      + frame.horizontalAxis(
        "flash validation accuracy (%)"
          + (fraction.map { ", at \($0.percent(1)) % of the images" } ?? ""), base: frame.bottom)
      + marks(frame) + names(frame) + legend.markup(left: 24, top: plotBottom + 52)
    let values = points.map {
      "trial \($0.trial)\($0.isAudited ? " (audited)" : ""): flash \($0.flash.fixed(2)) %, "
        + "full \($0.full.fixed(2)) %"
    }
    return SVG.drawing(
      name: "audit", width: width, height: height, title: title,
      description: values.joined(separator: "; ") + ". Bars are 95 % intervals.", parts)
  }

  /// Nothing where everybody is a finalist.
  private var legendEntries: [ChartLegend.Entry] {
    guard points.contains(where: \.isAudited) else { return [] }
    var entries: [ChartLegend.Entry] = []
    if points.contains(where: { !$0.isAudited }) {
      entries.append(
        ChartLegend.Entry(text: "finalist") { x, y in [mark(isAudited: false, x, y)] })
    }
    entries.append(
      ChartLegend.Entry(text: "audited, spread over the flash ranks") { x, y in
        [mark(isAudited: true, x, y)]
      })
    return entries
  }

  private func mark(isAudited: Bool, _ x: Double, _ y: Double) -> Markup {
    isAudited
      ? SVG.diamond("chosen", x: x, y: y, radius: 6)
      : SVG.circle("student", x: x, y: y, radius: 5)
  }

  private func marks(_ frame: PlotFrame) -> [Markup] {
    points.map { point in
      let (x, y) = (frame.x(point.flash), frame.y(point.full))
      let (left, right) = (
        frame.x(point.flashInterval.lowerBound), frame.x(point.flashInterval.upperBound)
      )
      return SVG.group(
        "Trial \(point.trial): flash accuracy \(point.flash.fixed(2)) %, full accuracy "
          + "\(point.full.fixed(2)) %",
        frame.interval(point.fullInterval, x: x) + [
          SVG.line("flash", from: (left, y), to: (right, y)),
          SVG.line("flash", from: (left, y - 4), to: (left, y + 4)),
          SVG.line("flash", from: (right, y - 4), to: (right, y + 4)),
          mark(isAudited: point.isAudited, x, y),
        ])
    }
  }

  private func names(_ frame: PlotFrame) -> [Markup] {
    var placer = LabelPlacer(
      obstacles: points.flatMap { point -> [LabelPlacer.Box] in
        let (x, y) = (frame.x(point.flash), frame.y(point.full))
        return [
          LabelPlacer.Box(x: x, y: y, radius: 6),
          LabelPlacer.Box(
            left: x - 1, top: frame.y(point.fullInterval.upperBound), right: x + 1,
            bottom: frame.y(point.fullInterval.lowerBound)),
          LabelPlacer.Box(
            left: frame.x(point.flashInterval.lowerBound), top: y - 1,
            right: frame.x(point.flashInterval.upperBound), bottom: y + 1),
        ]
      },
      bounds: LabelPlacer.Box(
        left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom))
    return points.map { point in
      placer.place(
        String(point.trial), look: "name halo", x: frame.x(point.flash), y: frame.y(point.full))
    }
  }
}
