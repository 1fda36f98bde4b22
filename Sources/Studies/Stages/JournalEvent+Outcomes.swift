// How the ends of tasks are told in the journal.

extension JournalEvent.Finished.Outcome {
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

  private init(_ loss: TaskLoss) {
    switch loss {
    case .crashed: self = .crashed
    case .outOfMemory: self = .outOfMemory
    case .timedOut: self = .timedOut
    case .failed: self = .failed
    }
  }
}

extension JournalEvent.Distilled.Outcome {
  /// What came of a full training.
  init(_ outcome: TaskOutcome) {
    switch outcome {
    case .lost(let loss, _): self.init(loss)
    case .ended(let result): self = result.ending == .measured ? .measured : .diverged
    }
  }

  private init(_ loss: TaskLoss) {
    switch loss {
    case .crashed: self = .crashed
    case .outOfMemory: self = .outOfMemory
    case .timedOut: self = .timedOut
    case .failed: self = .failed
    }
  }
}
