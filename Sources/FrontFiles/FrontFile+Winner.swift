import Comparisons

extension FrontFile {
  /// Returns the students that keep all bounds, in the order of the first cost; predicted costs with at least the
  /// confidence. Nil if a bound's metric is not known of any student.
  func keeping(_ bounds: [MetricBound], confidence: Double) -> [FrontStudent]? {
    for bound in bounds where !eligible.contains(where: { value(of: bound.metric, $0) != nil }) {
      return nil
    }
    return eligible.filter { student in
      bounds.allSatisfy { keeps($0, student, confidence: confidence) == true }
    }
  }

  /// Returns the student that a budget gets: of those that keep it the one with the highest validation accuracy, the
  /// cheapest of several.
  func winner(_ students: [FrontStudent]) -> FrontStudent? {
    bestIndex(of: students.map(\.validation.mean)).map { students[$0] }
  }
}
