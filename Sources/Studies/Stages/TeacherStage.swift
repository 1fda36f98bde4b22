import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams

/// The first stage: a trained teacher, its logits on every training image, and proof that the students
/// will see the right ones.
package struct TeacherStage {
  let inputs: StudyInputs
  let context: StudyContext

  package init(inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Makes sure that the teacher and its logits are there, and returns what the journal should say.
  package func run(known: JournalEvent.TeacherReady?) throws -> JournalEvent.TeacherReady {
    if let known, try isIntact(known) {
      if cache.known(of: .validation) == nil { _ = try judge(keptModel(), .validation) }
      return known
    }
    try Folder.create(inputs.folder.teacher)
    cache.forget()
    let model = try trainedModel()
    context.report(.note("caching the teacher's logits"))
    let logits = model.logits(
      of: .training, reader: inputs.reader, threads: context.threads)
    try SoftTargets.write(logits, to: inputs.folder.softTargets)
    return try verified(model)
  }

  /// Looks at the test split, which is for the last stage, and returns what the journal should say; nil if it
  /// is known.
  func tested(known: JournalEvent.TeacherReady?) throws -> JournalEvent.TeacherTested? {
    guard known?.test == nil || cache.known(of: .test) == nil else { return nil }
    let (test, outcome) = try judge(keptModel(), .test)
    return known?.test == nil ? JournalEvent.TeacherTested(test: test, testOutcome: outcome) : nil
  }

  private var cache: TeacherLogits { TeacherLogits(inputs) }

  private func keptModel() throws -> TrainedModel {
    try TrainedModel(inputs.teacherNetwork, contentsOf: inputs.folder.teacherWeights)
  }

  /// Classifies a split, and keeps the logits for comparing students with them.
  private func judge(
    _ model: TrainedModel, _ split: DatasetSplit
  ) throws -> (Evaluation, SplitOutcome?) {
    let logits = model.logits(of: split, reader: inputs.reader, threads: context.threads)
    try cache.keep(logits, of: split)
    let evaluation = Evaluation(logits: logits, split: split, dataset: inputs.dataset)
    let isFinite = evaluation.negativeLogLikelihood.isFinite
    return (
      evaluation,
      isFinite
        ? SplitOutcome(logits: logits, split: split, dataset: inputs.dataset, teacher: nil) : nil
    )
  }

  /// A hash of everything that makes the teacher what it is.
  func identity() throws -> String { try TeacherStage.identity(inputs) }

  /// A hash of everything that makes a study's teacher what it is.
  package static func identity(_ inputs: StudyInputs) throws -> String {
    let definition = inputs.definition.teacher
    let weights = try definition.weights.map {
      try ContentHash.hexadecimal(ofFile: inputs.folder.appending($0))
    }
    let parts = [
      inputs.teacherNetwork.identity, definition.recipe.identity, weights ?? "",
      inputs.dataset.contentHash, "\(inputs.definition.seed)",
      "\(inputs.definition.flash.statisticsBatches)",
    ]
    return ContentHash.hexadecimal(of: parts.joined(separator: "|"))
  }

  private func isIntact(_ known: JournalEvent.TeacherReady) throws -> Bool {
    let dataset = inputs.dataset
    guard known.identity == (try identity()),
      let hash = try? ContentHash.hexadecimal(ofFile: inputs.folder.teacherWeights),
      hash == known.weightsHash
    else { return false }
    let targets = try? SoftTargets(
      contentsOf: inputs.folder.softTargets, count: dataset.count(.training),
      classes: dataset.classes)
    return targets != nil
  }

  private func trainedModel() throws -> TrainedModel {
    let folder = inputs.folder
    if let weights = inputs.definition.teacher.weights {
      let model = try TrainedModel(
        inputs.teacherNetwork, contentsOf: folder.appending(weights))
      try model.write(to: folder.teacherWeights, metadata: ["identity": identity()])
      return model
    }
    if let file = try? SafetensorsFile.read(folder.teacherWeights),
      file.metadata["identity"] == (try identity())
    {
      return try TrainedModel(inputs.teacherNetwork, contentsOf: folder.teacherWeights)
    }
    var stream = RandomStream(seed: inputs.definition.seed, purpose: "teacher")
    let run = TrainingRun(
      network: inputs.teacherNetwork, recipe: inputs.definition.teacher.recipe,
      reader: inputs.reader, signal: nil, seed: stream.next(), threads: context.threads,
      statisticsBatches: inputs.definition.flash.statisticsBatches,
      checkpointPath: folder.teacherCheckpoint)
    let context = context
    let outcome = try run.train { progress in
      if progress.step % 20 == 0 {
        context.report(
          .advance(
            done: Double(progress.step), total: progress.steps,
            detail: String(
              format: "loss %.3f, batch accuracy %.1f %%", progress.loss,
              100 * progress.accuracy)))
      }
      return !context.isCancelled() && context.reachedLimit() == nil
    }
    switch outcome {
    case .stopped:
      try context.checkCancelled()
      try context.checkLimits()
      throw StudyError.interrupted
    case .diverged(let step):
      throw StudyError.teacher(
        "the teacher's training diverged at step \(step): lower teacher.recipe.learning_rate "
          + "(it is \(run.recipe.schedule.peakRate)) or set teacher.recipe.clip_norm")
    case .finished(let model):
      try model.write(to: folder.teacherWeights, metadata: ["identity": identity()])
      try? FileManager.default.removeItem(atPath: folder.teacherCheckpoint)
      return model
    }
  }

  /// Compares the teacher with the labels twice: by itself, and through the very batches, in shuffled
  /// order, that students will be trained on.
  private func verified(_ model: TrainedModel) throws -> JournalEvent.TeacherReady {
    let dataset = inputs.dataset
    let signal: TeacherSignal =
      inputs.definition.full.teacherView == .augmented
      ? .model(model)
      : .cached(
        try SoftTargets(
          contentsOf: inputs.folder.softTargets, count: dataset.count(.training),
          classes: dataset.classes))
    let pipeline = signal.agreementWithLabels(
      reader: inputs.reader, recipe: inputs.definition.full, seed: inputs.definition.seed)
    let chance = 1 / Double(dataset.classes)
    guard pipeline > chance + min(chance, (1 - chance) / 4) else {
      throw StudyError.teacher(
        String(
          format: "the teacher is right on only %.1f %% of the training images as the students' "
            + "batches give them (chance is %.1f %%): its weights do not fit these data or classes",
          100 * pipeline, 100 * chance))
    }
    let costs = NetworkCosts(inputs.teacherNetwork)
    let (validation, outcome) = try judge(model, .validation)
    return JournalEvent.TeacherReady(
      identity: try identity(), macs: costs.macs, parameters: costs.parameters,
      pipelineAccuracy: pipeline, validation: validation, test: nil,
      weightsHash: try ContentHash.hexadecimal(ofFile: inputs.folder.teacherWeights),
      tensorsHash: try SafetensorsFile.read(inputs.folder.teacherWeights).tensorsHash,
      validationOutcome: outcome)
  }
}

extension SafetensorsFile {
  /// The SHA-256 of names, shapes and elements in the order of the names. The metadata, which tell of the study
  /// that wrote the file, are not in it.
  var tensorsHash: String {
    var hash = ContentHash()
    for (name, array) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name) \(array.elementType.rawValue) \(array.shape)\n")
      hash.update(array.bytes)
    }
    return hash.hexadecimal
  }
}
