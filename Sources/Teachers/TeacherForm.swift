import Datasets
import FileFormats

/// A kind of teacher that `study.json` may ask for.
///
/// A new kind is a file with a form and its teacher, and a line in `TeacherForms.all`.
package protocol TeacherForm: Hashable, Sendable {
  /// The member of the JSON object that only this form has.
  static var key: String { get }

  /// Its members whose values may change in a study that has begun, as the teacher stays the same: those that
  /// `withoutPaths` leaves out.
  static var changingKeys: [String] { get }

  /// Its members, at any depth, that are paths or hold some; those of a program's words are found by themselves.
  static var pathKeys: [String] { get }

  /// Reads the form strictly.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ field: JSONField) throws(JSONError)

  /// The form without paths and without what changes none of its answers: two forms are the same teacher, as
  /// far as `study.json` says, where these are equal.
  var withoutPaths: Self { get }

  /// What it is and where it comes from, for the report.
  var origin: String { get }

  /// Whether it was not made by the study, so that it may have been trained with the validation split's images.
  var isGiven: Bool { get }

  /// How its training is done, where the study trains it, on one line.
  var trainingRecipe: String? { get }

  /// The program that it has this machine run, with its arguments, and the path of the field that holds it; nil
  /// for none.
  var command: (field: String, words: [String])? { get }

  /// The images that it sees instead of the students' ones; nil where it sees these.
  var images: TeacherImages? { get }

  /// Why it says nothing of the test split; nil if it does.
  ///
  /// - Parameter data: The study's.
  func obstacleToTesting(on data: DatasetDefinition) -> String?

  /// Returns the teacher for a study's data.
  ///
  /// - Throws: `JSONError` naming the field that does not fit.
  func teacher(in setting: TeacherSetting) throws -> any Teacher
}

extension TeacherForm {
  package var trainingRecipe: String? { nil }
  package var command: (field: String, words: [String])? { nil }
  package var images: TeacherImages? { nil }
  package func obstacleToTesting(on data: DatasetDefinition) -> String? { nil }

  /// Whether another form asks for the same teacher.
  func isSame(as other: any TeacherForm) -> Bool {
    (other as? Self)?.withoutPaths == withoutPaths
  }
}

/// The kinds of teachers.
enum TeacherForms {
  static let all: [Reader] = [
    Reader(ResidualForm.self), Reader(ArchitectureForm.self), Reader(PrecomputedForm.self),
    Reader(ONNXForm.self), Reader(CommandForm.self),
  ]

  /// What reads teachers of one kind.
  struct Reader: Sendable {
    /// The member that only they have.
    let key: String
    let pathKeys: [String]
    let read: @Sendable (JSONField) throws(JSONError) -> any TeacherForm

    init<Form: TeacherForm>(_ form: Form.Type) {
      (key, pathKeys) = (Form.key, Form.pathKeys)
      read = { field throws(JSONError) in try Form(field) }
    }
  }

  /// Reads a teacher of the kind whose member it has.
  ///
  /// - Throws: `JSONError`.
  static func read(_ field: JSONField) throws(JSONError) -> any TeacherForm {
    let names = Set(try field.object("a teacher").map(\.name))
    let present = all.filter { names.contains($0.key) }
    guard let reader = present.first, present.count == 1 else {
      throw field.expected("exactly one of the keys \(JSONError.list(all.map(\.key)))")
    }
    return try reader.read(field)
  }
}
