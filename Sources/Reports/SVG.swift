/// The few shapes that charts are made of. Lengths are in the units of the view box, y downwards; looks
/// come from classes, which `ChartStyle` describes.
enum SVG {
  enum Anchor: String {
    case start
    case middle
    case end
  }

  /// Returns a whole drawing, with its title and description for those who cannot see it.
  ///
  /// - Parameters:
  ///   - name: What the ids in this drawing begin with; unique in a page.
  ///   - style: The classes' looks, for a drawing that stands alone.
  static func drawing(
    name: String, width: Double, height: Double, title: String, description: String,
    style: Markup? = nil, _ children: [Markup]
  ) -> Markup {
    Markup(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "chart",
        "viewBox": "0 0 \(number(width)) \(number(height))", "width": number(width),
        "height": number(height), "role": "img",
        "aria-labelledby": "\(name)-title \(name)-description",
      ],
      [
        .lines(
          [
            Markup("title", ["id": "\(name)-title"], text: title),
            Markup("desc", ["id": "\(name)-description"], text: description),
          ] + (style.map { [$0] } ?? []) + children)
      ])
  }

  /// Returns shapes that belong together; `tip` appears when the pointer rests on them.
  ///
  /// - Parameter trial: The trial that they stand for, where scripts should know it.
  static func group(
    _ tip: String? = nil, _ children: [Markup], trial: Int? = nil
  ) -> Markup {
    Markup(
      "g", ["data-trial": trial.map(String.init)],
      (tip.map { [Markup("title", text: $0)] } ?? []) + children)
  }

  static func line(
    _ look: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)
  ) -> Markup {
    Markup(
      "line",
      [
        "class": look, "x1": number(start.x), "y1": number(start.y), "x2": number(end.x),
        "y2": number(end.y),
      ])
  }

  static func circle(_ look: String, x: Double, y: Double, radius: Double) -> Markup {
    Markup(
      "circle", ["class": look, "cx": number(x), "cy": number(y), "r": number(radius)])
  }

  static func rectangle(
    _ look: String, x: Double, y: Double, width: Double, height: Double
  ) -> Markup {
    Markup(
      "rect",
      [
        "class": look, "x": number(x), "y": number(y), "width": number(width),
        "height": number(height),
      ])
  }

  /// Returns a line through points, closed into an area if asked.
  static func path(_ look: String, _ points: [(x: Double, y: Double)], isClosed: Bool = false)
    -> Markup
  {
    let steps = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(number(point.x)) \(number(point.y))"
    }
    return Markup("path", ["class": look, "d": steps.joined() + (isClosed ? "Z" : "")])
  }

  /// Returns many lines through points as one shape.
  static func polylines(_ look: String, _ lines: [[(x: Double, y: Double)]]) -> Markup {
    let steps = lines.map { points in
      points.enumerated().map { index, point in
        "\(index == 0 ? "M" : "L")\(number(point.x)) \(number(point.y))"
      }.joined()
    }
    return Markup("path", ["class": look, "d": steps.joined()])
  }

  /// Returns a triangle with its tip up or down.
  static func triangle(
    _ look: String, x: Double, y: Double, radius r: Double, pointsDown: Bool = false
  ) -> Markup {
    let d = pointsDown ? -1.0 : 1.0
    return path(
      look, [(x, y - d * r), (x + 0.9 * r, y + d * 0.7 * r), (x - 0.9 * r, y + d * 0.7 * r)],
      isClosed: true)
  }

  static func diamond(_ look: String, x: Double, y: Double, radius r: Double) -> Markup {
    path(look, [(x, y - r), (x + r, y), (x, y + r), (x - r, y)], isClosed: true)
  }

  static func square(_ look: String, x: Double, y: Double, radius r: Double) -> Markup {
    path(look, [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], isClosed: true)
  }

  static func cross(_ look: String, x: Double, y: Double, radius r: Double) -> Markup {
    Markup(
      "path",
      [
        "class": look,
        "d": "M\(number(x - r)) \(number(y - r))L\(number(x + r)) \(number(y + r))"
          + "M\(number(x - r)) \(number(y + r))L\(number(x + r)) \(number(y - r))",
      ])
  }

  static func text(
    _ look: String, _ text: String, x: Double, y: Double, anchor: Anchor = .start,
    isVertical: Bool = false
  ) -> Markup {
    Markup(
      "text",
      [
        "class": look, "x": number(x), "y": number(y),
        "text-anchor": anchor == .start ? nil : anchor.rawValue,
        "transform": isVertical ? "rotate(-90 \(number(x)) \(number(y)))" : nil,
      ], text: text)
  }

  /// Coordinates keep a hundredth of a unit, which no eye can tell apart.
  private static func number(_ value: Double) -> String {
    let text = value.fixed(2)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }
}
