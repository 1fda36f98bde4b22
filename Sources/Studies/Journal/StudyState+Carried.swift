import Distillation

// Full trainings of earlier studies that hold here. They are the study's own from the moment on at which it would
// do them; until then they tell how good a student is.

extension StudyState {
  /// Returns the evaluations on the validation split of a student's full trainings with the teacher in earlier
  /// studies, one for each of the first `seeds` repetitions that ended well.
  func carriedValidations(of key: String, seeds: Int) -> [Evaluation] {
    guard let imported else { return [] }
    return (0..<seeds).compactMap {
      imported.training(of: key, repetition: $0, isBaseline: false)?.training.validation
    }
  }

  /// Whether an earlier study has trained a trial's student fully, and well.
  func isTrainedBefore(_ trial: Int) -> Bool {
    !carriedValidations(of: trials[trial].key, seeds: 1).isEmpty
  }

  /// How many of the study's full trainings earlier studies have done.
  package var carriedFullTrainings: Int {
    distilled.count { $0.source != nil } + referenceTrainings.count { $0.source != nil }
  }

  /// The finalists whose full training an earlier study has done: `finalists.count` does not count them.
  package var uncountedFinalists: [Int] { (finalists ?? []).filter(isTrainedBefore) }
}
