/// A training that is being worked on.
public struct RunningTraining: Hashable, Sendable, Codable {
  /// What is done to the student.
  public enum Kind: String, Hashable, Sendable, Codable {
    case flash
    case full
    /// A full training without the teacher.
    case baseline
    /// No training: a look at the test split.
    case test
    /// No training: a look at corrupted images of the test split.
    case robustness
    /// A full training on half of the images.
    case shadow
    /// The teacher's training on half of the images.
    case teacherShadow = "teacher_shadow"
  }

  public var kind: Kind
  public var key: String
  /// The trial of the search; nil for a reference design and before the search.
  public var trial: Int?
  public var repetition: Int
  /// How much of it is done, 0…1.
  public var share: Double
  /// Since it was begun.
  public var seconds: Double
  /// Which of the executor's workers has it, on which machine (nil: that of the run), in which process, in which
  /// attempt, and how many seconds ago it was last heard of; nil where that is not known.
  public var worker: Int?
  public var host: String?
  public var process: Int32?
  public var attempt: Int?
  public var silentSeconds: Double?
  /// Whether it waits for a worker, so that nothing is done yet; nil for no.
  public var isWaiting: Bool?

  enum CodingKeys: String, CodingKey {
    case kind, key, trial, repetition, share, seconds, worker, host, process, attempt
    case silentSeconds = "silent_seconds"
    case isWaiting = "waiting"
  }
}

extension RunningTraining {
  init(_ running: RunningTask, seconds: Double) {
    switch running.task.work {
    case .flash(let work): (kind, repetition) = (.flash, work.repetition)
    case .full(let work):
      (kind, repetition) = (work.isBaseline ? .baseline : .full, work.repetition)
    case .test: (kind, repetition) = (.test, 0)
    case .robustness: (kind, repetition) = (.robustness, 0)
    case .shadow(let work): (kind, repetition) = (.shadow, work.number)
    case .teacherShadow(let number): (kind, repetition) = (.teacherShadow, number)
    }
    (key, trial) = (running.task.key, running.task.trial)
    (share, self.seconds) = (running.share, seconds)
    isWaiting = running.hasBegun ? nil : true
    (worker, host, process) = (running.place?.worker, running.place?.host, running.place?.process)
    (attempt, silentSeconds) = (running.place?.attempt, running.place?.silentSeconds)
  }
}
