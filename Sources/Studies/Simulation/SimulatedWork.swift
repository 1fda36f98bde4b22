/// The trainings of a study in the order in which they were given out, and what each takes.
///
/// A study's proposals do not depend on the number of workers, so from one run follows how long it takes with any
/// other (`SimulatedTimeline`).
struct SimulatedWork: Hashable, Sendable {
  /// Trainings of one kind, between two moments at which nothing runs.
  struct Part: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      /// Flash trials: one may begin when all that it is proposed from have ended.
      case search
      /// Trainings that are all known when it begins.
      case batch
    }

    let kind: Kind
    /// Whether it comes before the search has ended: an audit.
    let isOfSearch: Bool
    /// How long each occupies a worker.
    var seconds: [Double] = []
    /// How much of that is lost with executions that died.
    var lostSeconds = 0.0
  }

  private(set) var parts: [Part] = []
  private var hasSearch = false
  private var isNewStage = true
  /// Trials whose flash training has been given out.
  private var tried: Set<Int> = []

  /// Another executor takes over.
  mutating func beginStage() { isNewStage = true }

  /// - Parameter isIdle: Whether nothing else runs.
  mutating func add(_ execution: SimulatedTrainings.Execution, of task: StudentTask, isIdle: Bool) {
    var kind = Part.Kind.batch
    if case .flash = task.work, let trial = task.trial, tried.insert(trial).inserted {
      kind = .search
    }
    let continues = parts.last?.kind == kind && !isNewStage && (kind == .search || !isIdle)
    if !continues {
      // The first executor is the search's.
      if isNewStage && !parts.isEmpty { hasSearch = true }
      parts.append(Part(kind: kind, isOfSearch: !hasSearch))
      isNewStage = false
    }
    parts[parts.count - 1].seconds.append(execution.seconds)
    parts[parts.count - 1].lostSeconds += execution.lostSeconds
  }

  /// All trainings together, in seconds.
  var seconds: Double { parts.reduce(0) { $0 + $1.seconds.reduce(0, +) } }
  var lostSeconds: Double { parts.reduce(0) { $0 + $1.lostSeconds } }
  /// How many trainings there are.
  var count: Int { parts.reduce(0) { $0 + $1.seconds.count } }
  /// The flash trials of the search.
  var trialCount: Int { parts.reduce(0) { $0 + ($1.kind == .search ? $1.seconds.count : 0) } }
}
