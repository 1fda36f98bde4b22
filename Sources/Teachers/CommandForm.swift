import Datasets
import FileFormats
import Foundation

/// Any program: `{"command": ["python3", "teacher.py", "{images}", "{logits}"], "kind": "logits", …}`.
struct CommandForm: TeacherForm {
  static let key = "command"
  static let changingKeys: [String] = ["chunk", "time_limit_seconds", TeacherImages.key]
  static let pathKeys: [String] = TeacherImages.pathKeys
  /// Stands for the NPY file with the images.
  static let imagesPlaceholder = "{images}"
  /// Stands for the NPY file that the program has to write.
  static let logitsPlaceholder = "{logits}"

  /// The program and its arguments, as they are.
  var words: [String]
  var meaning: LogitMeaning
  var input: CommandInput
  /// Files of the data's images in its own size; nil where it sees those of its students.
  var images: TeacherImages?
  /// Images that a call gets at most.
  var chunk: Int
  /// After how long a call counts as stuck.
  var timeLimitSeconds: Double
  /// The path of the teacher in `study.json`.
  var place: String

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a teacher",
      known: [CommandForm.key, TeacherImages.key, "input", "chunk", "time_limit_seconds"]
        + LogitMeaning.keys + OwnStandardization.keys)
    place = field.path
    let array = try members.required(CommandForm.key)
    words = try array.commandWords("a program and its arguments")
    for placeholder in [CommandForm.imagesPlaceholder, CommandForm.logitsPlaceholder]
    where !words.dropFirst().contains(where: { $0.contains(placeholder) }) {
      throw array.expected(
        "a program and its arguments, with \(CommandForm.imagesPlaceholder) for the file of the "
          + "images and \(CommandForm.logitsPlaceholder) for the file to write")
    }
    meaning = try LogitMeaning(members, place: field.path)
    input = try CommandInput(members)
    images = try TeacherImages(members)
    chunk = try members["chunk"]?.integer(in: 1...10_000_000) ?? 1000
    timeLimitSeconds = try members["time_limit_seconds"]?.number(in: 1...31_536_000) ?? 3600
  }

  /// How many images a call gets and how long it may take changes no answer.
  var withoutPaths: CommandForm {
    var form = self
    (form.chunk, form.timeLimitSeconds, form.place, form.meaning.place) = (0, 0, "", "")
    form.images = images?.withoutPaths
    return form
  }

  var origin: String { "the program \(text)" }
  var isGiven: Bool { true }
  var command: (field: String, words: [String])? { ("\(place).\(CommandForm.key)", words) }

  /// The command as messages show it.
  var text: String { "'" + words.joined(separator: " ") + "'" }

  func teacher(in setting: TeacherSetting) throws -> any Teacher {
    @Sendable func bound(_ setting: TeacherSetting) throws -> CommandTeacher {
      CommandTeacher(
        form: self, setting: setting,
        order: try meaning.order(on: setting.dataset, file: setting.file),
        encoder: try input.encoder(for: setting.dataset, file: setting.file, place: place))
    }
    guard let images else { return try bound(setting) }
    return OwnImagesTeacher(images, in: setting, costs: { nil }, bind: bound)
  }
}
