import FileFormats
import NeuralNetworks

extension Recipe {
  /// Reads the field `"teaching"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  mutating func readTeaching(_ members: JSONMembers) throws(JSONError) {
    if let field = members["teaching"] { teaching = try TeachingTerm.all(in: field) }
  }

  /// What the teaching adds to the identity, if there is any.
  var teachingIdentity: (String, String)? {
    teaching.isEmpty
      ? nil : ("teaching", "[" + teaching.map(\.identity).joined(separator: "; ") + "]")
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
    of network: Network, steps: Int, seed: UInt64, partners: [String: Network]
  ) throws(LossError) -> [Lesson] {
    var lessons: [Lesson] = []
    var site = TeachingSite(
      network: network, recipe: self, steps: steps, seed: seed, partners: partners)
    for term in teaching {
      let lesson = try term.rule.lesson(on: site)
      site.firstPeer += lesson.peers.count
      lessons.append(lesson)
    }
    return lessons
  }
}
