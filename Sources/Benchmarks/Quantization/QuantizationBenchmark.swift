import Datasets
import DeployedModels
import Distillation
import FileFormats
import NeuralNetworks
import Quantization
import RandomStreams
import SearchSpaces

/// How accurate students are in int8, next to the floats that they come from.
///
/// Students are trained shortly with a small teacher. Each is quantised by every method; int8 accuracies are those
/// of the integers that devices compute.
package struct QuantizationBenchmark {
  /// Passes over the training images, of the teacher and of each student.
  package var epochs = 3.0
  package var seeds = 2
  package var batch = 64
  package var threads = 2
  /// The teacher's network.
  package var teacher = ReferenceNetwork.teacher
  /// Images that ranges are taken from.
  package var calibrationImages = 500
  /// Which images are classified: validation images to choose by, test images to report.
  package var split = DatasetSplit.test
  /// NPY files, and how many classes they have; nil for Fashion-MNIST.
  package var folder: String?
  package var classes = 10
  package var methods = QuantizationMethod.postTraining

  package init() {}

  /// A network by name.
  package struct Student: Sendable {
    package let name: String
    package let network: @Sendable (_ input: TensorShape, _ classes: Int) throws -> Network

    package init(
      name: String,
      network: @escaping @Sendable (_ input: TensorShape, _ classes: Int) throws -> Network
    ) {
      (self.name, self.network) = (name, network)
    }

    package init(_ reference: ReferenceNetwork) {
      self.init(name: reference.rawValue) { try reference.network(input: $0, classes: $1) }
    }

    /// Returns random students of a search space.
    ///
    /// - Throws: As reading the space does.
    package static func random(
      _ count: Int, of space: SearchSpace, seed: UInt64
    ) -> [Student] {
      var stream = RandomStream(seed: seed, purpose: "quantization benchmark")
      return (0..<count).map { _ in
        let architecture = space.randomArchitecture(using: &stream)
        return Student(name: "\(space.name)/\(space.key(of: architecture))") {
          try space.network(for: architecture, input: $0, classes: $1)
        }
      }
    }
  }

  /// Trains and quantises all students.
  ///
  /// - Parameter report: Sees each result as soon as it is there.
  package func run(
    _ students: [Student], report: (QuantizationRecord) -> Void
  ) throws -> QuantizationSummary {
    let task = try QuantizationTask(
      folder: folder, classes: classes, teacher: teacher, teacherEpochs: epochs, batch: batch,
      threads: threads)
    let dataset = task.reader.dataset
    let input = TensorShape(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
    var records: [QuantizationRecord] = []
    for student in students {
      let network = try student.network(input, dataset.classes)
      for seed in 1...seeds {
        let record = try measure(student.name, network, seed: UInt64(seed), task)
        report(record)
        records.append(record)
      }
    }
    return QuantizationSummary(records, methods: methods.map(\.name))
  }

  /// Returns the share of images that the roundings of training classify as the integers do, of the first 1,000.
  private func agreement(
    _ quantized: QuantizedModel, _ logits: [Float], _ reader: BatchReader
  ) -> Double {
    let count = min(1000, reader.dataset.count(split))
    let classes = reader.dataset.classes
    let executor = ModelExecutor(quantized.model, capacity: 20)
    var (labels, agreed) = ([Int32](repeating: 0, count: 20), 0)
    for first in stride(from: 0, to: count, by: 20) {
      let range = first..<min(count, first + 20)
      reader.fill(executor.input, labels: &labels, range: range, split: split)
      executor.run(images: range.count)
      for place in 0..<range.count {
        let integers = logits[(first + place) * classes..<(first + place + 1) * classes]
        let simulated = (0..<classes).map { executor.output[place * classes + $0] }
        // Of equal logits any is the largest.
        let best = integers.indices.max { integers[$0] < integers[$1] }! - integers.startIndex
        if simulated[best] == simulated.max() { agreed += 1 }
      }
    }
    return Double(agreed) / Double(count)
  }

  private func measure(
    _ name: String, _ network: Network, seed: UInt64, _ task: QuantizationTask
  ) throws -> QuantizationRecord {
    let recipe = QuantizationTask.recipe(epochs: epochs, batch: batch, teacherWeight: 0.7)
    let run = TrainingRun(
      network: network, recipe: recipe, reader: task.reader, signal: task.signal, seed: seed,
      threads: threads, statisticsBatches: 50)
    let start = ContinuousClock.now
    guard case .finished(let student) = try run.train() else {
      throw BenchmarkError.diverged(step: run.steps)
    }
    let trainingSeconds = start.duration(to: .now)
    let model = try LoweredNetwork(
      network, parameters: student.parameters, statistics: student.statistics
    ).model
    let images = try task.reader.calibrationImages(calibrationImages, seed: seed)
    var results: [QuantizationRecord.Result] = []
    for method in methods {
      let start = ContinuousClock.now
      let quantized: QuantizedModel
      switch method.kind {
      case .postTraining(let quantization):
        quantized = try quantization.quantize(model, images: images, threads: threads)
      case .aware(let aware):
        let training = try AwareTraining(
          student, recipe: recipe, aware: aware, reader: task.reader, signal: task.signal,
          seed: seed, threads: threads)
        guard case .finished(let result) = try training.train() else {
          throw BenchmarkError.diverged(step: training.steps)
        }
        quantized = result
      }
      let seconds = start.duration(to: .now)
      let logits = try IntegerClassifier(quantized.model).logits(
        of: split, reader: task.reader, threads: threads)
      let evaluation = Evaluation(logits: logits, split: split, dataset: task.reader.dataset)
      results.append(
        QuantizationRecord.Result(
          method: method.name, accuracy: evaluation.accuracy, seconds: seconds.inSeconds,
          agreement: agreement(quantized, logits, task.reader)))
    }
    return QuantizationRecord(
      student: name, seed: seed, macs: NetworkCosts(network).macs,
      floatAccuracy: student.evaluate(on: split, reader: task.reader, threads: threads).accuracy,
      trainingSeconds: trainingSeconds.inSeconds, results: results)
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + 1e-18 * Double(components.attoseconds)
  }
}
