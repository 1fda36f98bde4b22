import Datasets
import DeployedModels
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels
import TestSupport
import Testing

@testable import Quantization

@Suite("quantisation-aware distillation of a student")
struct AwareTrainingTests {
  @Test(
    "keeps the accuracy of the floats, with either guide", arguments: AwareRecipe.Guide.allCases)
  func accuracy(guide: AwareRecipe.Guide) throws {
    let task = try Rings.task.get()
    let floats = task.student.evaluate(on: .test, reader: task.reader)
    #expect(floats.accuracy > 0.85, "\(floats.accuracy)")
    let result = try task.aware(guide: guide)
    let int8 = try IntegerClassifier(result.model).evaluate(on: .test, reader: task.reader)
    #expect(int8.accuracy > floats.accuracy - 0.03, "\(int8.accuracy) of \(floats.accuracy)")
  }

  @Test("is classified by training's roundings as by the integers of devices")
  func agreement() throws {
    let task = try Rings.task.get()
    let result = try task.aware(guide: .teacher)
    let count = task.reader.dataset.count(.test)
    let logits = try IntegerClassifier(result.model).logits(
      of: .test, reader: task.reader, threads: 2)
    let executor = ModelExecutor(result.model, capacity: count)
    var labels = [Int32](repeating: 0, count: count)
    task.reader.fill(executor.input, labels: &labels, range: 0..<count, split: .test)
    executor.run(images: count)
    let scale = result.model.tensors[result.model.output].quantization!.scale
    var (far, agreed) = (0, 0)
    for image in 0..<count {
      let places = image * Rings.classes..<(image + 1) * Rings.classes
      let simulated = places.map { executor.output[$0] }
      let integers = Array(logits[places])
      // One unit for each of the seven operators on the way at most; in practice they cancel.
      far += zip(simulated, integers).contains { abs($0 - $1) > 3.01 * scale } ? 1 : 0
      let best = integers.indices.max { integers[$0] < integers[$1] }!
      agreed += simulated[best] >= simulated.max()! - 0.01 * scale ? 1 : 0
    }
    #expect(far == 0)
    #expect(Double(agreed) >= 0.999 * Double(count))
  }

  @Test("gives the same bits on any number of threads, and other ones for another seed")
  func determinism() throws {
    let task = try Rings.task.get()
    let one = try task.aware(guide: .student, threads: 1)
    #expect(try task.aware(guide: .student, threads: 2).model == one.model)
    #expect(try task.aware(guide: .student, seed: 8).model != one.model)
  }

  @Test("has the losses on logits, and none on features")
  func addedLosses() throws {
    let task = try Rings.task.get()
    func model(_ recipe: Recipe) throws -> DeployedModel {
      let training = try AwareTraining(
        task.student, recipe: recipe, aware: AwareRecipe(share: 0.1, guide: .teacher),
        reader: task.reader, signal: .live(task.student), seed: 7)
      guard case .finished(let result) = try training.train() else {
        throw QuantizationError(subject: "fixture", reason: "diverged")
      }
      return result.model
    }
    var recipe = task.recipe
    recipe.loss.distillation = 0.5
    let plain = try model(recipe)
    recipe.losses = [LossTerm(HintRule(), student: "stage1")]
    #expect(try model(recipe) == plain)
    recipe.losses = [LossTerm(DistRule())]
    #expect(try model(recipe) != plain)
  }

  @Test("stops where it is asked to")
  func stops() throws {
    let task = try Rings.task.get()
    let training = try task.training(guide: .teacher)
    guard case .stopped = try training.train(observe: { $0.step < 3 }) else {
      Issue.record("went on")
      return
    }
    #expect(training.steps > 3)
  }

  @Test(
    "that is stopped at random steps, again and again, ends with the bits of a straight one",
    arguments: AwareRecipe.Guide.allCases)
  func stoppedOften(guide: AwareRecipe.Guide) throws {
    let task = try Rings.task.get()
    let folder = try TemporaryFolder()
    var stream = RandomStream(seed: 1, purpose: "stops")
    var training = try task.training(guide: guide)
    let straight = try task.aware(guide: guide)
    training.checkpointPath = folder.file("checkpoint")
    let seen = StepLog()
    var stops = 0
    while true {
      let last = seen.count + 1 + stream.integer(below: 16)
      training.threads = 1 + stops % 2
      let outcome = try training.train { seen.note($0.step) < last }
      guard case .stopped = outcome else {
        guard case .finished(let result) = outcome else {
          Issue.record("ended as \(outcome)")
          return
        }
        #expect(result.model == straight.model)
        break
      }
      stops += 1
    }
    #expect(seen.steps == Array(0..<training.steps) && stops >= 3)
  }

  @Test("starts over where the checkpoint is another training's")
  func anothersCheckpoint() throws {
    let task = try Rings.task.get()
    let folder = try TemporaryFolder()
    var other = try task.training(guide: .student, seed: 8)
    other.checkpointPath = folder.file("checkpoint")
    _ = try other.train { $0.step < 5 }
    var training = try task.training(guide: .student)
    training.checkpointPath = other.checkpointPath
    let seen = StepLog()
    _ = try training.train { seen.note($0.step) < 2 }
    #expect(seen.steps == [0, 1])
  }

  @Test(
    "is refused before it begins where a layer has no operator, or none in int8",
    arguments: [(Layer.layerNorm, "layer norm"), (.gelu, "gelu")])
  func refused(layer: Layer, name: String) throws {
    let task = try Rings.task.get()
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.append(layer)
    try builder.append(.dense(channels: Rings.classes))
    let network = try builder.network()
    let layout = ParameterLayout(network)
    let student = TrainedModel(
      network: network, parameters: [Float](repeating: 0.1, count: layout.parameterFloats),
      statistics: [])
    expectError([name]) {
      _ = try AwareTraining(
        student, recipe: task.recipe, reader: task.reader, signal: nil, seed: 1)
    }
  }
}

/// The steps that a training reports, one after the other.
private final class StepLog: @unchecked Sendable {
  private(set) var steps: [Int] = []
  var count: Int { steps.count }

  /// Notes a step and returns how many there are.
  func note(_ step: Int) -> Int {
    steps.append(step)
    return steps.count
  }
}

/// Dark and bright discs of three sizes in noise: 8×8×1, three classes, 1,200 images, and a student of them.
struct Rings {
  static let classes = 3
  static let task = Result { try Rings() }

  let reader: BatchReader
  let student: TrainedModel
  let recipe = Recipe(
    epochs: 6, batch: 32, slices: 2, weightDecay: 1e-4,
    schedule: LearningRateSchedule(shape: .cosine, peakRate: 0.1, warmupShare: 0.1, finalShare: 0),
    loss: LossWeights(distillation: 0, temperature: 2, labelSmoothing: 0))

  private init() throws {
    reader = try Rings.prepare()
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu6))
    let source = builder.current
    try builder.append(.depthwiseConvolution(kernel: 3, stride: 1))
    try builder.append(.batchNorm)
    try builder.append(.activation(.hardSwish))
    try builder.append(.squeezeExcitation(hidden: 4))
    try builder.append(.convolution(kernel: 1, stride: 1, channels: 8, bias: false))
    try builder.append(.batchNorm)
    try builder.add(source)
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 8, bias: false))
    try builder.append(.batchNorm)
    try builder.append(.activation(.relu))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: Rings.classes))
    let run = TrainingRun(
      network: try builder.network(), recipe: recipe, reader: reader, signal: nil, seed: 1,
      statisticsBatches: 10)
    guard case .finished(let model) = try run.train() else {
      throw QuantizationError(subject: "fixture", reason: "diverged")
    }
    student = model
  }

  func training(
    guide: AwareRecipe.Guide, threads: Int = 1, seed: UInt64 = 7
  ) throws -> AwareTraining {
    try AwareTraining(
      student, recipe: recipe, aware: AwareRecipe(share: 0.3, guide: guide), reader: reader,
      signal: nil, seed: seed, threads: threads)
  }

  func aware(
    guide: AwareRecipe.Guide, threads: Int = 1, seed: UInt64 = 7
  ) throws -> QuantizedModel {
    guard
      case .finished(let model) = try training(guide: guide, threads: threads, seed: seed).train()
    else { throw QuantizationError(subject: "fixture", reason: "diverged") }
    return model
  }

  private static func prepare() throws -> BatchReader {
    let folder = try TemporaryFolder()
    let count = 1200
    var stream = RandomStream(seed: 1, purpose: "rings")
    var pixels: [UInt8] = []
    for image in 0..<count {
      let radius = [1.2, 2.2, 3.2][image % classes]
      let (x, y) = (3.5 + stream.normal() * 0.4, 3.5 + stream.normal() * 0.4)
      for row in 0..<8 {
        for column in 0..<8 {
          let (dx, dy) = (Double(column) - x, Double(row) - y)
          let bright = (dx * dx + dy * dy).squareRoot() < radius ? 170.0 : 80
          pixels.append(UInt8(min(255, max(0, bright + 30 * stream.normal()))))
        }
      }
    }
    try NPYFile.write(
      NumericArray(shape: [count, 8, 8], pixels), to: folder.file("images.npy"))
    try NPYFile.write(
      NumericArray(shape: [count], (0..<count).map { UInt8($0 % classes) }),
      to: folder.file("labels.npy"))
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: classes),
      validationCount: 100, testCount: 300, split: .random)
    return BatchReader(
      try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: folder.file("prepared")))
  }
}
