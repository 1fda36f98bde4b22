// How the ends of tasks are told in the journal.

/// How a training ended, where one of the ways is that it was lost.
protocol TrainingOutcome {
  static var crashed: Self { get }
  static var outOfMemory: Self { get }
  static var timedOut: Self { get }
  static var failed: Self { get }
}

extension TrainingOutcome {
  init(_ loss: TaskLoss) {
    switch loss {
    case .crashed: self = .crashed
    case .outOfMemory: self = .outOfMemory
    case .timedOut: self = .timedOut
    case .failed: self = .failed
    }
  }
}

extension JournalEvent.Finished.Outcome: TrainingOutcome {
  /// What came of a flash training.
  init(_ outcome: TaskOutcome) {
    switch outcome {
    case .lost(let loss, _): self.init(loss)
    case .ended(let result):
      switch result.ending {
      case .measured: self = .measured
      case .stopped: self = .stopped
      case .diverged: self = .diverged
      }
    }
  }
}

extension JournalEvent.Distilled.Outcome: TrainingOutcome {
  /// What came of a full training.
  init(_ outcome: TaskOutcome) {
    switch outcome {
    case .lost(let loss, _): self.init(loss)
    case .ended(let result): self = result.ending == .measured ? .measured : .diverged
    }
  }
}
