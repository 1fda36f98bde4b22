import BayesianOptimization
import Distillation
import Statistics

/// When a study's audit of flash is due, whom it takes, and what it decides: functions of the journal
/// alone.
///
/// Own trials before the audit's moment are not affected by it, and none after it is proposed before
/// the verdict. All results of the former are known then, whatever the number of workers.
package struct FlashAuditPolicy {
  let definition: StudyDefinition
  let state: StudyState

  /// The largest fraction that the audit raises to, unless the study's own is larger.
  private static let largestFraction = 0.5
  /// With fewer students a correlation says nothing at all.
  private static let fewestStudents = 3

  private var settings: AuditSettings { definition.audit }

  /// How many of the study's own trials come before the audit.
  var moment: Int {
    // What rounding adds to a product such as 0.07 · 100 is not another trial.
    max(1, Int((settings.at * Double(definition.search.trials) - 1e-9).rounded(.up)))
  }

  /// Whether no student may be proposed before the verdict.
  ///
  /// A journal that is past the moment already was begun without an audit and continues without one.
  ///
  /// - Parameter isExhausted: Whether there is no student left to propose, so that the audit takes what is
  ///   there.
  func isDue(isExhausted: Bool) -> Bool {
    guard settings.count > 0, state.audited == nil, state.searchEnded == nil else { return false }
    let count = state.ownTrials.count
    return count == moment || isExhausted && count < moment
  }

  // MARK: - The choice

  /// The trials to audit, ascending: one from each of `count` equal strata of the flash ranks.
  var trials: [Int] {
    let ranked = state.ownTrials.compactMap { trial in
      trial.flashAccuracy.map { (accuracy: $0, trial: trial.number) }
    }.sorted { ($0.accuracy, $0.trial) < ($1.accuracy, $1.trial) }
    return FlashAuditPolicy.middleRanks(of: ranked.count, strata: settings.count)
      .map { ranked[$0].trial }.sorted()
  }

  /// Returns the middle rank, from 0, of each of `strata` equal parts of `count` ranks, the lower one of
  /// two; all ranks if there are no more than parts.
  package static func middleRanks(of count: Int, strata: Int) -> [Int] {
    let parts = min(strata, count)
    return (0..<parts).map { part in
      let (start, end) = (part * count / parts, (part + 1) * count / parts)
      return (start + end - 1) / 2
    }
  }

  // MARK: - The verdict

  /// The audited students whose full training ended well.
  private var students: [(trial: StudyState.Trial, full: Double)] {
    trials.compactMap { number in
      let result = state.distillation(of: number, repetition: 0, isBaseline: false)
      return result?.validation.map { (state.trials[number], $0.accuracy) }
    }
  }

  private func correlation(_ score: (StudyState.Trial) -> Double) -> Double? {
    let students = students
    guard students.count >= FlashAuditPolicy.fewestStudents else { return nil }
    return RankCorrelation.value(
      .spearman, of: students.map { score($0.trial) }, and: students.map(\.full))
  }

  /// By what the search ranks students by, without the full results that it is compared with.
  private var spearman: Double? {
    let ladder = AccuracyLadder(definition, state, learning: false)
    return correlation { ladder.afterFullTraining($0)?.accuracy ?? 0 }
  }

  /// The fraction that the students are to be scored at again; nil if it stays as it is.
  ///
  /// All full trainings must have ended.
  var wantedFraction: Double? {
    let own = definition.flash.fraction
    let raised = min(settings.raise * own, max(own, FlashAuditPolicy.largestFraction))
    let isLeft = state.ownTrials.count == moment && moment < definition.search.trials
    guard raised > own, isLeft, let spearman, spearman < settings.smallestCorrelation else {
      return nil
    }
    return raised
  }

  /// The students to score again: those that the correlation is made of.
  var comparedTrials: [Int] { students.map(\.trial.number) }

  /// The audit's outcome, when all its trainings have ended.
  var audited: JournalEvent.Audited {
    let spearman = spearman
    var audited = JournalEvent.Audited(
      trials: trials, spearman: spearman,
      macsSpearman: correlation { Double($0.costs.macs) }, fraction: definition.flash.fraction,
      verdict: .undecided)
    guard let spearman else { return audited }
    if spearman >= settings.smallestCorrelation {
      audited.verdict = .ranks
    } else if let fraction = wantedFraction {
      if FlashComparison(state, fraction: fraction) != nil {
        (audited.verdict, audited.fraction) = (.raised, fraction)
      } else {
        audited.verdict = .incomparable
      }
    } else {
      audited.verdict = .kept
    }
    return audited
  }
}
