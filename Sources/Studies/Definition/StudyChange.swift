import FileFormats

/// A field of `study.json` that says something else than when the journal was begun.
public struct StudyChange: Hashable, Sendable, Codable {
  /// Its path, such as `search.trials`.
  public var field: String
  /// What it said, as `study.json` writes it; "nothing" where it was not there.
  public var before: String
  public var after: String

  package init(field: String, before: String, after: String) {
    (self.field, self.before, self.after) = (field, before, after)
  }
}

extension StudyChange: CustomStringConvertible {
  public var description: String { "\(field): \(before) → \(after)" }
}

/// A part of a study that is done again, or continued, when the question grows.
public enum GrowthEffect: String, Hashable, Sendable, Codable, CaseIterable {
  /// Further trials may be proposed.
  case search
  /// The space is sampled again, and every trial gets the costs and the limits of the new question.
  case costs
  /// Finalists are chosen again, as the study would that asked for all from the start. What is trained is
  /// not trained again.
  case finalists
  /// So are the reference designs.
  case references
  /// All full trainings are done again, at the new length.
  case fullTrainings = "full_trainings"
}

/// What differs between two questions, and what follows from it.
struct StudyDifference: Hashable, Sendable {
  var changes: [StudyChange] = []
  var effects: Set<GrowthEffect> = []

  static let nothing = "nothing"
}

extension JSONValue {
  /// The value as JSON on one line.
  var line: String {
    switch self {
    case .null, .flag, .integer, .number: description
    case .text(let text): JSONText.text(text).formatted
    case .array(let elements): "[" + elements.map(\.line).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { "\(JSONText.text($0.name).formatted): \($0.value.line)" }
        .joined(separator: ", ") + "}"
    }
  }

  /// The values of an object's members, theirs included, by their paths; arrays are values.
  var leaves: [(path: String, value: JSONValue)] {
    guard case .object(let members) = self else { return [("", self)] }
    return members.flatMap { member in
      member.value.leaves.map { leaf in
        (leaf.path.isEmpty ? member.name : "\(member.name).\(leaf.path)", leaf.value)
      }
    }
  }

  /// Returns the values under one of the paths that differ, in the order of this object, then those that only
  /// `other` has.
  func differences(from other: JSONValue, under prefixes: [String]) -> [StudyChange] {
    func isMeant(_ path: String) -> Bool {
      prefixes.contains { path == $0 || path.hasPrefix($0 + ".") }
    }
    let (old, new) = (
      leaves.filter { isMeant($0.path) }, other.leaves.filter { isMeant($0.path) }
    )
    var changes: [StudyChange] = []
    for leaf in old {
      let now = new.first { $0.path == leaf.path }?.value
      guard now != leaf.value else { continue }
      changes.append(
        StudyChange(
          field: leaf.path, before: leaf.value.line,
          after: now?.line ?? StudyDifference.nothing))
    }
    for leaf in new where !old.contains(where: { $0.path == leaf.path }) {
      changes.append(
        StudyChange(
          field: leaf.path, before: StudyDifference.nothing, after: leaf.value.line))
    }
    return changes
  }
}
