import Distillation
import Studies

/// How a student's full trainings went: the training loss and the accuracy in the batches over the steps, with the
/// teacher and without, and the validation accuracy at the end.
struct TrainingChart: Sendable {
  private struct Line: Sendable {
    let curve: TrainingCurve
    /// Whether the teacher taught it.
    let isTaught: Bool
    let seed: Int
    /// In per cent.
    let validation: Double

    var look: String { isTaught ? "curve" : "curve alone" }
    var name: String { "Seed \(seed) \(isTaught ? "with" : "without") the teacher" }
  }

  private let trial: Int
  private let lines: [Line]

  /// Nil where the journal has no curve of the student.
  init?(_ student: StudyResults.Student) {
    func lines(_ runs: [StudyResults.Run], isTaught: Bool) -> [Line] {
      runs.compactMap { run in
        run.curve.flatMap { curve in
          curve.points.isEmpty
            ? nil
            : Line(
              curve: curve, isTaught: isTaught, seed: run.seed,
              validation: 100 * run.validation.accuracy)
        }
      }
    }
    trial = student.trial
    // Taught ones are drawn over the others.
    self.lines =
      lines(student.baselineRuns, isTaught: false) + lines(student.runs, isTaught: true)
    if self.lines.isEmpty { return nil }
  }

  private static let (width, plotWidth, plotHeight) = (760.0, 290.0, 190.0)

  /// Returns the drawing.
  func drawing() -> Markup {
    let points = lines.flatMap(\.curve.points)
    let steps = AxisScale(
      covering: [0] + points.map { Double($0.step) }, limits: 0...Double.infinity)
    func frame(_ left: Double, _ y: AxisScale) -> PlotFrame {
      PlotFrame(
        left: left, top: 44, width: TrainingChart.plotWidth, height: TrainingChart.plotHeight,
        x: steps, y: y)
    }
    let loss = frame(
      70, AxisScale(covering: points.map(\.loss), minimumSpan: 0.1, limits: 0...Double.infinity))
    let accuracy = frame(
      70 + TrainingChart.plotWidth + 90,
      AxisScale(
        covering: points.map { 100 * $0.accuracy } + lines.map(\.validation), minimumSpan: 2,
        limits: 0...100))
    let legend = ChartLegend(entries: legendEntries, width: TrainingChart.width - 48)
    let height = loss.bottom + 52 + legend.height + 8
    var parts = [
      SVG.rectangle("paper", x: 0, y: 0, width: TrainingChart.width, height: height),
      SVG.text("heading", title, x: 24, y: 26),
    ]
    parts += loss.verticalAxis("training loss", unit: "", titleX: 18)
    parts += loss.horizontalAxis("steps", base: loss.bottom)
    parts += accuracy.verticalAxis(
      "accuracy in the batches", unit: "%", titleX: accuracy.left - 54)
    parts += accuracy.horizontalAxis("steps", base: accuracy.bottom)
    for line in lines {
      parts.append(drawing(of: line, loss, tip: lossTip(line)) { $0.loss })
      parts.append(
        drawing(of: line, accuracy, tip: accuracyTip(line)) { 100 * $0.accuracy })
    }
    parts += lines.map { validationMark($0, accuracy) }
    return SVG.drawing(
      name: "training-\(trial)", width: TrainingChart.width, height: height, title: title,
      description: lines.map { lossTip($0) + "; " + accuracyTip($0) }.joined(separator: ". "),
      parts + legend.markup(left: 24, top: loss.bottom + 52))
  }

  private var title: String { "The full trainings of trial \(trial)" }

  private var legendEntries: [ChartLegend.Entry] {
    func entry(_ text: String, _ look: String) -> ChartLegend.Entry {
      ChartLegend.Entry(text: text) { x, y in
        [SVG.line(look, from: (x - 9, y), to: (x + 9, y))]
      }
    }
    return [entry("with the teacher", "curve")]
      + (lines.allSatisfy(\.isTaught) ? [] : [entry("without it", "curve alone")]) + [
        ChartLegend.Entry(text: "validation accuracy at the end") { x, y in
          [SVG.circle("student", x: x, y: y, radius: 4)]
        }
      ]
  }

  private func drawing(
    of line: Line, _ frame: PlotFrame, tip: String, _ value: (TrainingCurve.Point) -> Double
  ) -> Markup {
    let corners = line.curve.points.map { (frame.x(Double($0.step)), frame.y(value($0))) }
    return SVG.group(tip, [SVG.path(line.look, corners)])
  }

  private func validationMark(_ line: Line, _ frame: PlotFrame) -> Markup {
    let end = Double(line.curve.points.last?.step ?? 0)
    let (x, y) = (frame.x(end), frame.y(line.validation))
    return SVG.group(
      "\(line.name): validation accuracy \(line.validation.fixed(2)) %",
      [
        line.isTaught
          ? SVG.circle("student", x: x, y: y, radius: 4)
          : SVG.triangle("baseline", x: x, y: y, radius: 4.5)
      ])
  }

  private func lossTip(_ line: Line) -> String {
    let points = line.curve.points
    return "\(line.name): training loss \((points.first?.loss ?? .nan).brief) at first, "
      + "\((points.last?.loss ?? .nan).brief) at last"
  }

  private func accuracyTip(_ line: Line) -> String {
    let points = line.curve.points
    return "\(line.name): accuracy in the batches \((points.first?.accuracy ?? .nan).percentage) "
      + "at first, \((points.last?.accuracy ?? .nan).percentage) at last, validation accuracy "
      + "\(line.validation.fixed(2)) %"
  }
}
