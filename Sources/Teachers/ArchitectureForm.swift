import FileFormats
import NeuralNetworks
import SearchSpaces

/// An architecture of a search space: `{"search_space": FILE, "key": KEY, "recipe": … | "weights": …}`.
struct ArchitectureForm: TeacherForm {
  static let key = "search_space"
  static let changingKeys: [String] = ["search_space", "weights"]
  static let pathKeys: [String] = ["search_space", "weights"]

  /// The search-space file, relative to the study's folder.
  private var searchSpace: String
  /// A key of the space, or the name of one of its reference designs.
  private var architecture: String
  private var training: NetworkOrigin

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a teacher", known: [ArchitectureForm.key, "key"] + NetworkOrigin.keys)
    searchSpace = try members.required(ArchitectureForm.key)
      .text("the path of a search-space file")
    architecture = try members.required("key")
      .text("an architecture's key, or a reference design's name")
    training = try NetworkOrigin(members, place: field.path)
  }

  var withoutPaths: ArchitectureForm {
    var form = self
    (form.searchSpace, form.training) = ("", training.withoutPaths)
    return form
  }

  var origin: String { "\(architecture) of \(searchSpace), \(training.text)" }
  var isGiven: Bool { training.weights != nil }
  var trainingRecipe: String? { isGiven ? nil : training.recipe.summary }

  func teacher(in setting: TeacherSetting) throws -> any Teacher {
    let space = try SearchSpace(contentsOf: setting.path(searchSpace))
    let network: Network
    do {
      network = try space.network(
        for: space.architecture(key: space.key(ofNameOrKey: architecture)),
        input: setting.imageShape, classes: setting.dataset.classes)
    } catch {
      throw JSONError.invalid(
        file: setting.file, field: "\(training.place).key", value: "\"\(architecture)\"",
        expected: "an architecture of \(setting.path(searchSpace)) for images of "
          + "\(setting.imageShape): \(error)")
    }
    return try NetworkTeacher(network, training, in: setting)
  }
}
