import FileFormats
import Foundation

/// The trainings that come before a student's own full training, each of which teaches the next.
///
/// First assistants, from the largest to the smallest: the first learns from the teacher, each other from the one
/// before, and the student from the last (Mirzadeh et al., "Improved knowledge distillation via teacher assistant",
/// arXiv:1902.03393). Then generations of the student: each learns from the one before it and from who has taught the
/// first, by the mean of their probabilities (Furlanello et al., "Born-again neural networks", arXiv:1805.04770).
public struct TeachingChain: Hashable, Sendable {
  /// Students of the search space between the teacher and the student in size.
  public enum Assistants: Hashable, Sendable {
    /// So many, chosen by their parameters: each is the same factor smaller than the one before.
    case count(Int)
    /// These, in their order, for every student.
    case keys([String])
  }

  /// How often the student is trained; 1: once.
  public var generations = 1
  public var assistants = Assistants.count(0)

  public init(generations: Int = 1, assistants: Assistants = .count(0)) {
    (self.generations, self.assistants) = (generations, assistants)
  }

  /// A student's own training alone.
  public static let none = TeachingChain()

  /// The keys that it names.
  public var keys: [String] {
    if case .keys(let keys) = assistants { keys } else { [] }
  }

  /// Returns how many trainings a student's full one is, its own included; at most, where assistants are chosen by
  /// their size.
  ///
  /// - Parameter key: The student's, which is no assistant of its own.
  package func trainingCount(ofKey key: String) -> Int {
    switch assistants {
    case .count(let count): generations + count
    case .keys(let keys): generations + keys.count { $0 != key }
    }
  }

  /// The chain on one line: equal texts are equal chains. Part of `Recipe.identity`.
  var identity: String {
    switch assistants {
    case .count(let count): "generations=\(generations),assistants=\(count)"
    case .keys(let keys): "generations=\(generations),assistants=[\(keys.joined(separator: "+"))]"
    }
  }

  /// Returns the numbers of parameters that the assistants of a student should have, the largest first: the sizes
  /// from the teacher to the student form a geometric series.
  public static func assistantSizes(_ count: Int, teacher: Int, student: Int) -> [Double] {
    (0..<count).map { index in
      let share = Double(index + 1) / Double(count + 1)
      return exp((1 - share) * log(Double(teacher)) + share * log(Double(student)))
    }
  }
}

extension TeachingChain {
  static let fields = ["generations", "assistants"]

  /// Reads the fields of `fields`; what is left out keeps the value it has in `defaults`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers, defaults: TeachingChain) throws(JSONError) {
    self = defaults
    if let generations = try members["generations"]?.integer(in: 1...10) {
      self.generations = generations
    }
    guard let field = members["assistants"] else { return }
    switch field.value {
    case .array:
      let keys = try field.distinctTexts("keys of assistants", "a student's key")
      guard 1...5 ~= keys.count else { throw field.expected("one to five keys of assistants") }
      assistants = .keys(keys)
    case .integer: assistants = .count(try field.integer(in: 0...5))
    default:
      throw field.expected("a number of assistants from 0 to 5, or a list of their keys")
    }
  }
}

/// A training of a chain that has ended: who has learnt, and how well.
public struct ChainLink: Hashable, Sendable, Codable {
  public enum Role: String, Hashable, Sendable, Codable {
    case assistant
    /// The student itself, before its last training.
    case generation
  }

  public var role: Role
  public var key: String
  public var validation: Evaluation

  public init(role: Role, key: String, validation: Evaluation) {
    (self.role, self.key, self.validation) = (role, key, validation)
  }
}
