import BayesianOptimization
import Testing

@testable import Studies

@Suite("the flash audit")
struct FlashAuditTests {
  /// Students with these right answers of 1000 in flash and in full training, MACs ascending.
  ///
  /// - Parameter audited: The trials that the audit chose; all others are finalists.
  private func audit(
    _ pairs: [(flash: Int, full: Int)], audited: [Int] = []
  ) throws -> FlashAudit? {
    let trials = pairs.indices
    var events = trials.map { MadeUp.proposed($0, macs: 100 * ($0 + 1)) }
    events += trials.map { MadeUp.finished($0, pairs[$0].flash) }
    events += trials.map { MadeUp.distilled($0, pairs[$0].full) }
    if !audited.isEmpty {
      events.append(
        .audited(
          JournalEvent.Audited(
            trials: audited, spearman: nil, macsSpearman: nil, fraction: 0.5, verdict: .undecided)))
    }
    events.append(
      .selected(JournalEvent.Selected(trials: trials.filter { !audited.contains($0) })))
    let definition = try StudyText.tiny.setting("search", "{\"trials\": 8}").definition()
    return StudyResults(definition, MadeUp.state(events)).audit
  }

  @Test("finds a perfect ranking perfect, and regrets nothing")
  func perfect() throws {
    let audit = try #require(try self.audit([(500, 800), (600, 850), (700, 900), (800, 910)]))
    #expect(audit.count == 4 && audit.stratifiedCount == 0 && audit.stratifiedFlash == nil)
    for ranking in [audit.flash, audit.macs] {
      #expect(ranking.spearman?.value == 1 && ranking.kendall?.value == 1)
      #expect(ranking.topCount == 1 && ranking.topRecall?.value == 1)
      #expect(ranking.regretOfFirst.value == 0 && ranking.regretOfThree.value == 0)
      #expect(ranking.regretOfFirst.interval == 0...0)
    }
  }

  @Test("tells what trusting flash costs")
  func regret() throws {
    // Ranks 1 2 3 4 against 2 1 4 3: ρ = 1 − 6·4/(4·15) = 0.6, τ = (4 − 2)/6.
    let audit = try #require(try self.audit([(500, 850), (600, 800), (700, 910), (800, 900)]))
    #expect(abs(try #require(audit.flash.spearman).value - 0.6) < 1e-12)
    #expect(abs(try #require(audit.flash.kendall).value - 1.0 / 3) < 1e-12)
    #expect(abs(audit.flash.regretOfFirst.value - 0.01) < 1e-12)
    #expect(audit.flash.regretOfThree.value == 0 && audit.flash.topRecall?.value == 0)
  }

  @Test(
    "counts how many of the best third flash has in its own, ties by full accuracy being as good")
  func recall() throws {
    // Flash's first three of nine are the trials 8, 7, 6.
    let flash = [500, 510, 520, 530, 540, 550, 560, 570, 580]
    func recall(_ full: [Int]) throws -> Double? {
      let audit = try self.audit(zip(flash, full).map { (flash: $0, full: $1) })
      #expect(audit?.flash.topCount == 3)
      return audit?.flash.topRecall?.value
    }
    #expect(try recall([1, 2, 3, 4, 5, 900, 901, 10, 902]) == 2.0 / 3)
    #expect(try recall([901, 902, 903, 4, 5, 6, 7, 8, 9]) == 0)
    // Three share the third place: whoever of them flash took is right.
    #expect(try recall([1, 900, 900, 2, 3, 4, 900, 910, 920]) == 1)
  }

  @Test("regrets what the best of flash's first three lacks")
  func regretOfThree() throws {
    let audit = try #require(
      try self.audit([(500, 930), (600, 800), (700, 880), (800, 900), (810, 890)]))
    #expect(abs(audit.flash.regretOfFirst.value - 0.04) < 1e-12)
    #expect(abs(audit.flash.regretOfThree.value - 0.03) < 1e-12)
    let interval = audit.flash.regretOfThree.interval
    #expect(interval.lowerBound == 0 && interval.upperBound >= 0.03)
  }

  @Test("judges those spread over the flash ranks by themselves too")
  func stratified() throws {
    // Among the audited, flash ranks 1 2 3 against 1 3 2: ρ = 1 − 6·2/(3·8) = 0.5.
    let pairs = [(500, 700), (600, 900), (700, 800), (800, 910), (810, 905), (805, 920)]
    let audit = try #require(try self.audit(pairs, audited: [0, 1, 2]))
    #expect(audit.count == 6 && audit.stratifiedCount == 3)
    #expect(audit.stratifiedFlash?.value == 0.5 && audit.stratifiedFlash?.count == 3)
    #expect(audit.stratifiedMACs?.value == 0.5)
    #expect(try self.audit(pairs, audited: [0, 1])?.stratifiedFlash == nil)
  }

  @Test("is made of accuracies on one scale where the fraction was raised")
  func raised() throws {
    let trials = 0..<4
    var events = trials.map { MadeUp.proposed($0, macs: 100 * ($0 + 1)) }
    events += trials.map { MadeUp.finished($0, 500 + 10 * $0) }
    events += trials.map { MadeUp.trainedForAudit($0, 800 + 10 * $0) }
    // At the raised fraction the order is 2 1 4 3.
    events += zip(trials, [720, 710, 740, 730]).map { MadeUp.rescored($0, $1) }
    events.append(MadeUp.audited(0, 1, 2, 3, raisedTo: 0.1))
    let definition = try StudyText.tiny.definition()
    let results = StudyResults(definition, MadeUp.state(events))
    #expect(abs(try #require(results.audit?.rawFlash.spearman).value - 0.6) < 1e-12)
    #expect(results.students.map(\.flash.correct) == [500, 510, 520, 530])
    #expect(results.students.map(\.comparableFlash.accuracy) == [0.72, 0.71, 0.74, 0.73])
  }

  @Test("gives intervals that hold the value and repeat with the study's seed")
  func intervals() throws {
    let pairs = [(500, 850), (600, 800), (700, 910), (800, 900), (820, 905), (650, 870)]
    let first = try #require(try self.audit(pairs))
    let spearman = try #require(first.flash.spearman)
    #expect(spearman.interval.contains(spearman.value) && spearman.count == 6)
    let recall = try #require(first.flash.topRecall)
    #expect(recall.interval.contains(recall.value) && recall.interval.upperBound == 1)
    #expect(try self.audit(pairs) == first)
  }

  @Test("has no correlation for fewer than three students or where all are equal")
  func tooFew() throws {
    let two = try #require(try self.audit([(500, 800), (600, 790)]))
    #expect(two.count == 2 && two.flash.spearman == nil && two.flash.kendall == nil)
    #expect(two.flash.topRecall == nil && abs(two.flash.regretOfFirst.value - 0.01) < 1e-12)
    #expect(two.flash.regretOfThree.value == 0)
    let equal = try #require(try self.audit([(500, 800), (600, 800), (700, 800)]))
    #expect(equal.flash.spearman == nil && equal.flash.regretOfFirst.value == 0)
    #expect(try self.audit([]) == nil)
  }
}
