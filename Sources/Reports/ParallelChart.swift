import Foundation
import HardwareProfiles
import SearchSpaces
import Studies

/// Parallel coordinates: one axis for each decision that varies, one for the first cost and one for the
/// projected accuracy; one line for each trial with a result.
struct ParallelChart: Sendable {
  private struct Axis: Sendable {
    let title: String
    /// Names along the axis, from 0 at the bottom to 1 at the top.
    let ticks: [(position: Double, label: String)]
  }

  private struct Line: Sendable {
    let trial: Int
    let isTrainedFully: Bool
    let isOnFront: Bool
    /// One position for each axis.
    let positions: [Double]
    let tip: String
  }

  private let axes: [Axis]
  private let lines: [Line]

  /// From this many on, lines of flash trials are one path: nobody can tell them apart.
  private static let mostSingle = 300
  /// Of more flash trials an even selection is drawn.
  private static let mostDrawn = 1000
  private static let spacing = 74.0
  private static let (top, plotHeight, foot) = (74.0, 250.0, 26.0)

  /// Whether only a part of the flash trials is drawn.
  var isSelection: Bool { lines.count { !$0.isTrainedFully } > ParallelChart.mostDrawn }

  /// Creates the chart; nil where fewer than two trials have a result or no decision varies.
  init?(_ inputs: ReportInputs) {
    let space = inputs.space
    let known = inputs.trials.rows.compactMap { row -> (row: TrialTable.Row, of: Architecture)? in
      guard row.projected != nil, let architecture = try? space.architecture(key: row.key) else {
        return nil
      }
      return (row, architecture)
    }
    let varying = space.parameters.indices.filter { decision in
      Set(known.map { space.isActive(decision, in: $0.of) ? $0.of.choices[decision] : -1 }).count
        > 1
    }
    guard known.count > 1, !varying.isEmpty else { return nil }
    let objective = inputs.definition.objectives[0]
    func cost(_ row: TrialTable.Row) -> Double {
      inputs.definition.firstCost(row.costs) / objective.unitSize
    }
    func accuracy(_ row: TrialTable.Row) -> Double { 100 * (row.projected?.accuracy ?? 0) }
    let costScale = AxisScale(
      covering: known.map { cost($0.row) }, logarithmicAbove: 4, limits: 0...Double.infinity)
    let accuracyScale = AxisScale(covering: known.map { accuracy($0.row) }, limits: 0...100)
    func ticks(_ scale: AxisScale) -> [(position: Double, label: String)] {
      scale.ticks(atMost: 6).map { (scale.position($0.value), $0.label) }
    }
    axes =
      varying.map { decision in
        let parameter = space.parameters[decision]
        return Axis(
          title: parameter.name,
          ticks: [(0, "none")].filter { _ in !parameter.conditions.isEmpty }
            + parameter.values.enumerated().map { index, value in
              (ParallelChart.position(index, of: parameter), value.description)
            })
      } + [
        Axis(title: "\(objective.title) (\(objective.unit))", ticks: ticks(costScale)),
        Axis(title: "projected accuracy (%)", ticks: ticks(accuracyScale)),
      ]
    lines = known.map { row, architecture in
      Line(
        trial: row.trial, isTrainedFully: row.isTrainedFully, isOnFront: row.isOnFront,
        positions: varying.map { decision in
          space.isActive(decision, in: architecture)
            ? ParallelChart.position(architecture.choices[decision], of: space.parameters[decision])
            : 0
        } + [costScale.position(cost(row)), accuracyScale.position(accuracy(row))],
        tip: "Trial \(row.trial): projected accuracy \(accuracy(row).fixed(2)) %, "
          + inputs.words(row.key))
    }
  }

  /// Returns where a value stands on its axis: evenly spaced, above the place of "none" where a decision may
  /// have no meaning.
  private static func position(_ index: Int, of parameter: Parameter) -> Double {
    let isOptional = !parameter.conditions.isEmpty
    let steps = Double(parameter.values.count - (isOptional ? 0 : 1))
    return steps > 0 ? Double(index + (isOptional ? 1 : 0)) / steps : 0.5
  }

  /// Returns the drawing, as wide as its axes need.
  func drawing() -> Markup {
    let width = max(460, 60 + ParallelChart.spacing * Double(axes.count))
    let height = ParallelChart.top + ParallelChart.plotHeight + ParallelChart.foot
    let title = "The decisions of \(counted(lines.count, "trial"))"
    return SVG.drawing(
      name: "parallel", width: width, height: height, title: title,
      description: "Parallel coordinates over "
        + axes.map(\.title).joined(separator: ", ") + ". The table of decisions holds the counts.",
      [
        SVG.rectangle("paper", x: 0, y: 0, width: width, height: height),
        SVG.text("heading", title, x: 24, y: 26),
      ] + flashPaths + lines.filter(\.isTrainedFully).map { path($0) } + axes.indices.flatMap(axis))
  }

  private var flashPaths: [Markup] {
    let flash = lines.filter { !$0.isTrainedFully }
    guard flash.count > ParallelChart.mostSingle else { return flash.map { path($0) } }
    let step = (flash.count + ParallelChart.mostDrawn - 1) / ParallelChart.mostDrawn
    let drawn = stride(from: 0, to: flash.count, by: step).map { points(flash[$0]) }
    return [SVG.polylines("line", drawn)]
  }

  private func path(_ line: Line) -> Markup {
    let look = line.isOnFront ? "line best" : line.isTrainedFully ? "line full" : "line"
    return SVG.group(
      line.tip, [SVG.path(look, points(line))], trial: line.trial)
  }

  private func points(_ line: Line) -> [(x: Double, y: Double)] {
    line.positions.enumerated().map { (x($0.offset), y($0.element)) }
  }

  private func x(_ axis: Int) -> Double { 50 + ParallelChart.spacing * Double(axis) }

  private func y(_ position: Double) -> Double {
    ParallelChart.top + ParallelChart.plotHeight * (1 - position)
  }

  /// One axis with its name, alternating in two rows, and its ticks.
  private func axis(_ index: Int) -> [Markup] {
    let axis = axes[index]
    let x = x(index)
    let isLast = index >= axes.count - 2
    let room = isLast ? 28 : 20
    let name = axis.title.count > room ? axis.title.prefix(room - 1) + "…" : axis.title[...]
    return [
      SVG.line("axis", from: (x, y(0)), to: (x, y(1))),
      SVG.text(
        "tick halo", String(name), x: x, y: index % 2 == 0 ? 62 : 47, anchor: .middle),
    ]
      + axis.ticks.map { tick in
        SVG.text("note halo", tick.label, x: x + 5, y: y(tick.position) + 4)
      }
  }
}
