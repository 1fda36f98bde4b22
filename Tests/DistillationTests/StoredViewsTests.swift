import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("a teacher's logits on stored views")
struct StoredViewsTests {
  private static let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 3)
  private static let recipe = Recipe.small.with {
    $0.loss = LossWeights(distillation: 0.5, temperature: 2, labelSmoothing: 0)
    $0.augmentation = augmentation
    $0.teacherView = .stored
    $0.storedViews = 3
    $0.slices = 1
  }
  private static let seed: UInt64 = 77

  /// The small teacher on three views, in the files of a folder.
  private func views(in folder: TemporaryFolder, count: Int = 3) throws -> StoredViews {
    let reader = try StripedImages.reader()
    let paths = try (0..<count).map { index in
      let path = folder.file("view-\(index).f16")
      let view = AugmentedView(index, of: Self.augmentation, seed: Self.seed)
      try StoredViews.write(
        SmallTeacher.model().logits(of: .training, in: view, reader: reader, threads: 2),
        classes: 3, to: path)
      return path
    }
    return try StoredViews(
      contentsOf: paths, seed: Self.seed, images: reader.dataset.count(.training), classes: 3)
  }

  private struct Batch {
    var images = [Float](repeating: -1, count: 24 * 64)
    var labels = [Int32](repeating: -1, count: 24)
    var teacher = [Float](repeating: 0, count: 72)
  }

  private func batch(_ source: BatchSource, step: Int) -> Batch {
    var batch = Batch()
    batch.images.withUnsafeMutableBufferPointer { images in
      batch.labels.withUnsafeMutableBufferPointer { labels in
        batch.teacher.withUnsafeMutableBufferPointer { teacher in
          source.fill(
            TrainingSlice(
              step: step, range: 0..<24, images: images.baseAddress!, labels: labels.baseAddress!,
              teacher: teacher.baseAddress!))
        }
      }
    }
    return batch
  }

  private func probabilities(_ row: ArraySlice<Float>) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let terms = row.map { exp(Double($0) - largest) }
    return terms.map { $0 / terms.reduce(0, +) }
  }

  @Test(
    "are what the live teacher says of the images that the student sees, up to half precision",
    arguments: [0, 2, 3, 7])
  func consistent(epoch: Int) throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let source = BatchSource(
      reader: reader, recipe: Self.recipe, seed: 5, signal: .stored(try views(in: folder)))
    source.begin(epoch: epoch)
    let filled = batch(source, step: 10 * epoch + 4)
    // The same images, asked about one by one.
    let session = try SmallTeacher.model().session(capacity: 24)
    var live = [Float](repeating: 0, count: 72)
    session.answer(filled.images, count: 24, into: &live)
    for start in stride(from: 0, to: 72, by: 3) {
      let (a, b) = (
        probabilities(filled.teacher[start..<start + 3]), probabilities(live[start..<start + 3])
      )
      // A logit of −20 is rounded by 0.008, one near 0 hardly: no probability is off by more than 2⁻¹¹ of itself times
      // its logarithm.
      for (p, q) in zip(a, b) { #expect(abs(p - q) <= 2e-3 * q + 1e-6) }
    }
    // And these are the images of the view that the epoch repeats.
    var order = EpochOrder(count: 240, seed: 5)
    order.shuffle(epoch: epoch)
    var images = [Float](repeating: 0, count: 24 * 64)
    var labels = [Int32](repeating: 0, count: 24)
    order.indices[96..<120].withUnsafeBufferPointer {
      reader.fill(
        &images, labels: &labels, indices: $0, split: .training, augmentation: Self.augmentation,
        key: AugmentationKey(seed: Self.seed, epoch: epoch % 3))
    }
    #expect(filled.images == images && filled.labels == labels)
  }

  @Test("are the same for every training, whose order of images is its own")
  func otherTrainings() throws {
    let folder = try TemporaryFolder()
    let views = try views(in: folder)
    func epoch(_ seed: UInt64) throws -> [[Float]: [Float]] {
      let source = BatchSource(
        reader: try StripedImages.reader(), recipe: Self.recipe, seed: seed,
        signal: .stored(views))
      source.begin(epoch: 4)
      var seen: [[Float]: [Float]] = [:]
      for step in 40..<50 {
        let filled = batch(source, step: step)
        for n in 0..<24 {
          seen[Array(filled.images[64 * n..<64 * n + 64])] = Array(
            filled.teacher[3 * n..<3 * n + 3])
        }
      }
      return seen
    }
    #expect(try epoch(1) == epoch(2))
    // The baseline sees the same images, without the teacher.
    let baseline = BatchSource(
      reader: try StripedImages.reader(), recipe: Self.recipe.withoutTeacher, seed: 1,
      signal: .stored(views))
    baseline.begin(epoch: 4)
    let filled = batch(baseline, step: 43)
    #expect(filled.teacher == [Float](repeating: 0, count: 72))
    #expect(try epoch(1)[Array(filled.images[0..<64])] != nil)
  }

  @Test("train a student, the same on any number of threads")
  func trains() throws {
    let folder = try TemporaryFolder()
    let signal = TeacherSignal.stored(try views(in: folder))
    let recipe = Self.recipe.with {
      $0.slices = 4
      $0.epochs = 10
    }
    let student = try smallRun(recipe, signal: signal).train().finishedModel()
    #expect(
      try smallRun(recipe, signal: signal, threads: 3).train().finishedModel().parameters
        == student.parameters)
    #expect(
      student.evaluate(on: .validation, reader: try StripedImages.reader()).accuracy > 0.5)
  }

  @Test("keep what is likely exactly, and are an error where a file is missing or cut short")
  func files() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("v.f16")
    try StoredViews.write([1000.25, 1000, -1e9, 3, 3, 2.5], classes: 3, to: path)
    let views = try StoredViews(contentsOf: [path], seed: 1, images: 2, classes: 3)
    var output = [Float](repeating: 0, count: 6)
    [1, 0].withUnsafeBufferPointer { views.fill(&output, indices: $0, epoch: 9) }
    #expect(output == [0, 0, -0.5, 0, -0.25, -65_504])
    expectError([path, "12 bytes", "18 bytes"]) {
      _ = try StoredViews(contentsOf: [path], seed: 1, images: 3, classes: 3)
    }
    expectError([folder.file("w.f16")]) {
      _ = try StoredViews(
        contentsOf: [path, folder.file("w.f16")], seed: 1, images: 2, classes: 3)
    }
  }
}
