extension StudyState {
  /// The trial of an architecture that has had a full training; nil if none has.
  func fullTrial(ofKey key: String) -> Int? {
    fullTrials.first { trials[$0].key == key }
  }

  /// Returns what a reference design's own full training came to, if it has ended.
  func ownTraining(
    ofReference key: String, repetition: Int
  ) -> JournalEvent.ReferenceTrained? {
    referenceTrainings.first { $0.key == key && $0.repetition == repetition }
  }

  /// Returns what a full training of the search came to that is a reference design's as well: of the same
  /// architecture with the same recipe and seed.
  func sharedTraining(ofReference key: String, repetition: Int) -> JournalEvent.Distilled? {
    fullTrial(ofKey: key).flatMap {
      distillation(of: $0, repetition: repetition, isBaseline: false)
    }
  }

  /// How many full trainings of reference designs have ended and how many there are; nil before they are
  /// chosen.
  ///
  /// - Parameter seeds: The repetitions of each.
  public func referenceProgress(seeds: Int) -> (ended: Int, of: Int)? {
    references.map { chosen in
      let ended = chosen.designs.reduce(0) { sum, design in
        sum
          + (0..<seeds).count {
            sharedTraining(ofReference: design.key, repetition: $0) != nil
              || ownTraining(ofReference: design.key, repetition: $0) != nil
          }
      }
      return (ended, chosen.designs.count * seeds)
    }
  }

  /// Takes in a reference design's training; one that repeats an earlier one changes nothing.
  mutating func take(_ training: JournalEvent.ReferenceTrained) {
    guard ownTraining(ofReference: training.key, repetition: training.repetition) == nil else {
      return
    }
    referenceTrainings.append(training)
  }
}
