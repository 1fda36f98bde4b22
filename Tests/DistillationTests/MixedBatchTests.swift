import Datasets
import Foundation
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

/// What a source gave for one step.
private struct Batch: Equatable {
  var images = [Float](repeating: -1, count: 24 * 64)
  var labels = [Int32](repeating: -1, count: 24)
  var others = [Int32](repeating: -1, count: 24)
  var shares = [Float](repeating: -1, count: 24)
  var teacher = [Float](repeating: 0, count: 72)

  /// Fills the slices of a step, the last one first.
  init(_ source: BatchSource, step: Int, slices: Int = 1) {
    images.withUnsafeMutableBufferPointer { images in
      labels.withUnsafeMutableBufferPointer { labels in
        others.withUnsafeMutableBufferPointer { others in
          shares.withUnsafeMutableBufferPointer { shares in
            teacher.withUnsafeMutableBufferPointer { teacher in
              for slice in (0..<slices).reversed() {
                let (start, end) = (24 * slice / slices, 24 * (slice + 1) / slices)
                source.fill(
                  TrainingSlice(
                    step: step, range: start..<end, images: images.baseAddress! + 64 * start,
                    labels: labels.baseAddress! + start,
                    mix: TrainingSlice.Mix(
                      otherLabels: others.baseAddress! + start,
                      shares: shares.baseAddress! + start),
                    teacher: teacher.baseAddress! + 3 * start))
              }
            }
          }
        }
      }
    }
  }
}

@Suite("batches of mixed images")
struct MixedBatchTests {
  private static let recipe = Recipe.small.with {
    $0.loss = LossWeights(distillation: 0.5, temperature: 2, labelSmoothing: 0)
    $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 0)
    $0.mix = [ImageMix(.mixup, alpha: 0.5, probability: 0.5), ImageMix(.cutmix, probability: 0.4)]
    $0.slices = 1
  }
  private static let seed: UInt64 = 77

  private func source(
    _ recipe: Recipe = recipe, signal: TeacherSignal?, seed: UInt64 = 5, epoch: Int = 0
  ) throws -> BatchSource {
    let source = BatchSource(
      reader: try StripedImages.reader(), recipe: recipe, seed: seed, signal: signal)
    source.begin(epoch: epoch)
    return source
  }

  private func views(in folder: TemporaryFolder, recipe: Recipe = recipe) throws -> StoredViews {
    let reader = try StripedImages.reader()
    let paths = try (0..<3).map { index in
      let path = folder.file("view-\(index).f16")
      let view = AugmentedView(
        index, of: recipe.augmentation, mixes: recipe.mix, seed: Self.seed)
      try StoredViews.write(
        SmallTeacher.model().logits(of: .training, in: view, reader: reader, threads: 2),
        classes: 3, to: path)
      return path
    }
    return try StoredViews(
      contentsOf: paths, seed: Self.seed, images: reader.dataset.count(.training), classes: 3)
  }

  private func probabilities(_ row: ArraySlice<Float>) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let terms = row.map { exp(Double($0) - largest) }
    return terms.map { $0 / terms.reduce(0, +) }
  }

  @Test("have the live teacher's answers on the mixed images")
  func live() throws {
    let model = try SmallTeacher.model()
    let filled = Batch(try source(signal: .live(model)), step: 3)
    #expect(filled.shares.contains(0) && filled.shares.contains { $0 > 0 })
    var expected = [Float](repeating: 0, count: 72)
    model.session(capacity: 24).answer(filled.images, count: 24, into: &expected)
    #expect(filled.teacher == expected)
  }

  @Test(
    "have a teacher's stored answers on the same mixed images, up to half precision",
    arguments: [0, 2, 7])
  func stored(epoch: Int) throws {
    let folder = try TemporaryFolder()
    let source = try source(signal: .stored(try views(in: folder)), epoch: epoch)
    let filled = Batch(source, step: 10 * epoch + 4)
    #expect(filled.shares.contains { $0 > 0 })
    var live = [Float](repeating: 0, count: 72)
    try SmallTeacher.model().session(capacity: 24).answer(filled.images, count: 24, into: &live)
    for start in stride(from: 0, to: 72, by: 3) {
      let (stored, asked) = (
        probabilities(filled.teacher[start..<start + 3]), probabilities(live[start..<start + 3])
      )
      // As in `StoredViewsTests`.
      for (p, q) in zip(stored, asked) { #expect(abs(p - q) <= 2e-3 * q + 1e-6) }
    }
  }

  @Test("repeat after the stored views, in every training, with and without the teacher")
  func views() throws {
    let folder = try TemporaryFolder()
    let views = try views(in: folder)
    func epoch(_ recipe: Recipe, seed: UInt64, _ epoch: Int) throws -> Set<[Float]> {
      let source = try source(recipe, signal: .stored(views), seed: seed, epoch: epoch)
      return (0..<10).reduce(into: []) { seen, step in
        let images = Batch(source, step: 10 * epoch + step).images
        for n in 0..<24 { seen.insert(Array(images[64 * n..<64 * n + 64])) }
      }
    }
    let first = try epoch(Self.recipe, seed: 1, 1)
    #expect(first.count > 230)
    #expect(try epoch(Self.recipe, seed: 2, 4) == first)
    #expect(try epoch(Self.recipe.withoutTeacher, seed: 1, 1) == first)
    #expect(try epoch(Self.recipe, seed: 1, 2) != first)
  }

  @Test("have the mixture of a teacher's clean probabilities where it has seen clean images alone")
  func clean() throws {
    let folder = try TemporaryFolder()
    let signal = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    let logits = try SmallTeacher.model().logits(
      of: .training, reader: StripedImages.reader(), threads: 2)
    let filled = Batch(try source(signal: signal), step: 2)
    var order = EpochOrder(count: 240, seed: 5)
    order.shuffle(epoch: 0)
    let reader = try StripedImages.reader()
    for (place, index) in order.indices[48..<72].enumerated() {
      let draw = reader.mixDraw(
        Self.recipe.mix, forImage: index, of: .training, key: AugmentationKey(seed: 5, epoch: 0))
      let share = Double(draw?.share ?? 0)
      #expect(filled.shares[place] == draw?.share ?? 0)
      let own = probabilities(logits[3 * index..<3 * index + 3])
      let partner = draw?.partner ?? index
      let other = probabilities(logits[3 * partner..<3 * partner + 3])
      let got = probabilities(filled.teacher[3 * place..<3 * place + 3])
      for (p, (q, r)) in zip(got, zip(own, other)) {
        // The mixture's logits are rounded to floats.
        #expect(abs(p - ((1 - share) * q + share * r)) < 1e-5)
      }
    }
  }

  @Test("keep what is near 0 of a teacher's probabilities, and take all of a share of 1")
  func mixture() {
    var logits: [Float] = [0, -80, -90]
    mixProbabilities(of: [-90, -80, 0], share: 0.25, into: &logits, classes: 3)
    let expected = [log(0.75), -80, log(0.25)]
    #expect(zip(logits, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    var whole: [Float] = [3, 1, 2]
    mixProbabilities(of: [5, 5, 5], share: 1, into: &whole, classes: 3)
    #expect(whole.allSatisfy { abs(Double($0) + log(3)) < 1e-6 })
  }

  @Test("are the same in one slice as in several", arguments: [2, 3, 5, 12])
  func slices(count: Int) throws {
    let folder = try TemporaryFolder()
    for signal in [
      TeacherSignal.cached(try SmallTeacher.targets(in: folder)),
      .live(try SmallTeacher.model()), .stored(try views(in: folder)),
    ] {
      let recipe = Self.recipe.with { $0.slices = count }
      #expect(
        Batch(try source(recipe, signal: signal), step: 3, slices: count)
          == Batch(try source(signal: signal), step: 3))
    }
  }

  @Test("are compared with the labels unmixed, or by the larger share where they are stored mixed")
  func confusion() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    func accuracy(_ signal: TeacherSignal, _ recipe: Recipe) -> Double {
      signal.agreementWithLabels(reader: reader, recipe: recipe, seed: 3)
    }
    let plain = Self.recipe.with { $0.mix = [] }
    let targets = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    #expect(accuracy(targets, Self.recipe) == accuracy(targets, plain))
    // Of mixed images a teacher sees the larger part more often than not.
    let unmoved = Self.recipe.with { $0.augmentation = .none }
    let stored = accuracy(.stored(try views(in: folder, recipe: unmoved)), unmoved)
    #expect(stored > 0.6)
  }
}

@Suite("a training on mixed images")
struct MixedTrainingTests {
  private static let recipe = Recipe.small.with {
    $0.epochs = 2
    $0.mix = [ImageMix(.mixup), ImageMix(.cutmix)].map { mix in
      ImageMix(mix.kind, alpha: 1, probability: 0.5)
    }
  }

  @Test("gives the same bits on any number of threads")
  func threads() throws {
    let one = try smallRun(Self.recipe).train().finishedModel()
    let three = try smallRun(Self.recipe, threads: 3).train().finishedModel()
    #expect(one.parameters == three.parameters && one.statistics == three.statistics)
    let plain = try smallRun(Self.recipe.with { $0.mix = [] }).train().finishedModel()
    #expect(one.parameters != plain.parameters)
  }

  @Test("gives the same bits when it is interrupted and continued")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let straight = try smallRun(Self.recipe).train().finishedModel()
    let path = folder.file("checkpoint")
    let log = ProgressLog()
    let outcome = try smallRun(Self.recipe, checkpointPath: path)
      .train(observe: log.observer(stopAfter: 13))
    guard case .stopped = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    let resumed = try smallRun(Self.recipe, checkpointPath: path).train().finishedModel()
    #expect(resumed.parameters == straight.parameters)
    #expect(resumed.statistics == straight.statistics)
  }

  @Test("teaches what mixed images show: both classes, in their shares")
  func effect() throws {
    /// The mean cross-entropy with the labels' shares over mixed images that no training has seen so mixed.
    func loss(_ model: TrainedModel) throws -> Double {
      let source = BatchSource(
        reader: try StripedImages.reader(),
        recipe: Self.recipe.with {
          $0.slices = 1
          $0.mix = [ImageMix(.mixup, alpha: 8)]
        }, seed: 99, signal: nil)
      var sum = 0.0
      for step in 0..<10 {
        let batch = Batch(source, step: step)
        var logits = [Float](repeating: 0, count: 72)
        model.session(capacity: 24).answer(batch.images, count: 24, into: &logits)
        sum +=
          classificationLoss(
            logits: logits, labels: batch.labels, otherLabels: batch.others, shares: batch.shares,
            teacher: nil, weights: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0),
            count: 24, classes: 3, batch: 24, gradient: nil
          ).loss
      }
      return sum / 240
    }
    let long = Recipe.small.with { $0.epochs = 20 }
    let plain = try smallRun(long).train().finishedModel()
    let mixed = try smallRun(long.with { $0.mix = [ImageMix(.mixup)] }).train().finishedModel()
    #expect(try loss(mixed) < loss(plain))
    // Whole images are learnt all the same.
    let reader = try StripedImages.reader()
    #expect(mixed.evaluate(on: .validation, reader: reader).accuracy > 0.8)
  }

  @Test("is read from a recipe, is part of what it is, and nothing where it mixes nothing")
  func recipe() throws {
    let recipe = try Recipe(
      recipeField(#"{"mix": {"kind": "cutmix", "alpha": 0.5}}"#), defaults: .small)
    #expect(recipe.mix == [ImageMix(.cutmix, alpha: 0.5)])
    let identities = [
      Recipe.small, recipe, recipe.with { $0.mix[0].alpha = 1 },
      recipe.with { $0.mix[0].probability = 0.5 }, recipe.with { $0.mix[0].kind = .mixup },
      recipe.with { $0.mix.append(ImageMix(.mixup, probability: 0)) },
    ].map(\.identity)
    #expect(Set(identities).count == identities.count)
    #expect(!Recipe.small.identity.contains("mix"))
    #expect(
      try Recipe(recipeField(#"{"mix": []}"#), defaults: recipe).identity == Recipe.small.identity)
    let views = try Recipe(
      recipeField(#"{"mix": {"kind": "mixup"}, "teacher_view": "stored"}"#), defaults: .small)
    #expect(views.storedViews == 8)
    expectError(["full.mix.kind: got \"blend\""]) {
      _ = try Recipe(recipeField(#"{"mix": {"kind": "blend"}}"#), defaults: .small)
    }
  }

  @Test("has views of its own: another mix is another view")
  func views() {
    let plain = AugmentedView(1, of: .none, seed: 4)
    let mixed = [ImageMix(.mixup), ImageMix(.mixup, alpha: 2), ImageMix(.cutmix)].map {
      AugmentedView(1, of: .none, mixes: [$0], seed: 4)
    }
    #expect(Set([plain.identity] + mixed.map(\.identity)).count == 4)
    #expect(plain.identity == "view 1 seed 4 shift 0 flip false cutout 0")
  }
}
