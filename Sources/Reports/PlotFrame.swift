/// The rectangle of a plot with its two scales.
struct PlotFrame: Sendable {
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  let x: AxisScale
  let y: AxisScale

  var right: Double { left + width }
  var bottom: Double { top + height }

  /// Returns where a value of the horizontal axis lies.
  func x(_ value: Double) -> Double { left + width * x.position(value) }

  /// Returns where a value of the vertical axis lies; values beyond it lie on its ends.
  func y(_ value: Double) -> Double { bottom - height * min(1, max(0, y.position(value))) }

  /// Returns grid lines and labels of the vertical axis, its unit behind each number.
  ///
  /// - Parameter titleX: Where the axis's title stands.
  func verticalAxis(_ title: String, unit: String, titleX: Double = 18) -> [Markup] {
    let lines = y.ticks(atMost: 8).flatMap { tick in
      [
        SVG.line("grid", from: (left, y(tick.value)), to: (right, y(tick.value))),
        SVG.text(
          "tick", unit.isEmpty ? tick.label : "\(tick.label) \(unit)", x: left - 8,
          y: y(tick.value) + 4, anchor: .end),
      ]
    }
    return lines + [
      SVG.text(
        "label", title, x: titleX, y: top + height / 2, anchor: .middle, isVertical: true)
    ]
  }

  /// Returns grid lines, the axis and labels of the horizontal axis.
  ///
  /// - Parameter base: Where the axis itself stands: at the bottom or below it.
  func horizontalAxis(_ title: String, base: Double) -> [Markup] {
    let most = Int(width / 64)
    let lines = x.ticks(atMost: most).flatMap { tick in
      [
        SVG.line("grid", from: (x(tick.value), top), to: (x(tick.value), base)),
        SVG.line("axis", from: (x(tick.value), base), to: (x(tick.value), base + 5)),
        SVG.text("tick", tick.label, x: x(tick.value), y: base + 18, anchor: .middle),
      ]
    }
    return lines + [
      SVG.line("axis", from: (left, base), to: (right, base)),
      SVG.text("label", title, x: left + width / 2, y: base + 38, anchor: .middle),
    ]
  }

  /// Returns a vertical bar with caps over a range of the vertical axis.
  func interval(_ range: ClosedRange<Double>, x: Double) -> [Markup] {
    let (low, high) = (y(range.lowerBound), y(range.upperBound))
    return [
      SVG.line("interval", from: (x, low), to: (x, high)),
      SVG.line("interval", from: (x - 4, low), to: (x + 4, low)),
      SVG.line("interval", from: (x - 4, high), to: (x + 4, high)),
    ]
  }
}

/// Puts short names next to points so that they hide as little as possible.
struct LabelPlacer {
  struct Box {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    /// Returns a square around a mark.
    init(x: Double, y: Double, radius: Double) {
      (left, top, right, bottom) = (x - radius, y - radius, x + radius, y + radius)
    }

    init(left: Double, top: Double, right: Double, bottom: Double) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }
  }

  /// What must stay visible.
  var obstacles: [Box]
  /// What labels should not leave.
  let bounds: Box

  /// Returns the text next to a point, at the first of the places around it that hide least.
  mutating func place(_ text: String, look: String, x: Double, y: Double) -> Markup {
    let size = 12.0
    let width = ChartStyle.width(of: text, size: size)
    let offsets: [(dx: Double, dy: Double)] = [
      (-8 - width, -6), (8, -6), (-8 - width, 15), (8, 15), (-8 - width, -16), (8, -16),
      (-17 - width, 5), (17, 5), (-8 - width, 26), (8, 26),
    ]
    let boxes = offsets.map { offset in
      let (left, base) = (x + offset.dx, y + offset.dy)
      return Box(left: left, top: base - 0.8 * size, right: left + width, bottom: base + 2)
    }
    let costs = boxes.map { box in
      let area = (box.right - box.left) * (box.bottom - box.top)
      return obstacles.reduce(area - box.overlap(bounds)) { $0 + $1.overlap(box) }
    }
    var best = 0
    for index in costs.indices where costs[index] < costs[best] - 1e-9 { best = index }
    obstacles.append(boxes[best])
    return SVG.text(look, text, x: boxes[best].left, y: y + offsets[best].dy)
  }
}
