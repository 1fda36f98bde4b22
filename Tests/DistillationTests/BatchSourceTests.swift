import Datasets
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

/// What a source gave for one step, slices joined.
private struct Batch: Equatable {
  var images: [Float] = []
  var labels: [Int32] = []
  var teacher: [Float] = []
}

@Suite("a batch source")
struct BatchSourceTests {
  private static let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 0)
  private static let distilled = Recipe.small.with {
    $0.loss = LossWeights(distillation: 0.5, temperature: 2, labelSmoothing: 0)
    $0.augmentation = augmentation
  }

  private func source(
    _ recipe: Recipe, seed: UInt64 = 1, signal: TeacherSignal? = nil
  ) throws -> BatchSource {
    BatchSource(
      reader: try StripedImages.reader(), recipe: recipe, seed: seed, signal: signal)
  }

  /// Fills the slices of a step, the last one first, and joins them.
  private func batch(_ source: BatchSource, _ recipe: Recipe, step: Int) -> Batch {
    let pixels = StripedImages.side * StripedImages.side
    var batch = Batch(
      images: [Float](repeating: -1, count: recipe.batch * pixels),
      labels: [Int32](repeating: -1, count: recipe.batch),
      teacher: [Float](repeating: 0, count: recipe.batch * 3))
    batch.images.withUnsafeMutableBufferPointer { images in
      batch.labels.withUnsafeMutableBufferPointer { labels in
        batch.teacher.withUnsafeMutableBufferPointer { teacher in
          for slice in (0..<recipe.slices).reversed() {
            let start = recipe.batch * slice / recipe.slices
            let end = recipe.batch * (slice + 1) / recipe.slices
            guard let images = images.baseAddress, let labels = labels.baseAddress,
              let teacher = teacher.baseAddress
            else { return }
            source.fill(
              TrainingSlice(
                step: step, range: start..<end, images: images + start * pixels,
                labels: labels + start, teacher: teacher + start * 3))
          }
        }
      }
    }
    return batch
  }

  @Test("gives every image once an epoch, in another order each epoch")
  func epochs() throws {
    let recipe = Recipe.small
    let source = try source(recipe)
    let dataset = try StripedImages.reader().dataset
    let expected = (0..<240).map { Int32(dataset.label($0, of: .training)) }
    var orders: [[Int32]] = []
    for epoch in 0..<3 {
      source.begin(epoch: epoch)
      let labels = (10 * epoch..<10 * epoch + 10).flatMap {
        batch(source, recipe, step: $0).labels
      }
      #expect(labels.sorted() == expected.sorted())
      orders.append(labels)
    }
    #expect(Set(orders).count == 3)
  }

  @Test("gives what depends on seed, epoch and step alone")
  func repeatable() throws {
    let recipe = Recipe.small.with { $0.augmentation = Self.augmentation }
    let straight = try source(recipe)
    for step in 0..<14 {
      if step % 10 == 0 { straight.begin(epoch: step / 10) }
      _ = batch(straight, recipe, step: step)
    }
    let direct = try source(recipe)
    direct.begin(epoch: 1)
    #expect(batch(direct, recipe, step: 14) == batch(straight, recipe, step: 14))
    let other = try source(recipe, seed: 2)
    other.begin(epoch: 1)
    #expect(batch(direct, recipe, step: 14) != batch(other, recipe, step: 14))
  }

  @Test("gives the same batch in one slice as in several", arguments: [1, 2, 3, 5, 12])
  func slices(count: Int) throws {
    let folder = try TemporaryFolder()
    for signal in [
      TeacherSignal.cached(try SmallTeacher.targets(in: folder)),
      .live(try SmallTeacher.model()),
    ] {
      let recipe = Self.distilled.with { $0.slices = count }
      let expected = batch(try source(Self.distilled, signal: signal), Self.distilled, step: 3)
      #expect(batch(try source(recipe, signal: signal), recipe, step: 3) == expected)
    }
  }

  @Test("gives the teacher's view of the clean image or of what the student sees")
  func views() throws {
    let folder = try TemporaryFolder()
    let model = try SmallTeacher.model()
    let targets = try SmallTeacher.targets(in: folder)
    let clean = batch(
      try source(Self.distilled, signal: .cached(targets)), Self.distilled, step: 2)
    let augmented = batch(
      try source(Self.distilled, signal: .live(model)), Self.distilled, step: 2)
    #expect(clean.images == augmented.images)
    #expect(clean.labels == augmented.labels)
    #expect(clean.teacher != augmented.teacher)

    let plan = model.inferencePlan(capacity: 24)
    plan.input.update(from: augmented.images, count: augmented.images.count)
    plan.run(images: 24)
    #expect(augmented.teacher == Array(UnsafeBufferPointer(start: plan.logits, count: 72)))

    // On images as they are, both views are one.
    let plain = Self.distilled.with { $0.augmentation = .none }
    #expect(
      batch(try source(plain, signal: .cached(targets)), plain, step: 2)
        == batch(try source(plain, signal: .live(model)), plain, step: 2))
  }

  @Test("leaves the teacher's place alone where the loss has no teacher")
  func noTeacher() throws {
    let folder = try TemporaryFolder()
    let recipe = Self.distilled.withoutTeacher
    let signal = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    let filled = batch(try source(recipe, signal: signal), recipe, step: 0)
    #expect(filled.teacher == [Float](repeating: 0, count: 72))
  }

  @Test("has images of an unknown class where a teacher speaks of them, and nowhere else")
  func unknownClasses() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.mostlyUnlabeledReader()
    let dataset = reader.dataset
    #expect(dataset.count(.training) == 240 && dataset.unlabeledCount == 180)
    let targets = try SmallTeacher.targets(
      SmallTeacher.model().logits(of: .training, reader: reader), in: folder)
    func labels(_ recipe: Recipe) -> [Int32] {
      let source = BatchSource(
        reader: reader, recipe: recipe, seed: 1, signal: .cached(targets))
      let steps = recipe.stepsPerEpoch(trainingCount: recipe.trainingCount(of: dataset))
      return (0..<steps).flatMap { batch(source, recipe, step: $0).labels }
    }
    let taught = labels(Self.distilled)
    #expect(taught.count == 240 && taught.count { $0 < 0 } == 180)
    let alone = labels(Self.distilled.withoutTeacher)
    // Two batches of 24 of the 60.
    #expect(alone.count == 48 && alone.allSatisfy { $0 >= 0 })
    // The logits are those of the same images all the same.
    #expect(
      TeacherSignal.cached(targets).agreementWithLabels(
        reader: reader, recipe: Self.distilled, seed: 3) > 0.85)
  }
}
