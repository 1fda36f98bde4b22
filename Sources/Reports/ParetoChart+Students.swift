extension ParetoChart {
  /// How far from its student a baseline is drawn, so that neither hides the other.
  private static let aside = 10.0

  func studentMarks(_ frame: PlotFrame) -> [Markup] {
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
  func referenceMarks(_ frame: PlotFrame) -> [Markup] {
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

  func names(_ frame: PlotFrame) -> [Markup] {
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
