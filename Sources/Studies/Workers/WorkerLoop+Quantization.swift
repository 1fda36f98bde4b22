import DeployedModels
import Distillation
import Foundation
import NeuralNetworks
import Quantization
import TFLiteFiles

extension WorkerLoop {
  /// A student in int8, and what became of it on the way.
  struct IntegerStudent {
    let model: DeployedModel
    let outcome: QuantizationOutcome
  }

  /// Quantises a trained student as the study asks for: as it is, and after a training that knows of int8; the
  /// better one on the validation split is the student. Nil if its logits overflow.
  ///
  /// - Parameter run: The training that it comes from, whose recipe, teacher and seed are used again.
  func integerStudent(
    of model: TrainedModel, after run: TrainingRun, _ settings: QuantizationSettings,
    _ reporter: ProgressReporter
  ) throws -> IntegerStudent? {
    let postTraining = try ExportedStudent(
      quantizing: model, calibrationImages: settings.calibrationImages, of: inputs.reader,
      seed: inputs.definition.seed
    ).deployed()
    guard let fp32 = evaluation(model, .validation),
      let before = evaluation(try IntegerClassifier(postTraining), .validation)
    else { return nil }
    let aware = try awareModel(of: model, after: run, settings, reporter)
    let after = try aware.flatMap { evaluation(try IntegerClassifier($0), .validation) }
    let outcome = QuantizationOutcome(fp32: fp32, postTraining: before, aware: after)
    return IntegerStudent(
      model: outcome.isAware ? aware ?? postTraining : postTraining, outcome: outcome)
  }

  /// Returns the student after a training that knows of int8; nil if the study asks for none, or it diverged.
  private func awareModel(
    of model: TrainedModel, after run: TrainingRun, _ settings: QuantizationSettings,
    _ reporter: ProgressReporter
  ) throws -> DeployedModel? {
    guard settings.awareShare > 0 else { return nil }
    let training = try AwareTraining(
      model, recipe: run.recipe,
      aware: AwareRecipe(
        share: settings.awareShare, calibrationImages: settings.calibrationImages),
      reader: run.reader, signal: run.signal, seed: run.seed)
    let steps = training.steps
    let outcome = try training.train { step in
      step.step % 16 != 0 || reporter.observe(share: Double(step.step) / Double(steps))
    }
    guard case .finished(let quantized) = outcome else { return nil }
    return quantized.model
  }

  /// Writes the student as a file for the device, whole or not at all.
  func write(_ model: DeployedModel, of key: String) throws {
    try TFLiteFile(model, description: key).write(to: inputs.folder.integerModel(of: key))
  }
}
