/// A line that rises over the search: the share of the final hypervolume against what was spent for it.
struct ProgressChart: Sendable {
  /// What the drawing's ids begin with.
  let name: String
  let title: String
  let horizontalTitle: String
  /// Ascending along the horizontal axis; shares are in per cent.
  let points: [(x: Double, share: Double)]

  /// Returns the drawing.
  func drawing() -> Markup {
    let (width, height) = (460.0, 300.0)
    let frame = PlotFrame(
      left: 70, top: 44, width: width - 70 - 24, height: height - 44 - 56,
      x: AxisScale(covering: [0] + points.map(\.x), limits: 0...Double.infinity),
      y: AxisScale(covering: [0, 100], limits: 0...100))
    var corners: [(x: Double, y: Double)] = []
    for point in points {
      // Nothing changes between two points, so the line rises in steps.
      if let last = corners.last { corners.append((frame.x(point.x), last.y)) }
      let corner = (x: frame.x(point.x), y: frame.y(point.share))
      if corners.last?.x != corner.x || corners.last?.y != corner.y { corners.append(corner) }
    }
    let parts =
      [
        SVG.rectangle("paper", x: 0, y: 0, width: width, height: height),
        SVG.text("heading", title, x: 24, y: 26),
      ]
      + frame.verticalAxis("hypervolume", unit: "%")
      + frame.horizontalAxis(horizontalTitle, base: frame.bottom)
      + [SVG.path("progress", ProgressChart.straightened(corners))]
    return SVG.drawing(
      name: name, width: width, height: height, title: title, description: description, parts)
  }

  /// Leaves out corners in the middle of a straight line.
  private static func straightened(_ corners: [(x: Double, y: Double)]) -> [(x: Double, y: Double)]
  {
    var kept: [(x: Double, y: Double)] = []
    for corner in corners {
      if kept.count > 1, kept[kept.count - 1].y == corner.y, kept[kept.count - 2].y == corner.y {
        kept.removeLast()
      }
      kept.append(corner)
    }
    return kept
  }

  /// The chart in words.
  private var description: String {
    let milestones = [50.0, 90, 99].compactMap { share in
      points.first { $0.share >= share }.map { "\(share.fixed(0)) % at \($0.x.brief)" }
    }
    return "The share of the final hypervolume: " + milestones.joined(separator: ", ") + "."
  }
}
