extension TerminalChart {
  /// A place of the plot that something is drawn at.
  struct Cell {
    var character: Character
    var look: Look
  }

  /// The plot's rows from the top, each with its columns.
  var canvas: [[Cell?]] {
    var canvas = [[Cell?]](repeating: Array(repeating: nil, count: columns), count: rows)
    func put(_ character: Character, _ look: Look, _ row: Int, _ column: Int) {
      guard (0..<rows).contains(row), (0..<columns).contains(column) else { return }
      canvas[row][column] = Cell(character: character, look: look)
    }
    for bound in chart.bounds where x.domain.contains(bound.value) {
      for row in 0..<rows { put(mark(.bound), .bound, row, column(bound.value)) }
    }
    if let teacher = chart.teacher, y.domain.contains(teacher.accuracy) {
      for column in 0..<columns { put(mark(.teacher), .teacher, row(teacher.accuracy), column) }
    }
    drawStaircase(put)
    // Flash accuracies below the scale stand at its foot, as in the report's chart.
    for flash in chart.flash where x.domain.contains(flash.cost) {
      put(mark(.flash), .flash, row(flash.accuracy), column(flash.cost))
    }
    for reference in chart.references {
      put(mark(.reference), .reference, row(reference.accuracy), column(reference.cost))
    }
    for student in chart.students.sorted(by: { !$0.isOnFront && $1.isOnFront }) {
      let look = student.isOnFront ? Look.front : .student
      put(mark(look), look, row(student.accuracy), column(student.cost))
    }
    for student in chart.students.filter(\.isOnFront) {
      label(student, in: &canvas)
    }
    return canvas
  }

  func column(_ cost: Double) -> Int { place(x.position(cost), of: columns) }

  func row(_ accuracy: Double) -> Int { rows - 1 - place(y.position(accuracy), of: rows) }

  /// Returns which of `count` cells a position of 0…1 falls into; what lies beyond falls into the last.
  private func place(_ position: Double, of count: Int) -> Int {
    guard position.isFinite else { return 0 }
    return min(count - 1, max(0, Int((position * Double(count - 1)).rounded())))
  }

  private func drawStaircase(_ put: (Character, Look, Int, Int) -> Void) {
    let corners = chart.staircase
    for (from, to) in zip(corners, corners.dropFirst()) {
      let (start, end) = (column(from.cost), column(to.cost))
      let (low, high) = (row(from.accuracy), row(to.accuracy))
      for column in start...max(start, end) { put(mark(.staircase), .staircase, low, column) }
      guard high < low else { continue }
      for row in high...low { put(style.isUnicode ? "│" : "|", .staircase, row, end) }
      if style.isUnicode { put("┘", .staircase, low, end) }
    }
  }

  /// Writes a student's trial next to its mark, where nothing but lines is hidden.
  private func label(_ student: ParetoChart.Student, in canvas: inout [[Cell?]]) {
    let text = Array(String(student.trial))
    let (row, column) = (row(student.accuracy), column(student.cost))
    for start in [column + 1, column - text.count] {
      let place = start..<(start + text.count)
      guard place.lowerBound >= 0, place.upperBound <= columns else { continue }
      let isFree = place.allSatisfy { index in
        guard let look = canvas[row][index]?.look else { return true }
        return [.bound, .teacher, .flash, .staircase].contains(look)
      }
      guard isFree else { continue }
      for (index, character) in zip(place, text) {
        canvas[row][index] = Cell(character: character, look: .label)
      }
      return
    }
  }
}
