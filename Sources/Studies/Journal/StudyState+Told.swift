extension StudyState {
  /// Whether a student's full training was done elsewhere, so that its weights are not here.
  func isTold(_ key: String) -> Bool {
    told.contains { $0.training.key == key && $0.training.kind == .full }
      || imported?.isTrainedElsewhere(key) == true
  }

  /// Whether it was told how a student does on the test split.
  func isTestTold(_ key: String) -> Bool {
    told.contains { $0.training.key == key && $0.training.kind == .test }
  }

  /// Whether the study has a result of a training, whoever has done it.
  ///
  /// - Parameter fraction: The study's own flash fraction.
  func hasEnded(_ training: TrainingName, flashFraction fraction: Double) -> Bool {
    let trial = trials.first { $0.key == training.key }
    switch training.kind {
    case .flash:
      guard let trial, let result = trial.result else { return false }
      return (result.fraction ?? fraction) == training.fraction
        || rescored.contains { $0.trial == trial.number && $0.fraction == training.fraction }
    case .full:
      if !training.isBaseline,
        ownTraining(ofReference: training.key, repetition: training.repetition) != nil
      {
        return true
      }
      return trial.flatMap {
        distillation(
          of: $0.number, repetition: training.repetition, isBaseline: training.isBaseline)
      } != nil
    case .test:
      return trial.flatMap {
        distillation(of: $0.number, repetition: 0, isBaseline: false)?.test
      } != nil
    }
  }
}
