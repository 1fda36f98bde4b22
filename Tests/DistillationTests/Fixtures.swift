import FileFormats
import Foundation
import RandomStreams
import TensorKernels
import TestSupport
import Testing

@testable import Datasets
@testable import Distillation
@testable import NeuralNetworks

/// Images of stripes that run across, down or along a diagonal, in noise: 8×8×1, three classes,
/// 300 images, of which 240 are for training, 30 for validation and 30 for testing.
enum StripedImages {
  static let side = 8
  static let classes = 3

  /// Prepared once; the files are mapped, so they may be gone.
  private static let prepared = prepared(labels())
  private static let mostlyUnlabeled = prepared(
    NumericArray(shape: [count], (0..<count).map { Int8($0 % 5 < 3 ? -1 : $0 % classes) }))

  private static func prepared(_ labels: NumericArray) -> Result<BatchReader, any Error> {
    Result { try prepare(labels) }
  }

  private static func prepare(_ labels: NumericArray) throws -> BatchReader {
    let folder = try TemporaryFolder()
    try NPYFile.write(images(), to: folder.file("images.npy"))
    try NPYFile.write(labels, to: folder.file("labels.npy"))
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: classes),
      validationCount: 30, testCount: 30, split: .random)
    return BatchReader(
      try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: folder.file("prepared")))
  }

  static func reader() throws -> BatchReader { try prepared.get() }

  /// The same images, but the class of three in five is not known: 60 training images of 240 have one.
  static func mostlyUnlabeledReader() throws -> BatchReader { try mostlyUnlabeled.get() }

  private static let count = 300

  private static func images() -> NumericArray {
    var stream = RandomStream(seed: 1, purpose: "striped images")
    var pixels: [UInt8] = []
    for image in 0..<count {
      let offset = stream.integer(below: 4)
      for row in 0..<side {
        for column in 0..<side {
          let along = [row, column, row + column][image % classes]
          let bright = (along + offset) % 4 < 2 ? 150.0 : 90
          pixels.append(UInt8(min(255, max(0, bright + 35 * stream.normal()))))
        }
      }
    }
    return NumericArray(shape: [count, side, side], pixels)
  }

  private static func labels() -> NumericArray {
    NumericArray(shape: [count], (0..<count).map { UInt8($0 % classes) })
  }
}

/// A small network with norms for `StripedImages`.
func smallNetwork(channels: Int = 8) throws -> Network {
  var builder = NetworkBuilder(
    input: TensorShape(height: StripedImages.side, width: StripedImages.side, channels: 1))
  try builder.appendNormed(kernel: 3, stride: 1, channels: channels, activation: .relu)
  try builder.appendNormed(kernel: 3, stride: 2, channels: 2 * channels, activation: .relu)
  try builder.append(.globalAveragePool)
  try builder.append(.dense(channels: StripedImages.classes))
  return try builder.network()
}

extension Recipe {
  /// Ten steps an epoch on `StripedImages`.
  static let small = Recipe(
    epochs: 6, batch: 24, slices: 4, weightDecay: 1e-4,
    schedule: LearningRateSchedule(
      shape: .oneCycle, peakRate: 0.1, warmupShare: 0.2, finalShare: 0.01),
    loss: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))

  func with(_ change: (inout Recipe) throws -> Void) rethrows -> Recipe {
    var recipe = self
    try change(&recipe)
    return recipe
  }
}

/// Returns a training of the small network; `change` adapts it.
func smallRun(
  _ recipe: Recipe = .small, signal: TeacherSignal? = nil, seed: UInt64 = 5, threads: Int = 1,
  statisticsBatches: Int = 10, checkpointPath: String? = nil
) throws -> TrainingRun {
  TrainingRun(
    network: try smallNetwork(), recipe: recipe, reader: try StripedImages.reader(),
    signal: signal, seed: seed, threads: threads, statisticsBatches: statisticsBatches,
    checkpointPath: checkpointPath)
}

extension TrainingRun.Outcome {
  /// The model of a training that must have finished.
  func finishedModel(sourceLocation: SourceLocation = #_sourceLocation) throws -> TrainedModel {
    guard case .finished(let model) = self else {
      Issue.record("the training ended as \(self)", sourceLocation: sourceLocation)
      throw NotFinished()
    }
    return model
  }
}

struct NotFinished: Error {}

/// A teacher for `StripedImages`, trained once.
enum SmallTeacher {
  private static let trained = Result { try smallRun(seed: 11).train().finishedModel() }

  static func model() throws -> TrainedModel { try trained.get() }

  /// Its logits on the training split, in the file of a folder.
  static func targets(in folder: TemporaryFolder) throws -> SoftTargets {
    try targets(model().logits(of: .training, reader: StripedImages.reader()), in: folder)
  }

  static func targets(_ logits: [Float], in folder: TemporaryFolder) throws -> SoftTargets {
    let path = folder.file("logits-\(UUID().uuidString).raw")
    try SoftTargets.write(logits, to: path)
    return try SoftTargets(
      contentsOf: path, count: logits.count / StripedImages.classes,
      classes: StripedImages.classes)
  }
}

/// Collects what a training reports.
final class ProgressLog: @unchecked Sendable {
  private(set) var all: [TrainingRun.Progress] = []

  /// Notes a step and continues until `last` steps have been noted.
  func observer(stopAfter last: Int = .max) -> @Sendable (TrainingRun.Progress) -> Bool {
    { progress in
      self.all.append(progress)
      return self.all.count < last
    }
  }

  /// The mean loss of some of the steps.
  func meanLoss(_ steps: Range<Int>) -> Double {
    all[steps].reduce(0) { $0 + $1.loss } / Double(steps.count)
  }
}

/// Returns the object in a text as the member `full` of `study.json`.
func recipeField(_ text: String) throws -> JSONField {
  let root = try JSONField(json: Data("{\"full\": \(text)}".utf8), file: "study.json")
  return try root.members(of: "a study", known: ["full"]).required("full")
}
