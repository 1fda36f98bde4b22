import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces

/// The file in which a study asks for trainings, and in which it is told what they came to: whoever has
/// trained a student fills in its `result`.
public enum TrainingsFile {
  static let format = "autodistill-trainings/1"

  /// Returns the file's text.
  ///
  /// - Parameter model: Returns the path of a training's exported network, if there is one.
  public static func text(
    _ trainings: [AskedTraining], of inputs: StudyInputs,
    model: (AskedTraining) -> String? = { _ in nil }
  ) -> String {
    let (dataset, shape) = (inputs.dataset, inputs.imageShape)
    func list(_ values: [Double]) -> JSONText { .array(values.map { .literal("\($0)") }) }
    let images: JSONText = .object([
      ("height", JSONText(shape.height)), ("width", JSONText(shape.width)),
      ("channels", JSONText(shape.channels)), ("classes", JSONText(dataset.classes)),
      ("training", JSONText(dataset.count(.training))),
      ("validation", JSONText(dataset.count(.validation))),
      ("test", JSONText(dataset.count(.test))),
      ("pixel_mean", list(dataset.standardization.mean)),
      ("pixel_deviation", list(dataset.standardization.standardDeviation)),
    ])
    return JSONText.object([
      ("format", .text(format)), ("study", .text(inputs.definition.name)),
      ("identity", JSONText(try? inputs.trainingsIdentity())), ("images", images),
      (
        "trainings",
        .array(trainings.map { TrainingsFile.training($0, inputs, model: model($0)) })
      ),
    ]).formatted + "\n"
  }

  private static func value(_ value: ParameterValue) -> JSONText {
    if case .text(let text) = value { .text(text) } else { .literal("\(value)") }
  }

  private static func training(
    _ training: AskedTraining, _ inputs: StudyInputs, model: String?
  ) -> JSONText {
    let name = training.name
    let values = inputs.space.values(of: training.architecture)
    let costs = StudentPricing(inputs: inputs).costs(of: training.architecture)
    return .object([
      ("key", .text(name.key)), ("training", .text(name.kind.rawValue)),
      ("repetition", JSONText(name.repetition)), ("baseline", JSONText(name.isBaseline)),
      ("fraction", name.fraction.map { .literal("\($0)") } ?? .null),
      ("trial", training.trial.map { JSONText($0) } ?? .null),
      ("uses_test", JSONText(training.usesTest)), ("repeated", JSONText(training.isRepeated)),
      ("architecture", .text(inputs.space.description(of: training.architecture))),
      ("parameters", .object(values.map { ($0.name, TrainingsFile.value($0.value)) })),
      (
        "costs",
        .object(
          inputs.definition.objectives.map { metric in
            let cost = costs.map { inputs.definition.cost(metric, $0) } ?? .infinity
            return (metric.description, cost.isFinite ? .literal("\(cost)") : .null)
          })
      ),
      ("epochs", .literal("\(training.recipe.epochs)")), ("batch", JSONText(training.recipe.batch)),
      ("recipe", .text(training.recipe.identity)),
      ("precision", .text(training.precision.rawValue)),
      ("quantization", JSONText(training.quantization?.identity)),
      ("network", .text(training.network.identity)),
      ("model", JSONText(model)), ("result", .null),
    ])
  }
}
