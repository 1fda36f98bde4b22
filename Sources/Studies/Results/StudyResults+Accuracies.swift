import Comparisons
import Distillation
import Foundation
import HardwareProfiles

// Accuracies as `Comparisons` judges them: with the answers to single images, wherever journals have them, so that two
// students are compared image by image.

extension MeasuredAccuracy {
  /// Takes what trainings came to on one split; the answers to single images only where all of them left theirs.
  ///
  /// Nil if there are no trainings.
  package init?(_ trainings: [(evaluation: Evaluation, outcome: SplitOutcome?)]) {
    guard let count = trainings.first?.evaluation.count else { return nil }
    let answers = trainings.compactMap { training -> Answers? in
      guard training.evaluation.count == count, let outcome = training.outcome,
        let answers = Answers(count: count, bytes: outcome.correctImages.bytes),
        answers.correct == training.evaluation.correct
      else { return nil }
      return answers
    }
    if answers.count == trainings.count {
      self.init(answers)
    } else {
      let evaluations = trainings.map(\.evaluation)
      self.init(
        mean: evaluations.pooledAccuracy, count: count, runs: evaluations.count,
        deviation: evaluations.deviation)
    }
  }
}

extension [StudyResults.Run] {
  /// The accuracy on the validation split; nil without trainings.
  package var measuredValidation: MeasuredAccuracy? {
    MeasuredAccuracy(map { ($0.validation, $0.validationOutcome) })
  }

  /// The accuracy on the test split of those that have seen it; nil without any.
  package var measuredTest: MeasuredAccuracy? {
    MeasuredAccuracy(compactMap { run in run.test.map { ($0, run.testOutcome) } })
  }
}

extension [StudyResults.Student] {
  /// The student with the highest validation accuracy, the first of several; in the order of the first cost the
  /// cheapest. Nil if there are none.
  package var mostAccurate: StudyResults.Student? {
    bestIndex(of: map(\.validationAccuracy)).map { self[$0] }
  }

  /// How much trainings of one student differ on the validation split; nil where none was trained twice.
  package var validationNoise: TrainingNoise? {
    TrainingNoise(compactMap(\.runs.measuredValidation))
  }
}

extension StudyDefinition {
  /// Returns a student as judgements see it, by the costs that the front is made of; nil without a training.
  func candidate(_ student: StudyResults.Student) -> Candidate? {
    student.runs.measuredValidation.map { accuracy in
      Candidate(accuracy: accuracy, costs: objectives.map { cost($0, student.frontCosts) })
    }
  }

  /// Returns the students that keep a budget, by the costs that the front is made of; all for nil.
  package func keeping(
    _ budget: Budget?, _ students: [StudyResults.Student]
  ) -> [StudyResults.Student] {
    guard let budget else { return students }
    return students.filter { violation(budget, $0.frontCosts) == 0 }
  }
}
