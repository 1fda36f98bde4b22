import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// The data and the teacher that students of the quantisation benchmark learn from.
struct QuantizationTask {
  let reader: BatchReader
  let signal: TeacherSignal
  let teacherAccuracy: Double

  /// The training of the teacher and of the students.
  ///
  /// - Parameters:
  ///   - batch: Images a step; half of them in each of two slices.
  ///   - teacherWeight: 0 for the teacher itself.
  static func recipe(epochs: Double, batch: Int, teacherWeight: Float) -> Recipe {
    Recipe(
      epochs: epochs, batch: batch, slices: 2, weightDecay: 1e-4,
      schedule: LearningRateSchedule(
        shape: .cosine, peakRate: 0.05, warmupShare: 0.1, finalShare: 0),
      loss: LossWeights(distillation: teacherWeight, temperature: 4, labelSmoothing: 0),
      augmentation: Augmentation(shiftPixels: 2, flip: false, cutoutPixels: 0))
  }

  /// Prepares the data and trains the teacher.
  ///
  /// - Parameters:
  ///   - folder: Of NPY files `train-images`, `train-labels`, `test-images` and `test-labels`; nil for Fashion-MNIST.
  ///   - classes: Of the files.
  init(
    folder: String?, classes: Int, teacher: ReferenceNetwork, teacherEpochs: Double, batch: Int,
    threads: Int
  ) throws {
    let scratch =
      (NSTemporaryDirectory() as NSString)
      .appendingPathComponent("autodistill-bench-\(UUID().uuidString)") as NSString
    try Folder.create(scratch as String)
    // What is mapped stays readable.
    defer { try? FileManager.default.removeItem(atPath: scratch as String) }
    let definition =
      if folder != nil {
        DatasetDefinition(
          source: .arrays(
            train: DatasetDefinition.ArrayPair(
              images: "train-images.npy", labels: "train-labels.npy"),
            test: DatasetDefinition.ArrayPair(
              images: "test-images.npy", labels: "test-labels.npy"), classes: classes))
      } else {
        DatasetDefinition.fashionMNIST
      }
    let dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder ?? "/", into: scratch.appendingPathComponent("prepared"))
    reader = BatchReader(dataset)
    let run = TrainingRun(
      network: try teacher.network(
        input: TensorShape(
          height: dataset.height, width: dataset.width, channels: dataset.channels),
        classes: dataset.classes),
      recipe: QuantizationTask.recipe(epochs: teacherEpochs, batch: batch, teacherWeight: 0),
      reader: reader, signal: nil, seed: 1, threads: threads, statisticsBatches: 50)
    guard case .finished(let teacher) = try run.train() else {
      throw BenchmarkError.diverged(step: 0)
    }
    let path = scratch.appendingPathComponent("logits.raw")
    try SoftTargets.write(
      teacher.logits(of: .training, reader: reader, threads: threads), to: path)
    signal = .cached(
      try SoftTargets(
        contentsOf: path, count: dataset.count(.training), classes: dataset.classes))
    teacherAccuracy =
      teacher.evaluate(on: .validation, reader: reader, threads: threads).accuracy
  }
}
