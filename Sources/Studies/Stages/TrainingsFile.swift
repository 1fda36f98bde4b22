import Distillation
import FileFormats
import Foundation
import HardwareProfiles

/// The file in which a study asks for trainings, and in which it is told what they came to: whoever has
/// trained a student fills in its `result`.
public enum TrainingsFile {
  static let format = "autodistill-trainings/1"

  private static let trainingKeys = [
    "key", "training", "repetition", "baseline", "fraction", "trial", "uses_test", "repeated",
    "architecture", "parameters", "costs", "recipe", "epochs", "batch", "network", "model",
    "result",
  ]

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
      ("format", .text(format)), ("study", .text(inputs.definition.name)), ("images", images),
      (
        "trainings",
        .array(trainings.map { TrainingsFile.training($0, inputs, model: model($0)) })
      ),
    ]).formatted + "\n"
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
      ("parameters", .object(values.map { ($0.name, .text("\($0.value)")) })),
      (
        "costs",
        .object(
          inputs.definition.objectives.map { metric in
            let cost = costs.map { inputs.definition.cost(metric, $0) } ?? .infinity
            return (metric.description, cost.isFinite ? .literal("\(cost)") : .null)
          })
      ),
      ("epochs", .literal("\(training.recipe.epochs)")), ("batch", JSONText(training.recipe.batch)),
      ("recipe", .text(training.recipe.identity)), ("network", .text(training.network.identity)),
      ("model", JSONText(model)), ("result", .null),
    ])
  }

  /// Reads what trainings came to; those without a result are left out.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  public static func told(
    _ path: String, of inputs: StudyInputs
  ) throws(JSONError) -> [JournalEvent.Told] {
    let field = try JSONField(contentsOf: path)
    let members = try field.members(
      of: "a file of trainings", known: ["format", "study", "images", "trainings"])
    let format = try members.required("format")
    guard format.value == .text(TrainingsFile.format) else {
      throw format.expected("\"\(TrainingsFile.format)\"")
    }
    var told: [JournalEvent.Told] = []
    for element in try members.required("trainings").elements(of: "trainings") {
      guard let training = try TrainingsFile.told(element, inputs) else { continue }
      guard !told.contains(where: { $0.training == training.training }) else {
        throw element.expected("each training once")
      }
      told.append(training)
    }
    return told
  }

  private static func told(
    _ field: JSONField, _ inputs: StudyInputs
  ) throws(JSONError) -> JournalEvent.Told? {
    let members = try field.members(of: "a training", known: trainingKeys)
    guard let result = members["result"], result.value != .null else { return nil }
    let key = try members.required("key")
    let text = try key.text("a student's key")
    guard (try? inputs.space.architecture(key: text)) != nil else {
      throw key.expected("the key of an architecture of \(inputs.space.name)")
    }
    let kind = try members.required("training").choice(TrainingName.Kind.self)
    let isBaseline = try members["baseline"]?.flag() ?? false
    if isBaseline, kind != .full, let baseline = members["baseline"] {
      throw baseline.expected("false: only full trainings are done without the teacher")
    }
    var name = TrainingName(
      key: text, kind: kind,
      repetition: try members["repetition"]?.integer(in: 0...99) ?? 0, isBaseline: isBaseline,
      fraction: nil)
    if kind == .flash {
      name.fraction = inputs.definition.flash.fraction
      if let fraction = members["fraction"], fraction.value != .null {
        name.fraction = try fraction.number(in: 0.000_001...1)
      }
    }
    return try told(name, result, inputs)
  }

  private static func told(
    _ name: TrainingName, _ field: JSONField, _ inputs: StudyInputs
  ) throws(JSONError) -> JournalEvent.Told {
    let members = try field.members(
      of: "what a training came to",
      known: ["outcome", "validation", "test", "repeats", "seconds"])
    let (validation, test) = (
      inputs.dataset.count(.validation), inputs.dataset.count(.test)
    )
    var told = JournalEvent.Told(
      training: name, validation: nil, test: nil, repeats: nil,
      seconds: try members["seconds"]?.number(in: 0 ... .infinity) ?? 0)
    if let outcome = members["outcome"] {
      guard outcome.value == .text("diverged") || outcome.value == .text("measured") else {
        throw outcome.expected("\"measured\" or \"diverged\"")
      }
      if outcome.value == .text("diverged") { return told }
    }
    if name.kind != .test {
      told.validation = try Evaluation(members.required("validation"), of: validation)
    }
    switch name.kind {
    case .flash:
      if let test = members["test"] {
        throw test.expected("no test split: a search must not know it")
      }
    case .full:
      told.test = try members["test"].map { field throws(JSONError) in
        try Evaluation(field, of: test)
      }
    case .test: told.test = try Evaluation(members.required("test"), of: test)
    }
    if let repeats = members["repeats"] {
      told.repeats = []
      for element in try repeats.elements(of: "evaluations") {
        told.repeats?.append(try Evaluation(element, of: validation))
      }
    }
    return told
  }
}

extension Evaluation {
  /// Reads right answers, `correct` or as a share `accuracy`, of all images of a split.
  fileprivate init(_ field: JSONField, of count: Int) throws(JSONError) {
    let members = try field.members(
      of: "an evaluation", known: ["count", "correct", "accuracy", "negative_log_likelihood"])
    if let given = members["count"] {
      guard try given.integer(in: 1...Int.max) == count else {
        throw given.expected("\(count), the images of the split")
      }
    }
    let correct: Int
    if let given = members["correct"] {
      correct = try given.integer(in: 0...count)
    } else {
      correct = Int((try members.required("accuracy").number(in: 0...1) * Double(count)).rounded())
    }
    self.init(
      count: count, correct: correct,
      negativeLogLikelihood: try members["negative_log_likelihood"]?.number(in: 0 ... .infinity)
        ?? 0)
  }
}
