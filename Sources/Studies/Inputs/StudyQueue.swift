import HardwareProfiles

/// The students that the user wants tried and that have not been tried, in their order: those of
/// `study.json` first, then those enqueued since. The search takes them before it asks its sampler.
public struct StudyQueue: Hashable, Sendable {
  /// Their keys.
  public let keys: [String]

  /// Finds what is waiting in a study.
  public init(_ definition: StudyDefinition, _ state: StudyState) {
    let wanted = definition.search.enqueue + state.enqueued
    var seen = wanted.isEmpty ? [] : Set(state.trials.map(\.key))
    keys = wanted.filter { seen.insert($0).inserted }
  }

  /// The student to try next; nil if the sampler is to be asked.
  var next: String? { keys.first }

  /// Adds students to the queue of a study that has not been searched to its end, begun or not.
  ///
  /// All of them are added or none.
  ///
  /// - Parameters:
  ///   - names: The students' keys, or names of the space's reference designs.
  ///   - inputs: The study.
  ///   - version: The program's version, for a journal that has not begun.
  /// - Returns: The queue with the new students.
  /// - Throws: `EnqueueError` if one of them cannot be tried, `StudyError.locked` while the study runs,
  ///   and whatever keeps the journal from being read or written.
  @discardableResult
  public static func append(
    _ names: [String], to inputs: StudyInputs, version: String
  ) throws -> StudyQueue {
    let keys = names.map(inputs.space.key(ofNameOrKey:))
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let journal = try Journal(inputs.folder)
    try inputs.check(against: journal.state)
    let queue = StudyQueue(inputs.definition, journal.state)
    try queue.check(keys, inputs, journal.state)
    try journal.begin(inputs.began(version: version))
    try journal.append(.enqueued(JournalEvent.Enqueued(keys: keys)))
    return StudyQueue(inputs.definition, journal.state)
  }

  private func check(
    _ newKeys: [String], _ inputs: StudyInputs, _ state: StudyState
  ) throws(EnqueueError) {
    let folder = inputs.folder.path
    guard state.searchEnded == nil && state.nothingFeasible == nil else {
      throw .searchEnded(folder: folder)
    }
    let pricing = StudentPricing(inputs: inputs)
    var waiting = Set(keys)
    for key in newKeys {
      if let obstacle = pricing.obstacle(to: key) {
        throw .impossible(folder: folder, key: key, reason: obstacle)
      }
      if let trial = state.trials.first(where: { $0.key == key }) {
        throw .tried(folder: folder, key: key, trial: trial.number)
      }
      guard waiting.insert(key).inserted else { throw .waiting(folder: folder, key: key) }
    }
    let left = inputs.definition.search.trials - state.ownTrials.count - keys.count
    guard newKeys.count <= left else {
      throw .noTrialsLeft(folder: folder, asked: newKeys.count, left: max(0, left))
    }
  }
}

/// Why students cannot be added to a study's queue.
public enum EnqueueError: Error, Hashable, Sendable {
  /// The key is none of the space, or the student may not be trained.
  case impossible(folder: String, key: String, reason: String)
  case tried(folder: String, key: String, trial: Int)
  case waiting(folder: String, key: String)
  /// `search.trials` is smaller than what would then be tried.
  case noTrialsLeft(folder: String, asked: Int, left: Int)
  case searchEnded(folder: String)
}

extension EnqueueError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .impossible(let folder, let key, let reason):
      "\(folder): '\(key)' cannot be enqueued: \(reason)"
    case .tried(let folder, let key, let trial):
      "\(folder): '\(key)' cannot be enqueued: trial \(trial) has tried it"
    case .waiting(let folder, let key):
      "\(folder): '\(key)' cannot be enqueued: it is in the queue already"
    case .noTrialsLeft(let folder, let asked, let left):
      "\(folder): \(asked) cannot be enqueued: with its trials and its queue, search.trials leaves "
        + "room for \(left)"
    case .searchEnded(let folder):
      "\(folder): nothing can be enqueued: the search has ended; raise search.trials in study.json and "
        + "add it to search.enqueue there"
    }
  }
}
