import DeployedModels
import Distillation
import FileFormats
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
  /// better one on the validation split is the student. Nil if its values or logits overflow.
  ///
  /// - Parameters:
  ///   - run: The training that it comes from, whose recipe, teacher and seed are used again.
  ///   - checkpoint: Where the second training keeps its checkpoint.
  func integerStudent(
    of model: TrainedModel, after run: TrainingRun, _ settings: QuantizationSettings,
    checkpoint: String, _ reporter: ProgressReporter
  ) throws -> IntegerStudent? {
    // Logits beyond all bounds are a divergence, in fp32 and on the way to int8.
    guard let fp32 = evaluation(model, .validation) else { return nil }
    let postTraining: DeployedModel
    do {
      postTraining = try ExportedStudent(
        quantizing: model, calibrationImages: settings.calibrationImages, of: inputs.reader,
        seed: inputs.definition.seed
      ).deployed()
    } catch is QuantizationError {
      return nil
    }
    guard let before = evaluation(try IntegerClassifier(postTraining), .validation) else {
      return nil
    }
    let aware = try awareModel(
      of: model, after: run, settings, checkpoint: checkpoint, reporter)
    let after = try aware.flatMap { evaluation(try IntegerClassifier($0), .validation) }
    let outcome = QuantizationOutcome(fp32: fp32, postTraining: before, aware: after)
    return IntegerStudent(
      model: outcome.isAware ? aware ?? postTraining : postTraining, outcome: outcome)
  }

  /// Returns the student after a training that knows of int8; nil if the study asks for none, or it diverged.
  private func awareModel(
    of model: TrainedModel, after run: TrainingRun, _ settings: QuantizationSettings,
    checkpoint: String, _ reporter: ProgressReporter
  ) throws -> DeployedModel? {
    guard settings.awareShare > 0 else { return nil }
    let training = try AwareTraining(
      model, recipe: run.recipe,
      aware: AwareRecipe(
        share: settings.awareShare, calibrationImages: settings.calibrationImages),
      reader: run.reader, signal: run.signal, seed: run.seed, checkpointPath: checkpoint)
    let steps = training.steps
    do {
      let outcome = try training.train { reporter.observe(step: $0.step, of: steps) }
      guard case .finished(let quantized) = outcome else { return nil }
      return quantized.model
    } catch is QuantizationError {
      // What it learnt does not fit into int8: a divergence as well.
      return nil
    }
  }

  /// Writes the student as a file for the device, whole or not at all.
  func write(_ model: DeployedModel, of key: String) throws {
    try TFLiteFile(model, description: key).write(to: inputs.folder.integerModel(of: key))
  }
}

extension WorkerLoop {
  /// A student whose training in fp32 has ended, and how that went.
  struct TrainedFloats {
    let model: TrainedModel
    let curve: TrainingCurve
  }

  /// Returns what an interrupted task has left of the same training, so that only the way to int8 is done again.
  func keptFloats(at path: String, of run: TrainingRun) -> TrainedFloats? {
    guard let file = try? SafetensorsFile.read(path) else { return nil }
    // Those of earlier versions have no checksum and are taken as they are.
    if case .damaged = file.check(at: path) { return nil }
    guard file.metadata["identity"] == run.identity, let curve = file.metadata["curve"],
      let model = try? TrainedModel(run.network, contentsOf: path),
      let read = try? JSONDecoder().decode(TrainingCurve.self, from: Data(curve.utf8))
    else { return nil }
    return TrainedFloats(model: model, curve: read)
  }

  /// Keeps the student in fp32 until it is int8.
  func keep(_ floats: TrainedFloats, at path: String, of run: TrainingRun) throws {
    let curve = String(decoding: try JSONEncoder().encode(floats.curve), as: UTF8.self)
    try floats.model.write(
      to: path, metadata: ["identity": run.identity, "curve": curve], isSealed: true)
  }
}
