import Datasets
import DeployedModels
import Distillation
import FileFormats
import IntegerInference
import NeuralNetworks
import TensorKernels

/// Quantisation-aware distillation: a trained student of floats becomes one of int8 by a short training in which
/// every step computes with rounded weights and activations.
///
/// It works on the student as it is deployed: norms folded, activations fused, one range for each tensor that the
/// int8 model has, so that conversion finds nothing that training has not seen. Weights round by a scale a channel,
/// as the conversion does; ranges of activations are learned, from those of post-training quantisation. The result
/// depends on the student, the recipes, the data, the teacher and the seed, not on threads.
public struct AwareTraining: Sendable {
  public let student: TrainedModel
  /// The student's full training: its batch, slices, augmentation, mixing, loss and length. Images are mixed on the
  /// way to int8 too: a teacher's stored answers are those on mixed images.
  public let recipe: Recipe
  public let aware: AwareRecipe
  public let reader: BatchReader
  public let signal: TeacherSignal?
  public let seed: UInt64
  public var threads: Int
  /// Where to keep a checkpoint of an unfinished training, or nil.
  public var checkpointPath: String?
  /// The shortest time from one checkpoint to the next.
  var checkpointPause = CheckpointPace.usualPause
  private let model: DeployedModel

  /// - Throws: `DeploymentError` if a layer of the student has no operator, or one without a kernel in int8;
  ///   `QuantizationError` if a value of the student is no finite number.
  public init(
    _ student: TrainedModel, recipe: Recipe, aware: AwareRecipe = AwareRecipe(),
    reader: BatchReader, signal: TeacherSignal?, seed: UInt64, threads: Int = 1,
    checkpointPath: String? = nil
  ) throws {
    self.checkpointPath = checkpointPath
    (self.student, self.recipe, self.aware) = (student, recipe, aware)
    (self.reader, self.signal, self.seed, self.threads) = (reader, signal, seed, threads)
    model = try LoweredNetwork(
      student.network, parameters: student.parameters, statistics: student.statistics
    ).model
    // Whether there are kernels does not depend on ranges.
    let ranges = [ValueRange?](
      repeating: ValueRange(low: -1, high: 1), count: model.tensors.count)
    _ = try IntegerInterpreter(model.quantized(ranges: ranges).model)
  }

  /// How a training ended.
  public enum Outcome: Sendable {
    case finished(QuantizedModel)
    /// The loss or a gradient was not finite at this step.
    case diverged(step: Int)
    /// The observer asked to stop.
    case stopped
  }

  /// The recipe that batches are filled by: that of the last stage, shorter, without losses on features, as the
  /// deployed model has other inner outputs than the student, without teaching from within, and guided by the student
  /// itself if that is asked for.
  private var shortRecipe: Recipe {
    var short = recipe.ending
    short.losses.removeAll { $0.comparesFeatures }
    short.teaching = []
    short.epochs *= aware.share
    if aware.guide == .student, short.loss.distillation == 0 { short.loss.distillation = 0.5 }
    short.schedule = LearningRateSchedule(
      shape: .cosine, peakRate: aware.peakRate, warmupShare: 0.05, finalShare: 0)
    // Without teaching there may be fewer images than a batch has.
    short.batch = min(short.batch, short.trainingCount(of: reader.dataset))
    short.slices = min(short.slices, short.batch)
    return short
  }

  private var guide: TeacherSignal? {
    switch aware.guide {
    case .teacher: signal
    case .student: .live(student)
    }
  }

  /// Steps of the training.
  public var steps: Int {
    shortRecipe.steps(trainingCount: shortRecipe.trainingCount(of: reader.dataset))
  }

  /// Everything that the training depends on; a checkpoint of another one is not continued.
  private var identity: String {
    ContentHash.hexadecimal(
      of: [
        student.network.identity, student.contentHash, recipe.identity, "\(aware)",
        reader.dataset.contentHash, guide?.contentHash ?? "none", "\(seed)",
      ].joined(separator: "|"))
  }

  /// Trains, with a checkpoint now and then, and one where it is stopped.
  ///
  /// - Parameter observe: Called after every step, by one thread; false stops the training.
  /// - Throws: `QuantizationError` if calibration images give no finite values, `FileFormatError` if a checkpoint
  ///   cannot be written.
  public func train(
    observe: @escaping @Sendable (AwareStep) -> Bool = { _ in true }
  ) throws -> Outcome {
    let images = try reader.calibrationImages(aware.calibrationImages, seed: seed)
    let ranges = try Calibration(model, images: images, threads: threads)
      .ranges(by: aware.observer.observer)
    let recipe = shortRecipe
    let trainer = try AwareTrainer(
      model, ranges: ranges, batch: recipe.batch, slices: recipe.slices,
      rule: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
      clipNorm: recipe.clipNorm.map { Float($0) },
      loss: recipe.trainingLoss(student: student.network, teacher: nil, steps: steps).loss,
      threads: threads)
    let source = BatchSource(reader: reader, recipe: recipe, seed: seed, signal: guide)
    let perEpoch = recipe.stepsPerEpoch(trainingCount: recipe.trainingCount(of: reader.dataset))
    let (all, aware) = (steps, aware)
    let checkpoint = checkpointPath.map { Checkpoint(path: $0, identity: identity) }
    var pace = CheckpointPace(shortestPause: checkpointPause)
    var step = 0
    if let (state, next) = checkpoint?.read(trainer.state.mapValues(\.count), of: all) {
      trainer.restore(state)
      step = next
    }
    while step < all {
      source.begin(epoch: step / perEpoch)
      let end = min(all, (step / perEpoch + 1) * perEpoch)
      let pause = StepPause(done: step, pace: checkpoint == nil ? nil : pace)
      let divergedAt = trainer.run(
        steps: step..<end,
        rates: { step in
          let rate = recipe.schedule.rate(step: step, of: all)
          return (Float(rate), Float(rate / aware.peakRate * aware.rangeRate))
        },
        fill: source.fill
      ) { report in
        pause.take(done: report.step + 1, continues: observe(report))
      }
      if let divergedAt { return .diverged(step: divergedAt) }
      step = pause.done
      if let checkpoint, pause.isStop || step < all && pace.isDue {
        try pace.write { try checkpoint.write(trainer.state, nextStep: step) }
      }
      if pause.isStop { return .stopped }
    }
    // The last step may be what blew up.
    guard trainer.isFinite else { return .diverged(step: all - 1) }
    return .finished(try trainer.quantizedModel())
  }
}

extension AwareTrainer {
  /// Whether every weight and bound is a number.
  var isFinite: Bool {
    (0..<weights.floats).allSatisfy { weights.parameters[$0].isFinite }
      && ranges.ranges.allSatisfy { $0.map { $0.low.isFinite && $0.high.isFinite } ?? true }
  }

  /// Returns the int8 model of the trained values and ranges.
  func quantizedModel() throws(QuantizationError) -> QuantizedModel {
    let model = weights.trainedModel
    return QuantizedModel(
      try model.quantized(ranges: ranges.ranges), original: model, ranges: ranges.ranges)
  }
}

extension BatchReader {
  /// Returns images of the training split for calibration, spread over it by the seed.
  ///
  /// - Throws: `QuantizationError` if an image holds something that is no finite number.
  public func calibrationImages(
    _ count: Int, seed: UInt64
  ) throws(QuantizationError) -> CalibrationImages {
    let count = min(count, dataset.count(.training))
    let order = EpochOrder(count: dataset.count(.training), seed: seed)
    let images = FloatArena(count: count * dataset.imageElements)
    var labels = [Int32](repeating: 0, count: count)
    order.indices.withUnsafeBufferPointer { indices in
      labels.withUnsafeMutableBufferPointer { labels in
        fill(
          images.base, labels: labels.baseAddress!,
          indices: UnsafeBufferPointer(rebasing: indices.prefix(count)), split: .training)
      }
    }
    return try CalibrationImages(
      Array(UnsafeBufferPointer(start: images.base, count: count * dataset.imageElements)),
      count: count)
  }
}
