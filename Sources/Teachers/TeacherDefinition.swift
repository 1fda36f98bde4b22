import Datasets
import FileFormats
import Foundation

/// Where a study's teacher comes from: a teacher of any form, or several as an ensemble.
public struct TeacherDefinition: Sendable {
  /// One of the teachers, with its share in what they say together.
  package struct Member: Sendable {
    package var form: any TeacherForm
    /// Above 0; only its ratio to the other weights counts.
    package var weight: Double
  }

  /// One, or the members of an ensemble.
  package let members: [Member]
  /// How they are made one.
  package let rule: EnsembleRule

  /// Reads a teacher, a list of them, each perhaps with its `"weight"`, or an object with such a list as `"members"` and
  /// how they are made one.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  package init(_ field: JSONField) throws(JSONError) {
    if case .array = field.value {
      (members, rule) = (try TeacherDefinition.members(field), .defaults)
      return
    }
    if case .object(let fields) = field.value, fields.contains(where: { $0.name == "members" }) {
      let ensemble = try field.members(
        of: "several teachers", known: ["members"] + EnsembleRule.keys)
      members = try TeacherDefinition.members(ensemble.required("members"))
      rule = try EnsembleRule(ensemble)
      return
    }
    (members, rule) = ([Member(form: try TeacherForms.read(field), weight: 1)], .defaults)
  }

  private static func members(_ field: JSONField) throws(JSONError) -> [Member] {
    guard case .array(let elements) = field.value, !elements.isEmpty else {
      throw field.expected("an object that describes a teacher, or a list of at least one")
    }
    return try field.elements(of: "teachers").map { element throws(JSONError) in
      let weight = try element.object("a teacher").first { $0.name == "weight" }?.field
      return Member(
        form: try TeacherForms.read(element.without("weight")),
        weight: try weight?.positive() ?? 1)
    }
  }

  /// The programs that they have this machine run, each with the path of the field that holds it.
  package var commands: [(field: String, words: [String])] { members.compactMap(\.form.command) }

  package var isEnsemble: Bool { members.count > 1 }

  /// Whether another definition asks for the same teacher, wherever its files lie.
  package func isSame(as other: TeacherDefinition) -> Bool {
    members.count == other.members.count && rule == other.rule
      && zip(members, other.members).allSatisfy {
        $0.weight == $1.weight && $0.form.isSame(as: $1.form)
      }
  }

  /// Why the teacher says nothing of the test split; nil if it does.
  package func obstacleToTesting(on data: DatasetDefinition) -> String? {
    members.lazy.compactMap { $0.form.obstacleToTesting(on: data) }.first
  }

  /// Removes prepared images of their own that no teacher sees any more.
  ///
  /// - Parameter folder: That of the study's prepared data.
  package func removeOtherImages(in folder: String) {
    let wanted = Set(members.compactMap { $0.form.images?.folderName })
    for name in TeacherImages.folders(in: folder) where !wanted.contains(name) {
      try? FileManager.default.removeItem(atPath: (folder as NSString).appendingPathComponent(name))
    }
  }

  /// Whether one of them was not made by the study.
  package var isGiven: Bool { members.contains { $0.form.isGiven } }

  /// Returns the teacher for a study's data.
  ///
  /// - Throws: `JSONError` naming the field that does not fit.
  package func teacher(in setting: TeacherSetting) throws -> any Teacher {
    guard isEnsemble else { return try members[0].form.teacher(in: setting) }
    return try EnsembleTeacher(members, rule, in: setting)
  }
}

extension TeacherDefinition {
  /// The paths in `study.json` of what may change as long as it stands for the same teacher.
  package var changingFields: [String] {
    // The differences of a list are not told apart.
    if isEnsemble { return ["teacher"] }
    return type(of: members[0].form).changingKeys.map { "teacher." + $0 }
  }

  /// The members of teachers of all forms that are paths, or hold some.
  package static var pathNames: [String] { TeacherForms.all.flatMap(\.pathKeys) + ["members"] }
}
