import Distillation
import FileFormats
import NeuralNetworks

/// A residual network: `{"network": …, "recipe": …}` or `{"network": …, "weights": …}`.
struct ResidualForm: TeacherForm {
  static let key = "network"
  static let changingKeys: [String] = ["weights"]
  static let pathKeys: [String] = ["weights"]

  private var network: ResidualTeacher
  private var training: NetworkOrigin

  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a teacher", known: [ResidualForm.key] + NetworkOrigin.keys)
    network = try ResidualTeacher(members.required(ResidualForm.key))
    training = try NetworkOrigin(members, place: field.path)
  }

  var withoutPaths: ResidualForm {
    var form = self
    form.training = training.withoutPaths
    return form
  }

  var origin: String { training.text }
  var isGiven: Bool { training.weights != nil }
  var trainingRecipe: String? { isGiven ? nil : training.recipe.summary }

  func teacher(in setting: TeacherSetting) throws -> any Teacher {
    let (shape, classes) = (setting.imageShape, setting.dataset.classes)
    do {
      return try NetworkTeacher(
        network.network(input: shape, classes: classes), training, in: setting)
    } catch let error as NetworkError {
      throw JSONError.invalid(
        file: setting.file, field: "\(training.place).network",
        value: "a network that cannot be built",
        expected: "layers that fit images of \(shape): \(error)")
    }
  }
}
