import NeuralNetworks

/// A loss that a recipe adds to the one of labels and teacher's logits: which, with what weight, and what of the
/// student it compares with what of the teacher.
public struct LossTerm: Hashable, Sendable {
  public var rule: any LossRule
  public var weight: WeightSchedule
  /// The place in the student of a loss that compares features, such as `stage2`, or `allStages`; nil: the place
  /// that fits the teacher's best, or the last stage.
  public var student: String?
  /// The place in the teacher; nil: the place that fits the student's best.
  public var teacher: String?

  public init(
    _ rule: any LossRule, weight: WeightSchedule = WeightSchedule(1), student: String? = nil,
    teacher: String? = nil
  ) {
    (self.rule, self.weight) = (rule, weight)
    (self.student, self.teacher) = (student, teacher)
  }

  /// Stands for every stage of the student, each compared with the stage of the teacher that fits it best.
  public static let allStages = "stages"

  /// The name of its kind in files.
  public var kind: String { type(of: rule).kind }

  /// Whether it compares inner features of student and teacher.
  public var comparesFeatures: Bool { rule.reads == .features }

  /// Whether it cannot be computed without a teacher.
  public var needsTeacher: Bool { rule.reads != .labels }

  /// The term without its weight, on one line: equal texts compare the same in the same way, and share their
  /// connectors.
  var comparison: String {
    var parts = [rule.identity]
    if let student { parts.append("student=\(student)") }
    if let teacher { parts.append("teacher=\(teacher)") }
    return "\(kind)(\(parts.filter { !$0.isEmpty }.joined(separator: ",")))"
  }

  /// The term on one line: equal texts are equal losses. Part of `Recipe.identity`.
  public var identity: String { "\(weight.identity)·\(comparison)" }

  public static func == (first: LossTerm, second: LossTerm) -> Bool {
    AnyHashable(first.rule) == AnyHashable(second.rule) && first.weight == second.weight
      && first.student == second.student && first.teacher == second.teacher
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(rule))
    hasher.combine(weight)
    hasher.combine(student)
    hasher.combine(teacher)
  }
}
