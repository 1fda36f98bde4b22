/// Why the execution of a task gave no result. This is known of the task, not of one attempt: what can end
/// otherwise another time is tried again first.
///
/// Which tasks are lost depends on the machine, on its memory above all, and on the study's limits.
public enum TaskLoss: String, Hashable, Sendable, CaseIterable {
  /// Its process died by a signal that the program itself has caused, such as SIGSEGV.
  case crashed
  /// There was no memory left for it, or no more than the study allows.
  case outOfMemory = "out_of_memory"
  /// It took longer than the study allows.
  case timedOut = "timed_out"
  /// Its process ended without a result and without a signal.
  case failed
}

extension TaskLoss {
  /// The loss in words, for people.
  public var words: String {
    switch self {
    case .crashed: "the worker died twice"
    case .outOfMemory: "out of memory"
    case .timedOut: "took longer than trial_limits allows"
    case .failed: "the worker ended twice without a result"
    }
  }

  /// The loss in words with what was seen of it.
  public func words(note: String?) -> String { words + (note.map { " (\($0))" } ?? "") }
}

extension JournalEvent.Finished.Outcome {
  /// How the training was lost; nil where it ended.
  public var loss: TaskLoss? { TaskLoss(rawValue: rawValue) }

  /// Whether there is no result: it diverged or was lost.
  public var isFailure: Bool { self == .diverged || loss != nil }
}

extension JournalEvent.Distilled.Outcome {
  /// How the training was lost; nil where it ended.
  public var loss: TaskLoss? { TaskLoss(rawValue: rawValue) }
}
