import RandomStreams
import Statistics

/// How well the flash accuracies ranked what full training found.
public struct FlashAudit: Hashable, Sendable {
  /// Students that have both.
  public let count: Int
  /// Those among them that were chosen evenly from the flash ranks.
  public let stratifiedCount: Int
  /// By the full accuracies that the flash ones and the costs predict: what the search ranks by.
  public let flash: FlashRanking
  /// By the flash accuracy alone; where the audit has raised the fraction, on its scale.
  public let rawFlash: FlashRanking
  /// By multiply–accumulates, which need no training: flash must beat it.
  public let macs: FlashRanking
  /// Spearman's ρ over the stratified students alone, by flash and by multiply–accumulates; nil with
  /// fewer than three.
  public let stratifiedFlash: RankCorrelation?
  public let stratifiedMACs: RankCorrelation?

  /// Compares the students' flash and full validation accuracies; nil without students.
  ///
  /// - Parameter students: The cheapest first.
  init?(_ students: [StudyResults.Student], seed: UInt64) {
    func flash(_ student: StudyResults.Student) -> Double { student.projected.accuracy }
    func rawFlash(_ student: StudyResults.Student) -> Double { student.comparableFlash.accuracy }
    func macs(_ student: StudyResults.Student) -> Double { Double(student.costs.macs) }
    func ranking(_ score: (StudyResults.Student) -> Double) -> FlashRanking? {
      FlashRanking(students.map(score), full: students.map(\.validationAccuracy), seed: seed)
    }
    guard let byFlash = ranking(flash), let byRawFlash = ranking(rawFlash),
      let byMACs = ranking(macs)
    else { return nil }
    let stratified = students.filter { [.audited, .both].contains($0.role) }
    func correlation(_ score: (StudyResults.Student) -> Double) -> RankCorrelation? {
      FlashRanking.correlation(
        .spearman, stratified.map(score), stratified.map(\.validationAccuracy), seed)
    }
    (count, stratifiedCount) = (students.count, stratified.count)
    (self.flash, self.rawFlash, self.macs) = (byFlash, byRawFlash, byMACs)
    (stratifiedFlash, stratifiedMACs) = (correlation(flash), correlation(macs))
  }
}

/// How well a score ranks students by their full accuracy.
///
/// Students with equal scores are taken in the order in which they are given.
public struct FlashRanking: Hashable, Sendable {
  /// Nil with fewer than three students, or where one side is constant.
  public let spearman: RankCorrelation?
  public let kendall: RankCorrelation?
  /// A third of the students, at least one.
  public let topCount: Int
  /// The share of the `topCount` best by full accuracy that the score has among its own; nil with fewer
  /// than three students.
  public let topRecall: BootstrapEstimate?
  /// The best full accuracy less that of the student that the score ranks first.
  public let regretOfFirst: BootstrapEstimate
  /// The best full accuracy less the best among the three that the score ranks first.
  public let regretOfThree: BootstrapEstimate

  /// Compares `score` with `full`; nil without students.
  init?(_ score: [Double], full: [Double], seed: UInt64) {
    let count = score.count
    func estimate(_ statistic: ([Double], [Double]) -> Double?) -> BootstrapEstimate? {
      guard count > 0 else { return nil }
      var random = FlashRanking.stream(seed)
      return BootstrapEstimate(count: count, using: &random) { indices in
        statistic(indices.map { score[$0] }, indices.map { full[$0] })
      }
    }
    let topCount = max(1, count / 3)
    guard let first = estimate({ selectionRegret(of: $0, against: $1, top: 1) }),
      let three = estimate({ selectionRegret(of: $0, against: $1, top: 3) })
    else { return nil }
    (regretOfFirst, regretOfThree, self.topCount) = (first, three, topCount)
    topRecall =
      count > 2 ? estimate { FlashRanking.recall(of: topCount, $0, full: $1) } : nil
    spearman = FlashRanking.correlation(.spearman, score, full, seed)
    kendall = FlashRanking.correlation(.kendall, score, full, seed)
  }

  static func correlation(
    _ coefficient: RankCorrelation.Coefficient, _ score: [Double], _ full: [Double], _ seed: UInt64
  ) -> RankCorrelation? {
    guard score.count > 2 else { return nil }
    var random = stream(seed)
    return RankCorrelation(coefficient, of: score, and: full, using: &random)
  }

  /// All statistics see the same resamples.
  private static func stream(_ seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, purpose: "flash audit")
  }

  /// The full accuracies of the `count` students with the highest scores.
  private static func top(_ count: Int, _ score: [Double], full: [Double]) -> [Double] {
    score.indices.sorted { (-score[$0], $0) < (-score[$1], $1) }.prefix(count).map { full[$0] }
  }

  /// Whoever is as good as the last of the best `count` is one of them.
  static func recall(of count: Int, _ score: [Double], full: [Double]) -> Double {
    let last = full.sorted(by: >)[count - 1]
    return Double(top(count, score, full: full).count { $0 >= last }) / Double(count)
  }
}
