import FileFormats
import NeuralNetworks

/// A loss as a recipe states it: its numbers, before the networks are known.
///
/// Each kind of loss is one file with its rule, its `TrainingLoss` and its formula, and a line in
/// `LossTable.rules`.
public protocol LossRule: Hashable, Sendable {
  /// The name in files, the value of `"kind"`.
  static var kind: String { get }
  /// The fields besides those that every loss has (`kind`, `weight`, and `student` and `teacher` of one that compares
  /// features).
  static var keys: [String] { get }
  /// What losses of the kind compare unless a field says otherwise.
  static var reads: LossReads { get }
  /// What this one compares.
  var reads: LossReads { get }
  /// The formula and its source, on one line, for the table of losses.
  static var summary: String { get }

  /// Reads the rule's own fields; what is left out has its usual value.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers) throws(JSONError)

  /// The rule's numbers on one line: equal texts are equal losses. Part of `Recipe.identity`.
  var identity: String { get }

  /// Returns the loss between a student and its teacher, of weight 1.
  ///
  /// - Throws: `LossError` where the two cannot be compared.
  func loss(on site: LossSite) throws(LossError) -> any TrainingLoss
}

extension LossRule {
  public var reads: LossReads { Self.reads }
}

/// What a loss compares.
public enum LossReads: String, Hashable, Sendable, CaseIterable {
  /// The labels and the student's logits; needs no teacher.
  case labels
  /// The logits of both.
  case logits
  /// An inner feature of each.
  case features
}

/// Where a loss is used.
public struct LossSite: Hashable, Sendable {
  public let classes: Int
  /// What is compared, of a loss that reads features; else nil.
  public let features: FeaturePair?

  public init(classes: Int, features: FeaturePair? = nil) {
    (self.classes, self.features) = (classes, features)
  }
}

/// An inner output of the student and the teacher's that it is compared with.
public struct FeaturePair: Hashable, Sendable {
  /// Nodes of the networks.
  public let student: Int
  public let teacher: Int
  /// Of one image.
  public let studentShape: TensorShape
  public let teacherShape: TensorShape

  public init(student: Int, of network: Network, teacher: Int, of teacherNetwork: Network) {
    self.init(
      student: student, studentShape: network.nodes[student].shape, teacher: teacher,
      teacherShape: teacherNetwork.nodes[teacher].shape)
  }

  init(student: Int, studentShape: TensorShape, teacher: Int, teacherShape: TensorShape) {
    (self.student, self.teacher) = (student, teacher)
    (self.studentShape, self.teacherShape) = (studentShape, teacherShape)
  }

  /// What a loss that compares the two reads.
  public var inputs: LossInputs {
    LossInputs(
      features: [LossInputs.Feature(node: student, elementCount: studentShape.elementCount)],
      teacherFeatures: [
        LossInputs.Feature(node: teacher, elementCount: teacherShape.elementCount)
      ])
  }
}

/// A loss that cannot be used where it was asked for.
public struct LossError: Error, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
