import Distillation
import FileFormats
import NeuralNetworks
import TensorKernels

/// How a network of our own comes to its weights.
struct NetworkOrigin: Hashable, Sendable {
  /// How it is trained, where there are no weights.
  var recipe: Recipe
  /// Weights of a trained network, relative to the study's folder.
  var weights: String?
  /// What the given weights expect of images; nil: the training split's standardisation.
  var standardization: OwnStandardization?
  /// The path in `study.json` of the object that says so.
  var place: String

  static let keys = ["recipe", "weights"] + OwnStandardization.keys

  /// Reads `"recipe"`, or `"weights"` and perhaps `"mean"` and `"deviation"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers, place: String) throws(JSONError) {
    self.place = place
    weights = try members["weights"]?.text("the path of a safetensors file")
    recipe = .teacherDefaults
    if weights == nil {
      for name in OwnStandardization.keys {
        if let field = members[name] {
          throw field.expected(
            "no such field without \"weights\": a teacher that is trained here sees images as its "
              + "students do")
        }
      }
    }
    standardization = try OwnStandardization(members)
    guard let field = members["recipe"] else { return }
    guard weights == nil else {
      throw field.expected("no recipe where the teacher's weights are given")
    }
    for name in [
      "distillation_weight", "temperature", "teacher_view", "stored_views", "generations",
      "assistants",
    ] {
      if let field = try field.object("a training recipe").first(where: { $0.name == name }) {
        throw field.field.expected("no such field: a teacher learns from labels alone")
      }
    }
    recipe = try Recipe(field, defaults: .teacherDefaults, hasTeacher: false)
    guard recipe.partners.isEmpty else {
      throw field.expected(
        "no students by their keys in \"teaching\": a teacher learns without them")
    }
    if recipe.usesTeacher {
      throw field.expected(
        "losses and stages without a teacher: a teacher learns from labels alone")
    }
  }

  /// Without where the weights lie; that there are some stays.
  var withoutPaths: NetworkOrigin {
    var origin = self
    (origin.weights, origin.place) = (weights.map { _ in "" }, "")
    return origin
  }

  var text: String { weights == nil ? "trained by this study" : "given weights" }
}

extension Recipe {
  /// The training of a teacher, as far as a study does not say otherwise.
  public static let teacherDefaults = Recipe(
    epochs: 10, batch: 128, slices: 4, weightDecay: 5e-4,
    schedule: LearningRateSchedule(
      shape: .oneCycle, peakRate: 0.2, warmupShare: 0.2, finalShare: 0.01),
    loss: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))
}
