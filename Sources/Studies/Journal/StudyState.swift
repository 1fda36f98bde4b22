import Distillation
import HardwareProfiles

/// A study as its journal tells it: a fold over the events.
public struct StudyState: Sendable {
  /// One flash trial.
  public struct Trial: Hashable, Sendable {
    public var number: Int
    public var key: String
    public var costs: Costs
    public var result: JournalEvent.Finished?
    /// The earlier study that the result was carried over from; nil for a trial of this study.
    public var source: String?
    /// A limit that it breaks since the study has grown; nil if none.
    public var broken: BrokenLimit?

    /// The flash accuracy on the validation split, if the trial gave one.
    public var flashAccuracy: Double? {
      result?.outcome == .measured ? result?.validation?.accuracy : nil
    }
  }

  public var began: JournalEvent.Began?
  /// What the study has been made to ask for since, in this order.
  public var growths: [Growth] = []
  /// Whether the trials have the costs of what the study asks for now.
  var isPriced = true
  /// The share of the full training that the study's own flash trainings are, where that has become longer.
  var flashFraction: Double?
  public var teacher: JournalEvent.TeacherReady?
  public var screened: JournalEvent.Screened?
  /// How long flash trainings have to be; nil where the study says it itself.
  public var flashLength: JournalEvent.FlashLength?
  /// What earlier studies on the same space say.
  public var imported: JournalEvent.Imported?
  /// The students that the user has asked for as well as those of `study.json`, in their order.
  public var enqueued: [String] = []
  /// What trainings came to that were done elsewhere, whether the study has come to them or not.
  public var told: [JournalEvent.Told] = []
  /// The studies that this one was put together from; nil for others.
  public var merged: JournalEvent.Merged?
  /// In the order of their numbers: the feasible students of earlier studies first, whose results are
  /// carried over, then those of this study's search.
  public var trials: [Trial] = []
  /// What the audit said; nil before it has ended, and where there is none.
  public var audited: JournalEvent.Audited?
  /// How many trials there were when the audit ended: later ones have its fraction.
  public var auditedCount = 0
  /// The audited students' flash results at a raised fraction.
  public var rescored: [JournalEvent.Rescored] = []
  /// The trials whose students were shown the test split after the audit.
  var tested: Set<Int> = []
  public var nothingFeasible: JournalEvent.NothingFeasible?
  public var searchEnded: JournalEvent.SearchEnded?
  /// The numbers of the trials that get the full training.
  public var finalists: [Int]?
  /// Those that were chosen before the study grew, so that others may be chosen now.
  public var earlierFinalists: [Int] = []
  public var distilled: [JournalEvent.Distilled] = []
  /// How many full trainings longer ones have replaced.
  var replacedTrainings = 0
  /// The reference designs that are trained; nil before they are chosen, and where there are none.
  public var references: JournalEvent.ReferencesChosen?
  /// Those that were chosen before the study grew.
  var earlierReferences: [JournalEvent.ReferencesChosen.Design] = []
  /// The full trainings of reference designs that the search has not trained itself.
  public var referenceTrainings: [JournalEvent.ReferenceTrained] = []
  /// The students' latencies on the device, in the order in which they were measured.
  public var measured: [JournalEvent.Measured] = []
  /// The students on corrupted images.
  public var robustness: [JournalEvent.RobustnessTested] = []
  public var stageSeconds: [JournalEvent.StageTimed] = []
  /// The SHA-256 of the files that the study keeps, by their paths from its folder.
  var keptHashes: [String: String] = [:]

  public init() {}

  /// Whether anything depends on the inputs that the journal was begun with.
  var hasResults: Bool {
    teacher != nil || nothingFeasible != nil || imported != nil || !enqueued.isEmpty
      || !told.isEmpty || !trials.isEmpty
  }

  /// How many of the trials were carried over from earlier studies.
  public var carriedCount: Int { trials.prefix { $0.source != nil }.count }

  /// The trials of this study's own search.
  public var ownTrials: ArraySlice<Trial> { trials.dropFirst(carriedCount) }

  /// The flash fraction that the audit raised the study's own to; nil if it did not.
  public var raisedFraction: Double? {
    audited?.verdict == .raised ? audited?.fraction : nil
  }

  /// Returns the flash fraction of a trial, where it is not the study's own.
  func fraction(of trial: Int) -> Double? { trial < auditedCount ? nil : raisedFraction }

  /// The trials that have had a full training, or are to have one: finalists first, then those that were
  /// audited only.
  public var fullTrials: [Int] {
    let chosen = allFinalists
    return chosen + (audited?.trials ?? []).filter { !chosen.contains($0) }
  }

  /// The trials whose students the audit has trained and that have not been shown the test split.
  public var untestedTrials: [Int] {
    fullTrials.filter { trial in
      let known = distillation(of: trial, repetition: 0, isBaseline: false)
      return known?.outcome == .measured && known?.test == nil && !tested.contains(trial)
        && trials[trial].broken == nil
    }
  }

  /// Returns what is wrong with an event as the next one; nil if it fits what came before.
  func problem(with event: JournalEvent) -> String? {
    if let text = event.impossibleKey { return "'\(text)' is no architecture's key" }
    func unknown(_ trial: Int) -> String? {
      trials.indices.contains(trial) ? nil : "it speaks of trial \(trial), which was not proposed"
    }
    switch event {
    case .proposed(let value):
      let isRepeat = trials.indices.contains(value.trial) && trials[value.trial].key == value.key
      return value.trial == trials.count || isRepeat
        ? nil : "it proposes trial \(value.trial), but \(trials.count) comes next"
    case .imported(let value):
      return trials.isEmpty || imported == value
        ? nil : "it takes over earlier results after \(trials.count) trials"
    case .flashLength(let value):
      return trials.isEmpty || flashLength == value
        ? nil : "it sets the length of flash trainings after \(trials.count) trials"
    case .finished(let value): return unknown(value.trial)
    case .distilled(let value): return unknown(value.trial)
    case .rescored(let value): return unknown(value.trial)
    case .tested(let value): return unknown(value.trial)
    case .measured(let value): return unknown(value.trial)
    case .robustnessTested(let value): return unknown(value.trial)
    case .audited(let value): return value.trials.compactMap(unknown).first
    case .selected(let value): return value.trials.compactMap(unknown).first
    case .priced(let value): return value.trials.map(\.trial).compactMap(unknown).first
    case .merged(let value): return value.trained.compactMap(unknown).first
    case .referenceTrained(let value):
      let isChosen = references?.designs.contains { $0.key == value.key } ?? false
      return isChosen
        ? nil : "it speaks of the reference design \(value.name), which was not chosen"
    default: return nil
    }
  }

  /// Takes in one event. An event that repeats an earlier one changes nothing, unless the study has grown
  /// between them.
  public mutating func apply(_ event: JournalEvent) {
    switch event {
    case .began(let value):
      guard began == nil || !hasResults else { return }
      began = value
      screened = nil
      // They may be other data.
      keptHashes = keptHashes.filter { !$0.key.hasPrefix("data/") }
    case .grown(let value): take(value)
    case .priced(let value): take(value)
    case .teacherReady(var value):
      if value.weightsHash == teacher?.weightsHash {
        if value.test == nil {
          (value.test, value.testOutcome) = (teacher?.test, teacher?.testOutcome)
        }
      } else {
        // It was found with another teacher.
        flashLength = nil
      }
      teacher = value
    case .teacherTested(let value):
      teacher?.test = value.test
      teacher?.testOutcome = value.testOutcome
    case .screened(let value): screened = value
    case .flashLength(let value): flashLength = flashLength ?? value
    case .imported(let value):
      guard imported == nil, trials.isEmpty else { return }
      take(value)
    case .enqueued(let value):
      enqueued += value.keys.filter { !enqueued.contains($0) }
    case .merged(let value):
      guard merged == nil else { return }
      (merged, earlierFinalists) = (value, value.trained)
    case .told(let value):
      guard !told.contains(where: { $0.training == value.training }) else { return }
      told.append(value)
    case .proposed(let value):
      guard value.trial == trials.count else { return }
      trials.append(Trial(number: value.trial, key: value.key, costs: value.costs))
    case .finished(let value):
      guard trials.indices.contains(value.trial), trials[value.trial].result == nil else { return }
      trials[value.trial].result = value
    case .nothingFeasible(let value): nothingFeasible = value
    case .searchEnded(let value): searchEnded = value
    case .selected(let value): finalists = value.trials
    case .distilled(let value):
      guard
        distillation(
          of: value.trial, repetition: value.repetition, isBaseline: value.isBaseline) == nil
      else { return }
      distilled.append(value)
    case .rescored(let value):
      guard !rescored.contains(where: { $0.trial == value.trial }) else { return }
      rescored.append(value)
    case .audited(let value):
      guard audited == nil else { return }
      (audited, auditedCount) = (value, trials.count)
    case .tested(let value):
      let index = distilled.firstIndex {
        $0.trial == value.trial && $0.repetition == 0 && !$0.isBaseline
      }
      guard let index, tested.insert(value.trial).inserted else { return }
      if distilled[index].test == nil {
        (distilled[index].test, distilled[index].testOutcome) = (value.test, value.testOutcome)
      }
    case .referencesChosen(let value): take(value)
    case .referenceTrained(let value): take(value)
    case .measured(let value): take(value)
    case .robustnessTested(let value): take(value)
    case .stageTimed(let value): stageSeconds.append(value)
    case .kept(let value): value.files.forEach { keptHashes[$0.path] = $0.hash }
    }
  }

  private mutating func take(_ imported: JournalEvent.Imported) {
    self.imported = imported
    for (result, study) in imported.carriedResults where result.isFeasible {
      let finished = JournalEvent.Finished(
        trial: trials.count, outcome: .measured, validation: result.validation, seconds: 0,
        steps: 0, rungs: result.rungs)
      trials.append(
        Trial(
          number: trials.count, key: result.key, costs: result.costs, result: finished,
          source: study))
    }
  }
}
