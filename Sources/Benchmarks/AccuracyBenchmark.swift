import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// How accurate a reference network becomes on Fashion-MNIST, trained from labels alone.
///
/// The recipe is plain enough to be repeated elsewhere, which `Results/benchmarks/scripts/benchmark_accuracy.py` does with
/// PyTorch: images as they are, cross-entropy, and running batch-norm statistics as training leaves
/// them.
package struct AccuracyBenchmark {
  /// Passes over the training images.
  let epochs: Int
  /// How many trainings, with the seeds 1, 2, …
  let seeds: Int
  /// Images a step.
  let batch: Int
  let threads: Int

  package init(epochs: Int, seeds: Int, batch: Int, threads: Int) {
    (self.epochs, self.seeds, self.batch, self.threads) = (epochs, seeds, batch, threads)
  }

  private static let trainingImages = 55_000
  private static let peakRate = 0.05

  /// Trains `reference` once a seed and classifies the test images.
  package func measure(_ reference: ReferenceNetwork) throws -> AccuracyMeasurement {
    let reader = BatchReader(try AccuracyBenchmark.dataset())
    let recipe = Recipe(
      epochs: Double(epochs), batch: batch, slices: min(threads, batch), weightDecay: 1e-4,
      schedule: LearningRateSchedule(
        shape: .cosine, peakRate: AccuracyBenchmark.peakRate, warmupShare: 0.1, finalShare: 0),
      loss: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))
    let accuracies = try (1...seeds).map { seed in
      let run = TrainingRun(
        network: try reference.network(), recipe: recipe, reader: reader, signal: nil,
        seed: UInt64(seed), threads: threads, statisticsBatches: 0)
      switch try run.train() {
      case .finished(let model):
        return model.evaluate(on: .test, reader: reader, threads: threads).accuracy
      case .diverged(let step):
        throw BenchmarkError.diverged(step: step)
      case .stopped:
        preconditionFailure("nobody stops the training")
      }
    }
    return AccuracyMeasurement(network: reference.rawValue, epochs: epochs, accuracies: accuracies)
  }

  /// Returns the first images of the training file, less the one for validation that a data set cannot
  /// do without, and the test file.
  ///
  /// The prepared files are removed at once: what is mapped stays readable.
  private static func dataset() throws -> PreparedDataset {
    let source = DatasetDefinition.Source.fashionMNISTFolder as NSString
    let folder =
      (NSTemporaryDirectory() as NSString)
      .appendingPathComponent("autodistill-bench-\(UUID().uuidString)") as NSString
    try Folder.create(folder as String)
    defer { try? FileManager.default.removeItem(atPath: folder as String) }
    func pair(_ prefix: String, count: Int? = nil) throws -> DatasetDefinition.ArrayPair {
      let paths = try ["images-idx3", "labels-idx1"].map { kind in
        let path = folder.appendingPathComponent("\(prefix)-\(kind).npy")
        let array = try IDXFile.read(
          source.appendingPathComponent("\(prefix)-\(kind)-ubyte.gz"))
        try NPYFile.write(array.prefix(count ?? array.shape[0]), to: path)
        return path
      }
      return DatasetDefinition.ArrayPair(images: paths[0], labels: paths[1])
    }
    let definition = DatasetDefinition(
      source: .arrays(
        train: try pair("train", count: trainingImages), test: try pair("t10k"), classes: 10),
      validationCount: 1, split: .random)
    return try PreparedDataset.prepare(
      definition, baseFolder: "/", into: folder.appendingPathComponent("prepared"))
  }
}

extension NumericArray {
  /// Returns the first `count` elements along the first axis.
  fileprivate func prefix(_ count: Int) -> NumericArray {
    let bytesEach = bytes.count / max(1, shape[0])
    return NumericArray(
      shape: [min(count, shape[0])] + shape.dropFirst(), elementType: elementType,
      bytes: Data(bytes.prefix(count * bytesEach)))
  }
}

/// The test accuracies that a network's trainings reached.
package struct AccuracyMeasurement: Sendable {
  package let network: String
  package let epochs: Int
  /// One a seed, 0…1.
  package let accuracies: [Double]

  package var mean: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

  /// The standard deviation over the seeds, which takes two at least.
  package var deviation: Double? {
    guard accuracies.count > 1 else { return nil }
    let squares = accuracies.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / Double(accuracies.count - 1)).squareRoot()
  }
}
