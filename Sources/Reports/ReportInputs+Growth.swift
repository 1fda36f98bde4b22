import Studies

extension ReportInputs {
  /// What was added to the study after it had begun, and when, and what it was put together from; nil where
  /// nothing was.
  var growthSection: ReportSection? {
    let grown = state.growths.indices.filter { !state.growths[$0].event.changes.isEmpty }
    let blocks = mergedBlocks + (grown.isEmpty ? [] : growthBlocks(grown))
    guard !blocks.isEmpty else { return nil }
    return ReportSection(anchor: "growth", title: "What was added when", blocks: blocks)
  }

  private var mergedBlocks: [ReportBlock] {
    guard let merged = state.merged else { return [] }
    return [
      .paragraph("This study was put together from others on the same question."),
      .list(
        merged.sources.map { source in
          "\(source.study), seed \(source.seed): \(counted(source.trials, "flash trial")) and "
            + "\(counted(source.fullTrainings, "full training")) that no study before it had."
        }),
    ]
  }

  private func growthBlocks(_ grown: [Int]) -> [ReportBlock] {
    let rows = grown.enumerated().flatMap { number, index in
      state.growths[index].event.changes.map { change in
        [String(number + 1), change.field, change.before, change.after]
      }
    }
    let table = ReportTable(
      caption: "Fields of study.json that were changed",
      columns: [.init("growth", .number), .init("field"), .init("before"), .init("after")],
      rows: rows)
    let sentences = grown.enumerated().map { number, index in
      growthSentence(number + 1, state.growths[index], until: index + 1)
    }
    return [.table(table), .list(sentences + brokenSentences)]
  }

  private func growthSentence(
    _ number: Int, _ growth: StudyState.Growth, until next: Int
  ) -> String {
    let later = state.growths.indices.contains(next) ? state.growths[next] : nil
    let trials = (later?.trials ?? state.ownTrials.count) - growth.trials
    let trainings = (later?.fullTrainings ?? state.fullTrainingCount) - growth.fullTrainings
    let event = growth.event
    return
      "Growth \(number), \(event.date), by autodistill \(event.version), after "
      + "\(counted(growth.trials, "flash trial")), \(counted(growth.finalists, "finalist")) and "
      + "\(counted(growth.fullTrainings, "full training")). It has added "
      + "\(counted(trials, "flash trial")) and \(counted(trainings, "full training"))."
      + event.effects.compactMap(meaning).map { " \($0)." }.joined()
      + lengtheningPhrase(event)
  }

  /// What an effect has meant for what was there; nil where the counts say it.
  private func meaning(_ effect: GrowthEffect) -> String? {
    switch effect {
    case .search: nil
    case .costs: "All trials were priced for the new question"
    case .finalists:
      "Finalists were chosen as by a study that asks for all from the start; what was trained was not "
        + "trained again"
    case .references: "Reference designs were chosen again"
    case .fullTrainings: "All full trainings were done again"
    }
  }

  private func lengtheningPhrase(_ event: JournalEvent.Grown) -> String {
    guard let lengthening = event.lengthening, let fraction = lengthening.flashFraction else {
      return ""
    }
    return
      " Flash trainings have stayed as long as they were, which is \(fraction.percent(2)) % of the "
      + "longer training's images."
  }

  /// The fully trained students that a new limit excludes.
  private var brokenSentences: [String] {
    results.students.compactMap { student in
      student.brokenSince.map {
        "Trial \(student.trial) was trained under other limits and breaks \($0.constraint) by "
          + "\(($0.excess).percent(1)) %: it is not on the front and in no budget."
      }
    }
  }
}
