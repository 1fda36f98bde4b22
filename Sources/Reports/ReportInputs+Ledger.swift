import Studies

extension ReportInputs {
  /// What the trainings cost in processor time, and which ones were not needed; nil before the first has
  /// ended.
  var ledgerSection: ReportSection? {
    let entries = ledger
    guard !entries.isEmpty else { return nil }
    let sum = entries.reduce(0) { $0 + $1.seconds }
    let table = ReportTable(
      caption: "Processor time of the students' trainings, one thread each",
      columns: [
        .init("training"), .init("number", .number), .init("failed or stopped", .number),
        .init("CPU seconds", .number), .init("share (%)", .number), .init("in words", .number),
      ],
      rows: entries.map { entry in
        [
          entry.name, String(entry.count), String(entry.lost), entry.seconds.fixed(1),
          (entry.seconds / max(sum, 1e-9)).percent(1), entry.seconds.duration,
        ]
      } + [
        ["all", String(entries.reduce(0) { $0 + $1.count }), "", sum.fixed(1), "", sum.duration]
      ])
    var blocks: [ReportBlock] = [.table(table)]
    if !avoidedSentences.isEmpty {
      blocks += [.paragraph("Trainings that were not needed:"), .list(avoidedSentences)]
    }
    return ReportSection(anchor: "ledger", title: "The ledger", blocks: blocks)
  }

  private struct LedgerEntry {
    let name: String
    let count: Int
    let lost: Int
    let seconds: Double

    init?(_ name: String, _ trainings: [(isLost: Bool, seconds: Double)]) {
      guard !trainings.isEmpty else { return nil }
      self.name = name
      count = trainings.count
      lost = trainings.count { $0.isLost }
      seconds = trainings.reduce(0) { $0 + $1.seconds }
    }
  }

  private var ledger: [LedgerEntry] {
    let finalists = Set(state.allFinalists)
    func full(_ isIncluded: (JournalEvent.Distilled) -> Bool) -> [(isLost: Bool, seconds: Double)] {
      state.distilled.filter { $0.source == nil && isIncluded($0) }.map {
        ($0.outcome != .measured, $0.seconds)
      }
    }
    return [
      LedgerEntry(
        "flash trials",
        state.ownTrials.compactMap(\.result).map { ($0.outcome != .measured, $0.seconds) }),
      LedgerEntry(
        "flash, scored again by the audit",
        state.rescored.map { ($0.validation == nil, $0.seconds) }),
      LedgerEntry(
        "full, finalists", full { !$0.isBaseline && finalists.contains($0.trial) }),
      LedgerEntry(
        "full, for the audit alone", full { !$0.isBaseline && !finalists.contains($0.trial) }),
      LedgerEntry("full, without the teacher", full(\.isBaseline)),
      LedgerEntry(
        "full, reference designs",
        state.referenceTrainings.filter { $0.source == nil }.map {
          ($0.outcome != .measured, $0.seconds)
        }),
    ].compactMap { $0 }
  }

  /// What constraints, earlier results and rungs have saved.
  private var avoidedSentences: [String] {
    var sentences: [String] = []
    if let screened = state.screened, screened.drawn > screened.feasible {
      let share = 1 - Double(screened.feasible) / Double(screened.drawn)
      sentences.append(
        "By constraints: \(share.percent(1)) % of random students break a limit and were refused by "
          + "their predicted costs; a search blind to them would have trained "
          + (screened.feasible > 0
            ? "about \((Double(screened.drawn) / Double(screened.feasible)).brief) students for each "
              + "that keeps them." : "them all in vain."))
    }
    if state.carriedCount > 0 {
      sentences.append(
        "As duplicates of earlier studies: \(counted(state.carriedCount, "flash training")), whose "
          + "results were carried over.")
    }
    let taken = state.carriedFullTrainings
    if taken > 0 {
      sentences.append(
        "As duplicates of earlier studies: \(counted(taken, "full training")), whose results and weights "
          + "were taken over.")
    }
    let shared = sharedReferenceTrainings
    if shared > 0 {
      sentences.append(
        "As duplicates of the search: \(counted(shared, "full training")) of reference designs that are "
          + "students of the search.")
    }
    if let savings = RungSavings(state) {
      sentences.append(
        "At rungs: \(savings.stopped) of \(savings.ended) flash trainings were stopped, which saved "
          + "\(savings.steps) steps, about \(savings.seconds.duration) on one thread.")
    }
    return sentences
  }

  /// Full trainings of reference designs that the search has done.
  private var sharedReferenceTrainings: Int {
    results.references.filter { $0.trial != nil }.reduce(0) { $0 + $1.validation.count }
  }
}
