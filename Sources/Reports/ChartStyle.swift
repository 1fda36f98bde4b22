/// The colours of charts and pages, by the part that they play.
///
/// On their backgrounds texts have a contrast of at least 4.5 to 1 and marks of at least 3 to 1; marks
/// also differ in shape or size. Source: W3C, WCAG 2.2, 1.4.1, 1.4.3 and 1.4.11.
struct Palette: Hashable, Sendable {
  /// Name and value, in the order in which a style sheet lists them.
  let colors: [(name: String, value: String)]

  static let light = Palette(colors: [
    ("paper", "#ffffff"), ("ink", "#1b2530"), ("soft", "#55626f"), ("rule", "#e1e6eb"),
    ("tint", "#f3f6f9"), ("student", "#0b5cad"), ("dominated", "#5d8fc4"), ("flash", "#808c98"),
    ("baseline", "#a85400"), ("teacher", "#6d3ba8"), ("over", "#b3261e"),
    ("reference", "#00706a"),
  ])

  static let dark = Palette(colors: [
    ("paper", "#12171d"), ("ink", "#e4e9ee"), ("soft", "#a4b0bc"), ("rule", "#2b343e"),
    ("tint", "#1a212a"), ("student", "#6db3ff"), ("dominated", "#47799f"), ("flash", "#8a96a2"),
    ("baseline", "#f0a24e"), ("teacher", "#c8a4f7"), ("over", "#ff7d73"),
    ("reference", "#4fc9bd"),
  ])

  static func == (a: Palette, b: Palette) -> Bool {
    a.colors.elementsEqual(b.colors) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) {
    for color in colors { hasher.combine(color.value) }
  }

  /// The colours as custom properties of a style sheet.
  var properties: String { colors.map { "--\($0.name): \($0.value);" }.joined(separator: " ") }
}

/// How the classes of a chart look.
enum ChartStyle {
  /// The font of charts and pages; its letters are at most about 0.62 of its size wide on average.
  static let font = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

  /// Returns rules that take colours from custom properties, for a chart in a page.
  static var pageRules: String { rules { "var(--\($0))" } }

  /// Returns rules with the colours themselves, which every SVG viewer understands.
  static func rules(_ palette: Palette) -> String {
    rules { name in palette.colors.first { $0.name == name }?.value ?? "currentColor" }
  }

  private static func rules(_ color: (String) -> String) -> String {
    """
    .chart { font: 12px \(font); }
    .chart text { fill: \(color("ink")); }
    .chart .paper { fill: \(color("paper")); }
    .chart .heading { font-size: 15px; font-weight: 600; }
    .chart .tick, .chart .note { fill: \(color("soft")); }
    .chart .note { font-size: 11px; }
    .chart .grid { stroke: \(color("rule")); }
    .chart .axis { stroke: \(color("soft")); }
    .chart .strip { fill: \(color("tint")); }
    .chart .front { fill: none; stroke: \(color("student")); stroke-width: 1.5; stroke-opacity: 0.65; }
    .chart .student { fill: \(color("student")); }
    .chart .dominated { fill: \(color("dominated")); }
    .chart .interval { fill: none; stroke: \(color("student")); stroke-width: 1.4; }
    .chart .cost-bar { fill: none; stroke: \(color("soft")); stroke-width: 1.3; }
    .chart .faint { stroke: \(color("flash")); stroke-width: 1; stroke-opacity: 0.35; }
    .chart .flash { fill: none; stroke: \(color("flash")); stroke-width: 1.2; }
    .chart .chosen { fill: \(color("paper")); stroke: \(color("student")); stroke-width: 1.5; }
    .chart .connector { stroke: \(color("student")); stroke-dasharray: 1 3; stroke-linecap: round; }
    .chart .reference { fill: \(color("paper")); stroke: \(color("reference")); stroke-width: 1.8; }
    .chart .baseline { fill: none; stroke: \(color("baseline")); stroke-width: 1.6; }
    .chart .teacher { stroke: \(color("teacher")); stroke-width: 1.5; stroke-dasharray: 8 4; }
    .chart .bound { stroke: \(color("over")); stroke-width: 1.5; stroke-dasharray: 3 3; }
    .chart .over { fill: none; stroke: \(color("over")); stroke-width: 1.3; }
    .chart text.teacher-label { fill: \(color("teacher")); }
    .chart text.bound-label { fill: \(color("over")); }
    .chart text.name { font-weight: 600; }
    .chart text.halo { stroke: \(color("paper")); stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
    """
  }

  /// Returns about how wide a text is; rather too wide than too narrow.
  static func width(of text: String, size: Double) -> Double { 0.6 * size * Double(text.count) }
}
