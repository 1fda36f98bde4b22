extension ComparisonChart {
  private static let width = 800.0
  private static let plotHeight = 340.0
  /// The colours of the studies, by the palette's names; shapes differ too.
  private static let colors = ["student", "baseline", "teacher", "reference"]

  /// The looks of the studies, for a chart in a page.
  static var pageRules: String { rules { "var(--\($0))" } }

  private static func rules(_ color: (String) -> String) -> String {
    colors.enumerated().map { index, name in
      """
      .chart .study-\(index) { fill: \(color(name)); }
      .chart .faint-\(index) { fill: \(color("paper")); stroke: \(color(name)); stroke-width: 1.3; }
      .chart .line-\(index) { fill: none; stroke: \(color(name)); stroke-width: 1.6; }
      .chart .bar-\(index) { stroke: \(color(name)); stroke-width: 1.2; stroke-opacity: 0.6; }
      """
    }.joined(separator: "\n")
  }

  /// The drawing as a file of its own.
  var file: String {
    let palette = Palette.light
    let style = Markup.style(
      ChartStyle.rules(palette)
        + ComparisonChart.rules { name in
          palette.colors.first { $0.name == name }?.value ?? "currentColor"
        })
    return drawing(style: style).source + "\n"
  }

  /// Returns the drawing.
  ///
  /// - Parameter style: The looks, for a drawing that stands alone.
  func drawing(style: Markup? = nil) -> Markup {
    let marks = series.flatMap(\.marks)
    let costs = marks.map(\.cost)
    let frame = PlotFrame(
      left: 84, top: 48, width: ComparisonChart.width - 108, height: ComparisonChart.plotHeight,
      x: AxisScale(
        covering: costs, logarithmicAbove: 4, minimumSpan: 0.2 * (costs.max() ?? 0),
        limits: 0...Double.infinity),
      y: AxisScale(
        covering: marks.flatMap { [$0.interval.lowerBound, $0.interval.upperBound] },
        minimumSpan: 2, limits: 0...100))
    let entries = series.indices.map { index in
      ChartLegend.Entry(text: series[index].name) { x, y in
        [ComparisonChart.shape(index, "study-\(ComparisonChart.look(index))", x: x, y: y)]
      }
    }
    let legend = ChartLegend(
      entries: entries + [
        ChartLegend.Entry(text: "not on its front by validation accuracy") { x, y in
          [SVG.circle("faint-0", x: x, y: y, radius: 4)]
        }
      ], width: ComparisonChart.width - 48)
    let height = frame.bottom + 52 + legend.height + 8
    let scale = frame.x.kind == .logarithmic ? ", logarithmic" : ""
    return SVG.drawing(
      name: "comparison", width: ComparisonChart.width, height: height, title: title,
      description: description, style: style,
      [
        SVG.rectangle("paper", x: 0, y: 0, width: ComparisonChart.width, height: height),
        SVG.text("heading", title, x: 24, y: 26),
      ] + frame.verticalAxis("\(split) accuracy", unit: "%")
        + frame.horizontalAxis(costTitle + scale, base: frame.bottom)
        + series.indices.flatMap { drawing(of: $0, frame) }
        + legend.markup(left: 24, top: frame.bottom + 52))
  }

  private static func look(_ index: Int) -> Int { index % colors.count }

  private func drawing(of index: Int, _ frame: PlotFrame) -> [Markup] {
    let look = ComparisonChart.look(index)
    var corners: [(x: Double, y: Double)] = []
    for mark in series[index].marks where mark.isOnFront {
      let x = frame.x(mark.cost)
      if let last = corners.last { corners.append((x, last.y)) }
      corners.append((x, frame.y(mark.accuracy)))
    }
    // Bars of several studies at one cost stand side by side.
    let shift = 2.5 * (Double(index) - Double(series.count - 1) / 2)
    return [SVG.path("line-\(look)", corners)]
      + series[index].marks.map { mark in
        let (x, y) = (frame.x(mark.cost) + shift, frame.y(mark.accuracy))
        let bar = SVG.line(
          "bar-\(look)", from: (x, frame.y(mark.interval.lowerBound)),
          to: (x, frame.y(mark.interval.upperBound)))
        return SVG.group(
          mark.tip,
          (mark.isOnFront ? [bar] : []) + [
            ComparisonChart.shape(
              index, mark.isOnFront ? "study-\(look)" : "faint-\(look)", x: x, y: y)
          ])
      }
  }

  private static func shape(_ index: Int, _ look: String, x: Double, y: Double) -> Markup {
    switch index % 4 {
    case 0: SVG.circle(look, x: x, y: y, radius: 4.5)
    case 1: SVG.square(look, x: x, y: y, radius: 4.2)
    case 2: SVG.triangle(look, x: x, y: y, radius: 5.5)
    default: SVG.diamond(look, x: x, y: y, radius: 5.5)
    }
  }
}
