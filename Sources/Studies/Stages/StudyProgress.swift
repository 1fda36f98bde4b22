import DeviceMeasurement

/// What a running study tells its user.
public enum StudyProgress: Hashable, Sendable {
  /// A stage begins.
  case stage(String)
  /// Something happened that is worth a line.
  case note(String)
  /// How far the current stage is: `done` of `total`, and what is being done.
  case advance(done: Double, total: Int, detail: String)
  /// What executors are working on, told several times a second.
  case running([RunningTraining])
  /// The executor's workers have changed.
  case workers(WorkerCounts)
  /// A flash trial of this fraction has ended, the `done`th of `total`.
  case trialEnded(StudyState.Trial, fraction: Double, done: Int, total: Int)
  /// A full training has ended.
  case trainingEnded(EndedTraining)
  /// A student was timed on the device.
  case measured(JournalEvent.Measured)
}

/// What came of a full training.
public struct EndedTraining: Hashable, Sendable {
  /// The name of the reference design that it is of; nil for a trial of the search.
  public var reference: String?
  public var trial: Int?
  public var key: String
  public var repetition: Int
  public var isBaseline: Bool
  public var outcome: JournalEvent.Distilled.Outcome
  public var validationAccuracy: Double?
  public var testAccuracy: Double?
  /// Of the training, on one thread.
  public var seconds: Double
  public var steps: Int
}

extension EndedTraining {
  init(_ ended: JournalEvent.Distilled, key: String) {
    self.init(
      trial: ended.trial, key: key, repetition: ended.repetition, isBaseline: ended.isBaseline,
      outcome: ended.outcome, validationAccuracy: ended.validation?.accuracy,
      testAccuracy: ended.test?.accuracy, seconds: ended.seconds, steps: ended.steps)
  }

  init(_ ended: JournalEvent.ReferenceTrained) {
    self.init(
      reference: ended.name, key: ended.key, repetition: ended.repetition, isBaseline: false,
      outcome: ended.outcome, validationAccuracy: ended.validation?.accuracy,
      testAccuracy: ended.test?.accuracy, seconds: ended.seconds, steps: ended.steps)
  }
}
