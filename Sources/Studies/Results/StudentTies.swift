import Comparisons

/// The students that cannot be told from the best one.
public struct StudentTies: Hashable, Sendable {
  /// Their trials, the most accurate first.
  public let trials: [Int]
  /// Whether all were compared image by image; otherwise some journal does not say which images were classified
  /// rightly, and these were compared as if they had been different ones.
  public let isPaired: Bool

  /// Compares a student with others on the validation images.
  ///
  /// - Parameters:
  ///   - students: Those that it could have been; the winner may be among them.
  ///   - noise: How much trainings of one student differ in the study.
  package init(
    with winner: StudyResults.Student, among students: [StudyResults.Student],
    noise: TrainingNoise?
  ) {
    let known = ([winner] + students.filter { $0.trial != winner.trial }).compactMap { student in
      student.runs.measuredValidation.map { (trial: student.trial, accuracy: $0) }
    }
    guard known.first?.trial == winner.trial else {
      (trials, isPaired) = ([], true)
      return
    }
    let ties = AccuracyTies(with: 0, of: known.map(\.accuracy), noise: noise)
    (trials, isPaired) = (ties.indices.map { known[$0].trial }, ties.isPaired)
  }
}
