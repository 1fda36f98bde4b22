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

  /// Returns by key how sure each student's place on the front of these costs is, by validation accuracies; without those
  /// that break a limit when measured or lack a cost.
  func standings(_ metrics: [String], confidence: Double) -> [String: FrontStanding] {
    var (keys, candidates): ([String], [Candidate]) = ([], [])
    for student in eligible {
      let costs = metrics.compactMap { value(of: $0, student)?.value }
      guard costs.count == metrics.count else { continue }
      keys.append(student.key)
      candidates.append(Candidate(accuracy: student.validation, costs: costs))
    }
    let standings = FrontStanding.standings(
      of: candidates, noise: noise(on: .validation), confidence: confidence)
    return Dictionary(zip(keys, standings)) { first, _ in first }
  }
}
