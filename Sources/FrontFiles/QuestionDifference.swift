import Comparisons

/// Something that two studies do not have in common, apart from what they found.
public struct QuestionDifference: Hashable, Sendable {
  public let what: String
  public let before: String
  public let after: String
}

extension QuestionDifference {
  /// Returns what differs in question and circumstances, in the order of a report.
  static func all(_ before: FrontFile, _ after: FrontFile) -> [QuestionDifference] {
    var differences: [QuestionDifference] = []
    func compare(_ what: String, _ value: (FrontFile) -> String?) {
      let (a, b) = (value(before), value(after))
      guard a != b else { return }
      differences.append(
        QuestionDifference(what: what, before: a ?? "unknown", after: b ?? "unknown"))
    }
    func hash(_ name: String) -> (FrontFile) -> String? {
      { file in file.hashes[name].map { String($0.prefix(12)) } }
    }
    compare("data", hash("data_sha256"))
    // Equal answers are equal teachers, whatever they were made of.
    let answers = "teacher_logits_sha256"
    if before.hashes[answers] != nil && after.hashes[answers] != nil {
      compare("teacher's answers", hash(answers))
    } else {
      compare("teacher's weights", hash("teacher_weights_sha256"))
    }
    compare("teacher's validation accuracy") { $0.teacherValidation?.description }
    compare("search space", hash("search_space_sha256"))
    compare("hardware profile") { $0.hardware.map(\.profile).joined(separator: ", ") }
    compare("contents of the hardware profile", hash("hardware_profile_sha256"))
    compare("precision of the students", \.precision)
    compare("precision of the hardware profile") { file in
      Set(file.hardware.compactMap(\.precision)).sorted().joined(separator: ", ")
    }
    compare("seed", \.seed)
    compare("minimised") { $0.minimized.joined(separator: ", ") }
    compare("limits") { $0.limits.joined(separator: ", ") }
    compare("budgets") { $0.budgets.map(\.name).joined(separator: "; ") }
    compare("confidence of limits") { String($0.confidence) }
    compare("study.json, with what no other row names (sampler, recipes, …)", hash("study_sha256"))
    compare("trials") { $0.trialCount.map(String.init) }
    compare("fully trained students") { String($0.students.count) }
    compare("trainings of each student") { file in
      let runs = Set(file.students.map(\.validation.runs)).sorted()
      return runs.map(String.init).joined(separator: ", ")
    }
    compare("latencies of the front") { $0.hasMeasuredFront ? "measured" : "predicted" }
    compare("finished") { $0.isComplete ? "yes" : "no" }
    compare("version", \.version)
    compare("processor that trained", \.processor)
    return differences
  }
}
