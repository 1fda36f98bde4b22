import Distillation

/// Shadows that are attacked in their turns, each with the others for comparison.
struct ShadowSet {
  /// Whom they are like, in words for messages.
  let who: String
  /// How many were asked for.
  let count: Int
  /// The numbers of those that are not there, ascending.
  let lost: [Int]
  /// The option that says how many.
  let option: String
  /// Returns the file of one of them in a study's folder.
  let file: @Sendable (_ number: Int, _ folder: StudyFolder) -> ShadowFile

  /// The numbers of those that are there.
  var numbers: [Int] { (0..<count).filter { !lost.contains($0) } }

  static func student(_ key: String, isBaseline: Bool, count: Int, lost: Set<Int>) -> ShadowSet {
    ShadowSet(who: key, count: count, lost: lost.sorted(), option: "--shadows") {
      ShadowFile(
        of: key, StudentTask.ShadowWork(number: $0, isBaseline: isBaseline), in: $1)
    }
  }

  static func teacher(count: Int, lost: Set<Int>) -> ShadowSet {
    ShadowSet(who: "the teacher", count: count, lost: lost.sorted(), option: "--teacher-shadows") {
      ShadowFile(ofTeacher: $0, in: $1)
    }
  }

  /// Checks that so many have ended well that each can be attacked.
  ///
  /// - Throws: `StudyError.noResults`.
  func check(in folder: StudyFolder) throws(StudyError) {
    let fewest = LikelihoodRatioAttack.fewestShadows
    guard numbers.count < fewest else { return }
    throw .noResults(
      "\(folder.path): of \(count) shadows of \(who) \(numbers.count) have ended well, expected at least "
        + "\(fewest): more \(option), or a longer time limit of a training")
  }
}
