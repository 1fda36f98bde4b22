import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("soft targets in a file")
struct SoftTargetsTests {
  @Test("come back bit for bit, for the images asked for")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let logits = (0..<30).map { Float($0) / 7 }
    let targets = try SmallTeacher.targets(logits, in: folder)
    var output = [Float](repeating: 0, count: 9)
    let indices = [9, 0, 4]
    indices.withUnsafeBufferPointer { targets.fill(&output, indices: $0) }
    #expect(output == Array(logits[27..<30]) + Array(logits[0..<3]) + Array(logits[12..<15]))
  }

  @Test("of another size, or none, are an error that names the file")
  func wrongSize() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("logits.raw")
    expectError([path]) { _ = try SoftTargets(contentsOf: path, count: 10, classes: 3) }
    try SoftTargets.write([Float](repeating: 0, count: 30), to: path)
    for (count, classes) in [(11, 3), (10, 4), (9, 3)] {
      expectError([path, "120 bytes", "\(4 * count * classes) bytes"]) {
        _ = try SoftTargets(contentsOf: path, count: count, classes: classes)
      }
    }
  }

  @Test("agree with the labels as often as the teacher does on the training images")
  func agreement() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let agreement = try TeacherSignal.cached(SmallTeacher.targets(in: folder))
      .agreementWithLabels(reader: reader, recipe: .small, seed: 3)
    let own = try SmallTeacher.model().evaluate(on: .training, reader: reader).accuracy
    #expect(abs(agreement - own) < 1e-12)
    // The teacher itself, run on the batches, gives the same logits as the cache.
    let live = try TeacherSignal.live(SmallTeacher.model())
      .agreementWithLabels(reader: reader, recipe: .small, seed: 3)
    #expect(live == agreement)
    #expect(agreement > 0.85)
  }

  @Test("that belong to other images agree no more often than chance")
  func shuffled() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let logits = try SmallTeacher.model().logits(of: .training, reader: reader)
    var order = Array(0..<logits.count / 3)
    var stream = RandomStream(seed: 2, purpose: "shuffled logits")
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, stream.integer(below: last + 1))
    }
    let shuffled = order.flatMap { logits[3 * $0..<3 * $0 + 3] }
    let agreement = try TeacherSignal.cached(SmallTeacher.targets(shuffled, in: folder))
      .agreementWithLabels(reader: reader, recipe: .small, seed: 3)
    // Chance is 1/3, its standard error over 240 images 0.03.
    #expect(abs(agreement - 1 / 3) < 0.12)
  }
}

@Suite("distillation")
struct SoftTargetTrainingTests {
  private static let recipe = Recipe.small.with {
    $0.loss = LossWeights(distillation: 1, temperature: 2, labelSmoothing: 0)
  }

  /// The mean of KL(teacher ‖ student) over the training split, at temperature 1.
  private func divergence(_ teacher: [Float], _ student: TrainedModel) throws -> Double {
    let logits = student.logits(of: .training, reader: try StripedImages.reader())
    func logProbabilities(_ row: ArraySlice<Float>) -> [Double] {
      let sum = row.reduce(0) { $0 + exp(Double($1)) }
      return row.map { Double($0) - log(sum) }
    }
    var total = 0.0
    for start in stride(from: 0, to: teacher.count, by: 3) {
      let p = logProbabilities(teacher[start..<start + 3])
      let q = logProbabilities(logits[start..<start + 3])
      for (p, q) in zip(p, q) { total += exp(p) * (p - q) }
    }
    return total / Double(teacher.count / 3)
  }

  @Test("pulls the student to the teacher: the divergence falls")
  func divergenceFalls() throws {
    let folder = try TemporaryFolder()
    let targets = try SmallTeacher.targets(in: folder)
    let logits = try SmallTeacher.model()
      .logits(of: .training, reader: StripedImages.reader())
    func student(epochs: Double) throws -> TrainedModel {
      let recipe = Self.recipe.with { $0.epochs = epochs }
      return try smallRun(recipe, signal: .cached(targets)).train().finishedModel()
    }
    let start = try divergence(logits, student(epochs: 0.1))
    let end = try divergence(logits, student(epochs: 10))
    #expect(end < 0.1 * start, "from \(start) to \(end)")
  }

  @Test("follows the teacher, not the labels, where the loss is the teacher's alone")
  func followsTheTeacher() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let dataset = reader.dataset
    // A teacher that takes every class for the next one.
    var logits = [Float](repeating: 0, count: 3 * dataset.count(.training))
    for image in 0..<dataset.count(.training) {
      logits[3 * image + (dataset.label(image, of: .training) + 1) % 3] = 4
    }
    let targets = try SmallTeacher.targets(logits, in: folder)
    let student = try smallRun(Self.recipe, signal: .cached(targets)).train().finishedModel()
    #expect(student.evaluate(on: .training, reader: reader).accuracy < 0.1)
    let mostly = Self.recipe.withoutTeacher
    let baseline = try smallRun(mostly, signal: .cached(targets)).train().finishedModel()
    #expect(baseline.evaluate(on: .training, reader: reader).accuracy > 0.85)
  }

  @Test("without a teacher's share is the training without a teacher, bit for bit")
  func noShare() throws {
    let folder = try TemporaryFolder()
    let signal = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    let recipe = Self.recipe.withoutTeacher.with { $0.epochs = 1 }
    let with = try smallRun(recipe, signal: signal).train().finishedModel()
    let without = try smallRun(recipe).train().finishedModel()
    #expect(with.parameters == without.parameters)
  }

  @Test("works with either view of the teacher, on any number of threads")
  func bothViewsTrain() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let recipe = Self.recipe.with {
      // The teacher never saw augmented images, so what it is asked about must look like what it knows.
      $0.augmentation = Augmentation(shiftPixels: 1, flip: false, cutoutPixels: 0)
    }
    let signals = [
      TeacherSignal.cached(try SmallTeacher.targets(in: folder)),
      .live(try SmallTeacher.model()),
    ]
    var students: [TrainedModel] = []
    for signal in signals {
      let student = try smallRun(recipe, signal: signal).train().finishedModel()
      #expect(student.evaluate(on: .validation, reader: reader).accuracy > 0.75)
      let threaded = try smallRun(recipe, signal: signal, threads: 3).train().finishedModel()
      #expect(threaded.parameters == student.parameters)
      students.append(student)
    }
    #expect(students[0].parameters != students[1].parameters)
  }
}

extension TeacherSignal {
  /// Returns how often the largest logit is the label's, over one epoch of a student's batches.
  func agreementWithLabels(reader: BatchReader, recipe: Recipe, seed: UInt64) -> Double {
    let confusion = confusion(reader: reader, recipe: recipe, seed: seed)
    return Double(confusion.correct) / Double(max(1, confusion.count))
  }
}
