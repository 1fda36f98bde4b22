import FileFormats
import NeuralNetworks

extension Recipe {
  /// Reads the fields `"teaching"`, `"generations"` and `"assistants"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  mutating func readTeaching(_ members: JSONMembers) throws(JSONError) {
    if let field = members["teaching"] { teaching = try TeachingTerm.all(in: field) }
    chain = try TeachingChain(members, defaults: chain)
  }

  /// Checks that there is a teacher where the teaching asks it something, and that its kinds go together.
  ///
  /// - Parameter hasTeacher: Whether there may be a teacher to learn from.
  /// - Throws: `JSONError` naming the field.
  func checkTeaching(
    _ members: JSONMembers, in field: JSONField, hasTeacher: Bool
  ) throws(JSONError) {
    let averages = teaching.contains { ($0.rule as? MovingAverageRule)?.result == .average }
    if averages, teaching.contains(where: { $0.rule is BranchesRule }) {
      throw (members["teaching"] ?? field).expected(
        "no \"branches\" next to a \"moving_average\" whose result is \"average\": a mean over steps in which the "
          + "student is one of several branches is not that of the merged student")
    }
    guard !usesTeacher else { return }
    for term in teaching {
      guard let question = term.rule.questionToTeacher else { continue }
      throw (members["teaching"] ?? members["distillation_weight"] ?? field).expected(
        (hasTeacher
          ? "a loss that reads the teacher's logits, as with a \"distillation_weight\" above 0: "
          : "teaching that asks no teacher, since a teacher is trained without one: ")
          + "teaching of the kind \"\(term.kind)\" asks the teacher \(question)")
    }
  }

  /// Checks what the chain needs of the whole recipe.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkChain(_ members: JSONMembers, in field: JSONField) throws(JSONError) {
    guard chain != .none else { return }
    let stated = members["generations"] ?? members["assistants"] ?? field
    let parts = stages.isEmpty ? [self] : stages.map(\.content)
    let learnsFromLogits = parts.contains { part in
      part.loss.distillation > 0
        || part.losses.contains { $0.needsTeacher && !$0.comparesFeatures }
    }
    guard learnsFromLogits else {
      throw stated.expected(
        "no chain of teachers where no loss reads a teacher's logits, as \"distillation_weight\" is 0"
      )
    }
    guard teacherView != .stored else {
      throw stated.expected(
        "no chain of teachers with \"teacher_view\": \"stored\"; \"clean\" and \"augmented\" have one"
      )
    }
  }

  /// What teaching and chain add to the identity, as far as there are any.
  var teachingIdentity: [(String, String)] {
    var parts: [(String, String)] = []
    if !teaching.isEmpty {
      parts.append(("teaching", "[" + teaching.map(\.identity).joined(separator: "; ") + "]"))
    }
    if chain != .none { parts.append(("chain", chain.identity)) }
    return parts
  }

  /// Whether something is learnt from images whose class is not known.
  public var usesUnlabeledImages: Bool {
    usesTeacher || teaching.contains { type(of: $0.rule).usesUnlabeledImages }
  }

  /// The keys of the students that are trained with each student.
  public var partners: [String] { teaching.flatMap(\.rule.partners) }

  /// Returns what the ways of teaching add to a training, the places of their peers one after the other.
  ///
  /// - Throws: `LossError` where the student cannot be taught in this way.
  func lessons(
    of network: Network, steps: Int, seed: UInt64, partners: [String: Network],
    affinity: (@Sendable () -> ClassAffinity)? = nil
  ) throws(LossError) -> [Lesson] {
    var lessons: [Lesson] = []
    var site = TeachingSite(
      network: network, recipe: self, steps: steps, seed: seed, partners: partners,
      affinity: affinity)
    for term in teaching {
      let lesson = try term.rule.lesson(on: site)
      site.firstPeer += lesson.peers.count
      lessons.append(lesson)
    }
    return lessons
  }
}
