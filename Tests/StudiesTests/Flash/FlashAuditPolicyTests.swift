import Testing

@testable import Studies

@Suite("the audit's policy")
struct FlashAuditPolicyTests {
  private func policy(
    _ events: [JournalEvent], audit: String = "{\"count\": 4}", trials: Int = 8,
    fraction: Double = 0.05
  ) throws -> FlashAuditPolicy {
    FlashAuditPolicy(
      definition: try StudyText.tiny.setting("audit", audit)
        .setting("search", "{\"trials\": \(trials)}").setting("finalists", "{\"count\": 1}")
        .setting("flash", "{\"fraction\": \(fraction)}").definition(),
      state: MadeUp.state(events))
  }

  /// Trials with these right answers, nil for one that diverged, and full ones for some.
  private func events(_ flash: [Int?], full: [Int: Int?] = [:]) -> [JournalEvent] {
    flash.indices.flatMap {
      [MadeUp.proposed($0, macs: 900 - 100 * $0), MadeUp.finished($0, flash[$0])]
    } + full.sorted { $0.key < $1.key }.map { MadeUp.trainedForAudit($0.key, $0.value) }
  }

  @Test(
    "takes the middle of equal parts of the ranks, the lower one of two",
    arguments: [
      (8, 4, [0, 2, 4, 6]), (9, 3, [1, 4, 7]), (10, 3, [1, 4, 7]), (12, 4, [1, 4, 7, 10]),
      (5, 1, [2]), (4, 4, [0, 1, 2, 3]), (3, 4, [0, 1, 2]), (1, 2, [0]), (0, 4, []), (4, 0, []),
    ])
  func strata(count: Int, parts: Int, middles: [Int]) {
    #expect(FlashAuditPolicy.middleRanks(of: count, strata: parts) == middles)
  }

  @Test("chooses among own trials that gave a result, ties by their number")
  func choice() throws {
    // By rank: 5, 1, 3, 0, 2, 6; trial 4 diverged. Three parts: 5 1 | 3 0 | 2 6.
    let flash: [Int?] = [620, 510, 700, 600, nil, 500, 700]
    #expect(try policy(events(flash), audit: "{\"count\": 3}").trials == [2, 3, 5])
    #expect(try policy(events(flash), audit: "{\"count\": 9}").trials == [0, 1, 2, 3, 5, 6])
    let carried = MadeUp.imported([
      MadeUp.carried("a", 600, macs: 5), MadeUp.carried("b", 601, macs: 5),
    ])
    let own = (2..<5).flatMap { [MadeUp.proposed($0, macs: 5), MadeUp.finished($0, 500 + $0)] }
    #expect(try policy([carried] + own).trials == [2, 3, 4])
  }

  @Test(
    "is due after a share of the own trials, rounded up",
    arguments: [(8, 0.5, 4), (7, 0.5, 4), (100, 0.07, 7), (1, 0.5, 1), (60, 0.01, 1), (30, 1, 30)])
  func moment(trials: Int, at: Double, moment: Int) throws {
    let policy = try policy([], audit: "{\"at\": \(at)}", trials: trials)
    #expect(policy.moment == moment)
  }

  @Test("is due once: at its moment, or where nobody is left to propose before it")
  func due() throws {
    let flash: [Int?] = [600, 610, 620, 630, 640]
    func isDue(_ count: Int, exhausted: Bool = false, _ more: [JournalEvent] = []) throws -> Bool {
      try policy(events(Array(flash.prefix(count))) + more).isDue(isExhausted: exhausted)
    }
    #expect(try (0..<6).map { try isDue($0) } == [false, false, false, false, true, false])
    #expect(try isDue(3, exhausted: true) && isDue(4, exhausted: true))
    // Begun by a version without audits, and past the moment.
    #expect(try !isDue(5, exhausted: true))
    #expect(try !isDue(4, [MadeUp.audited(0, 1, 2, 3)]))
    #expect(try !isDue(4, [MadeUp.searchEnded(4)]))
    #expect(try !policy(events(flash), audit: "{\"count\": 0}").isDue(isExhausted: true))
  }

  /// Four trials before the audit of eight, all of them audited: ρ = 0.6, and −0.6 for MACs.
  private let ranked = [0: 850, 1: 800, 2: 910, 3: 900]

  private func audited(
    _ audit: String, fraction: Double = 0.05, rescored: [Int?] = [600, 610, 620, 630],
    full: [Int: Int?]? = nil, trials: Int = 8
  ) throws -> (audited: JournalEvent.Audited, wanted: Double?) {
    let events =
      events([500, 510, 520, 530], full: full ?? ranked.mapValues { $0 })
      + rescored.indices.map {
        MadeUp.rescored($0, rescored[$0], fraction: min(0.5, 2 * fraction))
      }
    let policy = try policy(events, audit: audit, trials: trials, fraction: fraction)
    return (policy.audited, policy.wantedFraction)
  }

  @Test("lets flash be where it ranks as well as asked for")
  func ranks() throws {
    for bound in ["0.5", "0.59", "-1"] {
      let (audited, wanted) = try audited("{\"smallest_correlation\": \(bound)}")
      #expect(audited.verdict == .ranks && audited.fraction == 0.05 && wanted == nil)
      #expect(audited.trials == [0, 1, 2, 3])
      #expect(abs(try #require(audited.spearman) - 0.6) < 1e-12)
      #expect(abs(try #require(audited.macsSpearman) + 0.6) < 1e-12)
    }
    // A perfect ranking is enough for anybody.
    let perfect = try self.audited(
      "{\"smallest_correlation\": 1}", full: [0: 800, 1: 810, 2: 820, 3: 830])
    #expect(perfect.audited.verdict == .ranks)
  }

  @Test("raises the fraction where it ranks worse, up to a half or the study's own")
  func raises() throws {
    let (audited, wanted) = try audited("{\"smallest_correlation\": 0.7}")
    #expect(audited.verdict == .raised && audited.fraction == 0.1 && wanted == 0.1)
    let capped = try self.audited("{\"smallest_correlation\": 1}", fraction: 0.3)
    #expect(capped.audited.verdict == .raised && capped.audited.fraction == 0.5)
    for fraction in [0.5, 0.8] {
      let kept = try self.audited("{\"smallest_correlation\": 1}", fraction: fraction)
      #expect(kept.audited.verdict == .kept && kept.audited.fraction == fraction)
    }
  }

  @Test("keeps it where the study says so, no trials are left, or the two cannot be compared")
  func keeps() throws {
    let forbidden = try audited("{\"smallest_correlation\": 1, \"raise\": 1}")
    #expect(forbidden.audited.verdict == .kept && forbidden.wanted == nil)
    let last = try audited("{\"smallest_correlation\": 1, \"at\": 1}", trials: 4)
    #expect(last.audited.verdict == .kept && last.wanted == nil)
    for rescored in [[600, nil, nil, nil], [nil, nil, nil, nil]] as [[Int?]] {
      let failed = try audited("{\"smallest_correlation\": 1}", rescored: rescored)
      #expect(failed.audited.verdict == .incomparable && failed.audited.fraction == 0.05)
    }
  }

  @Test("leaves out who failed, and decides nothing from fewer than three or from equal ones")
  func undecided() throws {
    // Ranks 1 2 3 against 2 1 3 without the last.
    let three = try audited("{}", full: [0: 850, 1: 800, 2: 910, 3: nil])
    #expect(three.audited.spearman == 0.5 && three.audited.trials == [0, 1, 2, 3])
    for full in [[0: 850, 1: 800, 2: nil, 3: nil], [0: 5, 1: 5, 2: 5, 3: 5]] as [[Int: Int?]] {
      let (audited, wanted) = try audited("{\"smallest_correlation\": 1}", full: full)
      #expect(audited.verdict == .undecided && audited.spearman == nil && wanted == nil)
    }
  }
}
