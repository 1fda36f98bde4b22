import Distillation
import FileFormats
import Foundation
import NeuralNetworks

extension TrainingsFile {
  private static let trainingKeys = [
    "key", "training", "repetition", "baseline", "fraction", "trial", "uses_test", "repeated",
    "architecture", "parameters", "costs", "recipe", "precision", "quantization", "epochs", "batch",
    "network",
    "model",
    "result",
  ]

  /// Reads what trainings came to; those without a result are left out.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  public static func told(
    _ path: String, of inputs: StudyInputs
  ) throws(JSONError) -> [JournalEvent.Told] {
    let field = try JSONField(contentsOf: path)
    let members = try field.members(
      of: "a file of trainings", known: ["format", "study", "identity", "images", "trainings"])
    let format = try members.required("format")
    guard format.value == .text(TrainingsFile.format) else {
      throw format.expected("\"\(TrainingsFile.format)\"")
    }
    if let study = members["study"], study.value != .text(inputs.definition.name) {
      throw study.expected("\"\(inputs.definition.name)\", the name of the study that is told")
    }
    // Studies of one name may have other seeds, data or teachers. A file of an earlier version has none.
    if let identity = members["identity"], identity.value != .null,
      let own = try? inputs.trainingsIdentity(), identity.value != .text(own)
    {
      throw identity.expected(
        "\"\(own)\", which stands for the study's seed, space, data and teacher: the file is of another study of this "
          + "name")
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
    let asked = kind == .flash ? Precision.fp32 : inputs.definition.precision
    if asked != .fp32 || members["precision"] != nil {
      let precision = try members.required("precision")
      guard precision.value == .text(asked.rawValue) else {
        throw precision.expected("\"\(asked.rawValue)\": what the student is judged in")
      }
    }
    var name = TrainingName(
      key: text, kind: kind,
      repetition: try members["repetition"]?.integer(in: 0...(kind == .full ? 99 : 0)) ?? 0,
      isBaseline: isBaseline, fraction: nil)
    if kind == .flash {
      name.fraction = inputs.definition.flash.fraction
      if let fraction = members["fraction"], fraction.value != .null {
        name.fraction = try fraction.number(in: 0.000_001...1)
      }
    }
    try check(members, against: inputs.definition.recipe(of: name, on: inputs.dataset))
    return try told(name, result, inputs)
  }

  /// Checks that a training is still what the study would do: since it was asked for the study may have grown.
  private static func check(_ members: JSONMembers, against recipe: Recipe) throws(JSONError) {
    let changed = "as the study does it now; autodistill ask says what it needs"
    if let epochs = members["epochs"], try epochs.number(in: 0 ... .infinity) != recipe.epochs {
      throw epochs.expected("\(recipe.epochs) \(changed)")
    }
    if let batch = members["batch"], batch.value != .integer(recipe.batch) {
      throw batch.expected("\(recipe.batch) \(changed)")
    }
    if let text = members["recipe"], text.value != .text(recipe.identity) {
      throw text.expected("\"\(recipe.identity)\" \(changed)")
    }
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
      if outcome.value == .text("diverged") {
        for name in ["validation", "test", "repeats"] {
          if let given = members[name] {
            throw given.expected("nothing, since the training diverged")
          }
        }
        return told
      }
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
    if name.kind == .test, let validation = members["validation"] {
      throw validation.expected("the test split alone: the training is known")
    }
    if let repeats = members["repeats"] {
      guard name.kind == .flash else {
        throw repeats.expected("nothing: only flash trainings are repeated")
      }
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
      if let accuracy = members["accuracy"] {
        throw accuracy.expected("nothing, since \"correct\" says it")
      }
      correct = try given.integer(in: 0...count)
    } else {
      let given = try members.required("accuracy")
      let accuracy = try given.number(in: 0...1)
      correct = Int((accuracy * Double(count)).rounded())
      let nearest = Double(correct) / Double(count)
      guard abs(nearest - accuracy) <= 5e-4 else {
        throw given.expected(
          "a share of the \(count) images of the split to three digits, such as \(String(format: "%.4f", nearest)): "
            + "\(correct) right answers")
      }
    }
    self.init(
      count: count, correct: correct,
      negativeLogLikelihood: try members["negative_log_likelihood"]?.number(in: 0 ... .infinity)
        ?? 0)
  }
}
