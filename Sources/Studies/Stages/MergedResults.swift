import Distillation

/// Trials and full trainings of several studies under numbers of their own.
///
/// All trials are added before the first full training.
struct MergedResults {
  private(set) var trials: [StudyState.Trial] = []
  /// The seeds that have tried each trial's student.
  private var seeds: [Set<UInt64>] = []
  /// Full trainings by the students' keys; which trial that is, is not known yet.
  private var trainings: [(key: String, training: JournalEvent.Distilled)] = []
  /// Students that somebody has trained elsewhere.
  private var toldKeys: Set<String> = []
  private var sources: [JournalEvent.Merged.Source] = []
  /// What the studies have trained to tell the architecture's part of the gain from the recipe's, each once.
  private var controls: [JournalEvent.ReferencesChosen.Design] = []
  /// By a student and a seed what its repetitions are counted from.
  private var firstRepetitions: [StudentSeed: Int] = [:]

  private struct StudentSeed: Hashable {
    let key: String
    let seed: UInt64
  }

  /// Adds the trials that a study has finished.
  mutating func addTrials(of part: StudyMerge.Part) {
    let seed = part.inputs.definition.seed
    let isFirstSeed = sources.allSatisfy { $0.seed == seed }
    var source = JournalEvent.Merged.Source(
      study: part.name, seed: seed, studyHash: part.state.studyHash ?? "", trials: 0,
      fullTrainings: 0)
    for trial in part.state.trials {
      guard var result = trial.result else { continue }
      // A rung is for trainings of one seed.
      if !isFirstSeed { result.rungs = nil }
      guard let known = trials.firstIndex(where: { $0.key == trial.key }) else {
        add(result, of: trial, at: trials.count, seed)
        source.trials += 1
        continue
      }
      if trials[known].flashAccuracy == nil, trial.flashAccuracy != nil {
        add(result, of: trial, at: known, seed)
        source.trials += 1
      } else if seeds[known].insert(seed).inserted, trial.flashAccuracy != nil {
        addRepeats(result, to: known)
      }
    }
    sources.append(source)
  }

  private mutating func add(
    _ result: JournalEvent.Finished, of trial: StudyState.Trial, at index: Int, _ seed: UInt64
  ) {
    var result = result
    result.trial = index
    let new = StudyState.Trial(number: index, key: trial.key, costs: trial.costs, result: result)
    if index == trials.count {
      trials.append(new)
      seeds.append([seed])
    } else {
      trials[index] = new
      seeds[index].insert(seed)
    }
  }

  /// Adds what another seed gave, at the same flash fraction, unless it is there already: a study that was merged
  /// before may have brought it.
  private mutating func addRepeats(_ result: JournalEvent.Finished, to index: Int) {
    guard let known = trials[index].result, known.fraction == result.fraction,
      let first = known.validation, let validation = result.validation
    else { return }
    var repeats = known.repeats ?? []
    for new in [validation] + (result.repeats ?? [])
    where !([first] + repeats).contains(where: { $0.isSameTraining(as: new) }) {
      repeats.append(new)
    }
    trials[index].result?.repeats = repeats.isEmpty ? nil : repeats
  }

  /// Adds the full trainings of a study, those of reference designs included.
  mutating func addFullTrainings(of part: StudyMerge.Part) {
    let state = part.state
    let seed = part.inputs.definition.seed
    var count = 0
    for training in state.distilled {
      if add(training, of: state.trials[training.trial].key, seed, state) { count += 1 }
    }
    for training in state.referenceTrainings {
      var distilled = JournalEvent.Distilled(
        trial: 0, repetition: training.repetition, isBaseline: false, outcome: training.outcome,
        validation: training.validation, test: training.test,
        validationOutcome: training.validationOutcome, testOutcome: training.testOutcome,
        curve: training.curve, quantization: training.quantization, seconds: training.seconds,
        steps: training.steps)
      distilled.chain = training.chain
      if add(distilled, of: training.key, seed, state) { count += 1 }
    }
    for var design in state.references?.designs ?? [] where design.isControl == true {
      guard !controls.contains(where: { $0.key == design.key }) else { continue }
      // The number of a trial in its name is another one now.
      design.name = "control \(design.key)"
      controls.append(design)
    }
    guard let index = sources.firstIndex(where: { $0.study == part.name }) else { return }
    sources[index].fullTrainings = count
  }

  /// Adds a full training of a student behind those of other seeds, unless it is there already.
  private mutating func add(
    _ training: JournalEvent.Distilled, of key: String, _ seed: UInt64, _ state: StudyState
  ) -> Bool {
    if state.isTold(key) { toldKeys.insert(key) }
    let known = trainings.filter { $0.key == key }.map(\.training)
    let name = StudentSeed(key: key, seed: seed)
    let first = firstRepetitions[name] ?? known.map(\.repetition).max().map { $0 + 1 } ?? 0
    firstRepetitions[name] = first
    var training = training
    training.repetition += first
    training.source = nil
    let isKnown = known.contains { other in
      guard other.isBaseline == training.isBaseline else { return false }
      if other.repetition == training.repetition { return true }
      guard let a = other.validation, let b = training.validation else { return false }
      return a.isSameTraining(as: b)
    }
    if !isKnown { trainings.append((key, training)) }
    return !isKnown
  }

  /// What the journal says of the search.
  var searchEvents: [JournalEvent] {
    trials.flatMap { trial -> [JournalEvent] in
      [
        .proposed(JournalEvent.Proposed(trial: trial.number, key: trial.key, costs: trial.costs))
      ] + (trial.result.map { [.finished($0)] } ?? [])
    }
  }

  /// What the journal says of the studies and of their full trainings.
  ///
  /// - Parameters:
  ///   - choosing: Returns the reference designs of the new study, if there are trainings of any; the studies' controls
  ///     are added to them.
  ///   - withoutWeights: Whether nobody has given a student's weights.
  func trainingEvents(
    choosing: () -> JournalEvent.ReferencesChosen, withoutWeights: (String) -> Bool
  ) -> [JournalEvent] {
    let numbers = Dictionary(uniqueKeysWithValues: trials.map { ($0.key, $0.number) })
    let distilled = trainings.compactMap { key, training -> JournalEvent.Distilled? in
      var training = training
      guard let number = numbers[key] else { return nil }
      training.trial = number
      return training
    }
    // A reference design that any of the studies has tried is one of the trials.
    let others = trainings.filter { numbers[$0.key] == nil && !$0.training.isBaseline }
    var chosen = others.isEmpty ? nil : choosing()
    if let designs = chosen?.designs {
      chosen?.designs += controls.filter { control in
        !designs.contains { $0.key == control.key } && others.contains { $0.key == control.key }
      }
    }
    let references = others.compactMap { key, training in
      chosen?.designs.first { $0.key == key }.map { training.asReference($0.name, key) }
    }
    // What was trained elsewhere is not trained here for its weights.
    let told = trainings.filter { key, training in
      !training.isBaseline && training.repetition == 0 && toldKeys.contains(key)
        && withoutWeights(key)
    }
    let merged = JournalEvent.Merged(
      sources: sources, trained: Set(distilled.map(\.trial)).sorted())
    return [.merged(merged)] + told.map { .told($0.training.asTold($0.key)) }
      + distilled.map(JournalEvent.distilled)
      + (references.isEmpty ? [] : chosen.map { [.referencesChosen($0)] } ?? [])
      + references.map(JournalEvent.referenceTrained)
  }
}

extension JournalEvent.Distilled {
  fileprivate func asReference(
    _ name: String, _ key: String
  ) -> JournalEvent.ReferenceTrained {
    var training = JournalEvent.ReferenceTrained(
      name: name, key: key, repetition: repetition, outcome: outcome, validation: validation,
      test: test, validationOutcome: validationOutcome, testOutcome: testOutcome,
      curve: curve, quantization: quantization, seconds: seconds, steps: steps)
    training.chain = chain
    return training
  }

  fileprivate func asTold(_ key: String) -> JournalEvent.Told {
    JournalEvent.Told(
      training: TrainingName(
        key: key, kind: .full, repetition: repetition, isBaseline: isBaseline, fraction: nil),
      validation: validation, test: test, repeats: nil, seconds: seconds)
  }
}

extension Evaluation {
  /// Whether two evaluations of a student are of one training: no two trainings agree to the last bit of their
  /// losses. Where nobody has told the loss, nothing is known.
  fileprivate func isSameTraining(as other: Evaluation) -> Bool {
    self == other && negativeLogLikelihood != 0
  }
}
