import Distillation
import FileFormats
import Foundation

/// Puts studies on the same question together in a new one, which has the trials and full trainings of all.
///
/// Their seeds may differ, and what they have tried. Of a student that several have tried the first study's
/// result counts; one with another seed stands next to it as a repeat. The new study has its search behind it:
/// a run chooses finalists among all trials and trains what is missing.
public struct StudyMerge {
  private struct Part {
    let name: String
    let inputs: StudyInputs
    let state: StudyState
    let teacher: JournalEvent.TeacherReady
    /// A hash of the teacher's values: files of the same values may say different things of where they are from.
    let teacherHash: String

    init(_ name: String) throws {
      let folder = StudyFolder(name)
      let read = try StudyInputs(folder)
      state = try Journal.state(of: folder)
      try read.check(against: state)
      inputs = read.calibrated(by: state)
      guard let teacher = state.teacher, state.trials.contains(where: { $0.flashAccuracy != nil })
      else {
        throw StudyError.missing(
          "\(name): there are no finished flash trials to merge; run autodistill search \(name)")
      }
      (self.name, self.teacher) = (name, teacher)
      let model = try TrainedModel(inputs.teacherNetwork, contentsOf: folder.teacherWeights)
      teacherHash = (model.parameters + model.statistics).withUnsafeBytes {
        ContentHash.hexadecimal(of: Data($0))
      }
    }

    /// Texts of everything that makes results comparable, by the field of `study.json` that says it.
    var question: [(field: String, value: String)] {
      let definition = inputs.definition
      let flash = definition.flash.compressed(definition.full)
      return [
        ("data", inputs.dataset.contentHash), ("search_space", inputs.spaceHash),
        ("teacher", teacherHash),
        ("flash", "\(flash.identity) statistics=\(definition.flash.statisticsBatches)"),
        ("the flash fraction that the audit has raised", "\(state.raisedFraction ?? 0)"),
        ("full", definition.full.identity), ("hardware", state.profileHash ?? ""),
      ]
        + GrowthRule.all.filter { $0.effects.contains(.costs) }
        .map { ($0.field, $0.value(definition)) }
    }
  }

  private let parts: [Part]

  /// Reads the studies.
  ///
  /// - Throws: An error that names the study and the field in which its question is another one.
  public init(_ folders: [String]) throws {
    parts = try folders.map(Part.init)
    guard let first = parts.first else { return }
    for part in parts.dropFirst() {
      for (one, other) in zip(first.question, part.question) where one.value != other.value {
        throw StudyError.missing(
          "\(part.name) and \(first.name) cannot be merged: \(one.field) is not the same "
            + "(\(other.value.prefix(60)) and \(one.value.prefix(60)))")
      }
    }
  }

  /// Writes the new study.
  ///
  /// - Parameters:
  ///   - path: Its folder, which must have no study.
  ///   - version: The program's.
  /// - Returns: How many trials and full trainings it has.
  public func write(
    to path: String, version: String
  ) throws -> (trials: Int, fullTrainings: Int) {
    let folder = StudyFolder(path)
    for file in [folder.definition, folder.journal]
    where FileManager.default.fileExists(atPath: file) {
      throw StudyError.missing("\(file) is there already: merge into a new folder")
    }
    var merged = MergedTrials()
    for part in parts {
      merged.add(part.state, seed: part.inputs.definition.seed, named: part.name)
    }
    try Folder.create(path)
    try AtomicFile.write(definition(trials: merged.trials.count), to: folder.definition)
    try copyFiles(to: folder)
    let inputs = try StudyInputs(folder)
    let journal = try Journal(folder)
    try journal.append(.began(inputs.began(version: version)))
    var teacher = parts[0].teacher
    teacher.identity = try TeacherStage.identity(inputs)
    try journal.append(.teacherReady(teacher))
    if let length = parts[0].state.flashLength { try journal.append(.flashLength(length)) }
    for event in merged.events { try journal.append(event) }
    return (journal.state.trials.count, journal.state.distilled.count)
  }

  /// The first study's `study.json`, with paths that lead there from anywhere.
  private func definition(trials: Int) -> String {
    let first = parts[0]
    let base = URL(filePath: first.inputs.folder.path).standardizedFileURL.path
    var json = first.inputs.definition.json
    json = json.replacing("name") { _ in
      .text(parts.map { $0.inputs.definition.name }.joined(separator: " + "))
    }
    json = json.removing("warm_start")
    for field in ["search_space", "hardware", "data", "teacher"] {
      json = json.replacing(field) { $0.movingPaths(to: base) }
    }
    let search = (json.member("search") ?? .object([])).setting("trials", .integer(trials))
    return json.setting("search", search).text.formatted + "\n"
  }

  /// Takes the teacher and the students' weights over; those of the first study that has them.
  private func copyFiles(to folder: StudyFolder) throws {
    let manager = FileManager.default
    if !manager.fileExists(atPath: folder.teacher) {
      try manager.copyItem(atPath: parts[0].inputs.folder.teacher, toPath: folder.teacher)
    }
    try Folder.create(folder.appending("candidates"))
    for part in parts {
      for key in Set(part.state.distilled.map { part.state.trials[$0.trial].key })
      where manager.fileExists(atPath: part.inputs.folder.weights(of: key))
        && !manager.fileExists(atPath: folder.candidate(key))
      {
        try Folder.create(folder.candidate(key))
        try manager.copyItem(
          atPath: part.inputs.folder.weights(of: key), toPath: folder.weights(of: key))
      }
    }
  }
}

/// Trials and full trainings of several studies under numbers of their own.
private struct MergedTrials {
  private(set) var trials: [StudyState.Trial] = []
  private var distilled: [JournalEvent.Distilled] = []
  private var seeds: [UInt64] = []
  private var sources: [JournalEvent.Merged.Source] = []

  /// Adds what a study has finished.
  mutating func add(_ state: StudyState, seed: UInt64, named name: String) {
    var source = JournalEvent.Merged.Source(
      study: name, seed: seed, studyHash: state.studyHash ?? "", trials: 0, fullTrainings: 0)
    // The same seed gives the same trainings; others are further repetitions.
    let isNewSeed = !seeds.contains(seed)
    let offset = (distilled.map(\.repetition).max() ?? -1) + 1
    for trial in state.trials {
      guard var result = trial.result else { continue }
      if let known = trials.firstIndex(where: { $0.key == trial.key }) {
        if isNewSeed, let validation = trial.flashAccuracy.flatMap({ _ in result.validation }),
          trials[known].flashAccuracy != nil
        {
          let repeats = (trials[known].result?.repeats ?? []) + [validation]
          trials[known].result?.repeats = repeats
        }
      } else {
        result.trial = trials.count
        result.rungs = isNewSeed && !seeds.isEmpty ? nil : result.rungs
        trials.append(
          StudyState.Trial(
            number: trials.count, key: trial.key, costs: trial.costs, result: result))
        source.trials += 1
      }
    }
    for training in state.distilled {
      let key = state.trials[training.trial].key
      guard let trial = trials.firstIndex(where: { $0.key == key }) else { continue }
      var training = training
      training.trial = trial
      let isKnown = distilled.contains { $0.trial == trial }
      if isKnown && isNewSeed { training.repetition += offset }
      let isRepeat = distilled.contains {
        ($0.trial, $0.repetition) == (training.trial, training.repetition)
          && $0.isBaseline == training.isBaseline
      }
      if isRepeat { continue }
      distilled.append(training)
      source.fullTrainings += 1
    }
    seeds.append(seed)
    sources.append(source)
  }

  /// What the journal of a study with these results says, from its first trial on.
  var events: [JournalEvent] {
    var events: [JournalEvent] = []
    for trial in trials {
      events.append(
        .proposed(
          JournalEvent.Proposed(trial: trial.number, key: trial.key, costs: trial.costs)))
      if let result = trial.result { events.append(.finished(result)) }
    }
    events.append(
      .searchEnded(JournalEvent.SearchEnded(trials: trials.count, isExhausted: false)))
    events.append(
      .merged(
        JournalEvent.Merged(sources: sources, trained: Set(distilled.map(\.trial)).sorted())))
    return events + distilled.map(JournalEvent.distilled)
  }
}
