extension StudyState {
  /// A growth of the study, and what there was before.
  public struct Growth: Hashable, Sendable {
    public var event: JournalEvent.Grown
    /// Trials of the study's own search.
    public var trials: Int
    public var finalists: Int
    /// Full trainings that had ended, those without the teacher and those of reference designs included.
    public var fullTrainings: Int
  }

  /// The hash of what the study asks for now.
  public var studyHash: String? { growths.last?.event.studyHash ?? began?.studyHash }

  /// What `study.json` says since the last growth; nil in a journal of a version that did not keep it.
  var studyText: String? { growths.last?.event.study ?? began?.study }

  public var profileHash: String? {
    growths.last.map { $0.event.profileHash } ?? began?.profileHash
  }

  /// How many full trainings have ended, those included that longer ones have replaced.
  public var fullTrainingCount: Int {
    replacedTrainings + distilled.count + referenceTrainings.count
  }

  /// The finalists, and those that were ones before the study grew.
  public var allFinalists: [Int] {
    let chosen = finalists ?? []
    return chosen + earlierFinalists.filter { !chosen.contains($0) }
  }

  /// The study as its search knows it: of full trainings those of the audit alone, whatever has been trained
  /// since.
  ///
  /// So a search that continues after the full trainings goes the way of one that was longer from the start.
  var asSearched: StudyState {
    guard finalists != nil || !earlierFinalists.isEmpty else { return self }
    var state = self
    (state.finalists, state.earlierFinalists) = (nil, [])
    return state.knowingItsOwnTrainings
  }

  /// The study as the choice of finalists knows it: without what earlier choices have trained.
  var asChosen: StudyState {
    guard !earlierFinalists.isEmpty else { return self }
    var state = self
    state.earlierFinalists = []
    return state.knowingItsOwnTrainings
  }

  /// Without full trainings that are neither a finalist's nor the audit's.
  private var knowingItsOwnTrainings: StudyState {
    var state = self
    let (chosen, audited) = (Set(finalists ?? []), Set(audited?.trials ?? []))
    state.distilled = distilled.filter { training in
      chosen.contains(training.trial)
        || audited.contains(training.trial) && training.repetition == 0 && !training.isBaseline
    }
    return state
  }

  /// Takes in that the study asks for more.
  mutating func take(_ grown: JournalEvent.Grown) {
    guard !growths.contains(where: { $0.event == grown }) else { return }
    growths.append(
      Growth(
        event: grown, trials: ownTrials.count, finalists: finalists?.count ?? 0,
        fullTrainings: fullTrainingCount))
    for effect in grown.effects {
      switch effect {
      case .search: (searchEnded, nothingFeasible) = (nil, nil)
      case .costs: (screened, isPriced) = (nil, trials.isEmpty)
      case .finalists: (earlierFinalists, finalists) = (allFinalists, nil)
      case .references:
        (earlierReferences, references) = (references?.designs ?? earlierReferences, nil)
      case .fullTrainings:
        replacedTrainings = fullTrainingCount
        (distilled, referenceTrainings, tested, robustness) = ([], [], [], [])
        told.removeAll { $0.training.kind != .flash }
        for index in (imported?.sources ?? []).indices { imported?.sources[index].trained = nil }
      }
    }
    if let lengthening = grown.lengthening { take(lengthening) }
  }

  private mutating func take(_ lengthening: JournalEvent.Grown.Lengthening) {
    flashFraction = lengthening.flashFraction ?? flashFraction
    if let flashFraction { flashLength?.fraction = flashFraction }
    if let fraction = audited?.fraction { audited?.fraction = lengthening.carried(fraction) }
    for index in told.indices {
      if let fraction = told[index].training.fraction {
        told[index].training.fraction = lengthening.carried(fraction)
      }
    }
    for index in rescored.indices {
      rescored[index].fraction = lengthening.carried(rescored[index].fraction)
    }
    for index in trials.indices {
      if let fraction = trials[index].result?.fraction {
        trials[index].result?.fraction = lengthening.carried(fraction)
      }
    }
  }

  /// Takes in what the trials cost by the question that the study has grown to.
  mutating func take(_ priced: JournalEvent.Priced) {
    for trial in priced.trials where trials.indices.contains(trial.trial) {
      trials[trial.trial].costs = trial.costs
      trials[trial.trial].broken = trial.broken
    }
    isPriced = true
  }

  /// Takes in which reference designs are trained; those that are trained already stay.
  mutating func take(_ chosen: JournalEvent.ReferencesChosen) {
    guard references == nil || references?.isProvisional == true else { return }
    var chosen = chosen
    chosen.designs += (earlierReferences + (references?.designs ?? [])).filter { design in
      !chosen.designs.contains { $0.key == design.key }
        && referenceTrainings.contains { $0.key == design.key }
    }
    references = chosen
  }
}
