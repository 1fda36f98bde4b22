import Studies

extension ReportInputs {
  /// How students were proposed and scored, and what else the search began with.
  var searchFacts: [ReportFact] {
    let search = definition.search
    var facts = [
      ReportFact(
        "Search",
        "\(counted(search.trials, "flash trial")), sampler \(search.sampler.rawValue), the first "
          + "\(search.initialTrials) spread over the costs, look-ahead \(search.lookAhead)")
    ]
    if let exhaustion = state.searchEnded?.exhaustion(wanted: search.trials) {
      facts.append(ReportFact("End of the search", exhaustion))
    }
    if let rungs = search.rungs { facts.append(ReportFact("Rungs", text(of: rungs))) }
    if let auditFact { facts.append(auditFact) }
    let asked = Set(search.enqueue + state.enqueued).count
    if asked > 0 {
      facts.append(
        ReportFact("Asked for by key", "\(counted(asked, "student")), tried before the sampler's"))
    }
    if let imported = state.imported {
      facts.append(
        ReportFact("Earlier studies", imported.sources.map(text).joined(separator: "; ")))
    } else if !definition.warmStart.isEmpty {
      let names = definition.warmStart.joined(separator: ", ")
      facts.append(ReportFact("Earlier studies", "\(names): not taken over yet"))
    }
    return facts
  }

  private func text(of source: JournalEvent.Imported.Source) -> String {
    let began = state.began
    let isSame = source.version == began?.version && source.machine == began?.machine
    return source.description
      + (isSame || source.carried.isEmpty && (source.trained ?? []).isEmpty
        ? "" : " (version \(source.version) on \(source.machine): the same within noise)")
  }

  private func text(of rungs: RungSettings) -> String {
    let shares = rungs.at.map { $0.percent(0) + " %" }.joined(separator: ", ")
    let rule =
      "flash trainings are examined at \(shares) of their steps, where the best "
      + "\(rungs.keep.percent(0)) % by non-dominated rank continue"
    guard let savings = RungSavings(state) else { return rule + "; none was stopped" }
    return rule
      + "; \(savings.stopped) of \(savings.ended) were stopped, which saved "
      + "\(savings.share.percent(0)) % of the flash steps (\(savings.steps), about "
      + "\(savings.seconds.duration) on one thread)"
  }

  /// Says which flash results are those of an earlier study; nil if none.
  var carriedNote: String? {
    let students = results.students.compactMap { student in
      state.trials[student.trial].source.map { "\(student.trial) (\($0))" }
    }
    guard !students.isEmpty else { return nil }
    return "The flash accuracy of these trials is that of an earlier study, where the same "
      + "training gave it: " + students.joined(separator: ", ") + "."
  }

  /// Says which full trainings are those of an earlier study; nil if none.
  var carriedTrainingsNote: String? {
    let students = results.students.compactMap { student in
      state.distilled.first { $0.trial == student.trial && $0.source != nil }?.source
        .map { "\(student.trial) (\($0))" }
    }
    guard !students.isEmpty else { return nil }
    return
      "Full trainings of these trials were done by an earlier study with the same data, teacher, "
      + "recipe and seed, and hold here: " + students.joined(separator: ", ") + "."
  }
}
