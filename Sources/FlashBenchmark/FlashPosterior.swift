import BayesianOptimization
import SearchSpaces
import Studies

/// What a study makes of students' flash results: accuracies projected to the full training, and the
/// posterior of the search's own surrogate, which draws them towards what similar students did.
struct FlashPosterior {
  let session: SearchSession
  let students: [BenchmarkStudent]
  /// The flash accuracy of each; nil if its training failed.
  let flash: [FlashEstimate?]
  /// The flash fraction.
  let fraction: Double

  /// Full trainings of the audit.
  static let auditedCount = 4

  /// Returns the full accuracy that each student's flash accuracy predicts; 0 for those that failed.
  func projected() -> [Double] {
    let ladder = AccuracyLadder(fraction: fraction)
    return students.indices.map { estimate($0, ladder)?.accuracy ?? 0 }
  }

  /// Returns the posterior mean at each student, without any full result; nil if there is none.
  func means() -> [Double]? {
    means(of: Array(students.indices), AccuracyLadder(fraction: fraction))
  }

  /// Returns the posterior means after an audit: four students, from the middles of four equal parts of
  /// the ranking, have their full results known, and the projection has learnt from them.
  ///
  /// - Parameter full: The full accuracy of each; nil where there is none.
  /// - Returns: The places of the audited, which need no ranking any more, and the mean at each student; nil
  ///   if there are too few, or there is no posterior.
  func afterAudit(full: [Double?]) -> (audited: [Int], means: [Double])? {
    let candidates = students.indices.filter { full[$0] != nil && flash[$0] != nil }
    let audited = FlashPosterior.audited(candidates, scores: projected())
    guard audited.count == FlashPosterior.auditedCount else { return nil }
    var ladder = AccuracyLadder(fraction: fraction)
    for student in audited {
      guard let flash = flash[student], let full = full[student] else { continue }
      ladder.learn(flash: flash, full: full, costs: students[student].costs)
    }
    return means(of: Array(students.indices), ladder).map { (audited, $0) }
  }

  private func estimate(
    _ student: Int, _ ladder: AccuracyLadder
  ) -> FlashEstimate? {
    flash[student].map { ladder.afterFullTraining($0, costs: students[student].costs) }
  }

  private func means(of asked: [Int], _ ladder: AccuracyLadder) -> [Double]? {
    let observations = students.indices.map { student in
      Observation(
        architecture: students[student].architecture,
        outcome: estimate(student, ladder).map { .measured($0) } ?? .failed)
    }
    let means = session.posteriorMeans(
      of: asked.map { students[$0].architecture }, given: observations
    ).compactMap { $0 }
    return means.count == asked.count ? means : nil
  }

  /// Returns the students in the middles of equal parts of a ranking, the best first.
  static func audited(_ students: [Int], scores: [Double]) -> [Int] {
    let order = students.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    return FlashAuditPolicy.middleRanks(of: order.count, strata: auditedCount).map { order[$0] }
  }
}
