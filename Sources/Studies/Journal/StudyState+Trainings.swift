import Distillation

extension StudyState {
  /// Returns what became of a full training, if it has ended.
  public func distillation(
    of trial: Int, repetition: Int, isBaseline: Bool
  ) -> JournalEvent.Distilled? {
    distilled.first {
      $0.trial == trial && $0.repetition == repetition && $0.isBaseline == isBaseline
    }
  }

  /// Returns the evaluations of a trial's full trainings, one for each of the first `seeds` repetitions that
  /// ended well.
  ///
  /// - Parameter split: Takes an evaluation from what a training came to.
  package func fullEvaluations(
    of trial: Int, seeds: Int, isBaseline: Bool = false,
    _ split: (JournalEvent.Distilled) -> Evaluation?
  ) -> [Evaluation] {
    (0..<seeds).compactMap { repetition in
      distillation(of: trial, repetition: repetition, isBaseline: isBaseline).flatMap(split)
    }
  }

  /// Returns the evaluations on the validation split of a trial's full trainings with the teacher.
  package func fullValidations(of trial: Int, seeds: Int) -> [Evaluation] {
    fullEvaluations(of: trial, seeds: seeds, \.validation)
  }
}
