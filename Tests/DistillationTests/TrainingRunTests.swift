import Datasets
import Foundation
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("a training run")
struct TrainingRunTests {
  @Test("lowers the loss and classifies images that it has not seen")
  func learns() throws {
    let log = ProgressLog()
    let model = try smallRun().train(observe: log.observer()).finishedModel()
    #expect(log.all.map(\.step) == Array(0..<60))
    #expect(log.all.allSatisfy { $0.steps == 60 })
    #expect(log.meanLoss(50..<60) < 0.3 * log.meanLoss(0..<5))
    // Chance is 1/3; 30 images have a standard error of 0.09 there.
    let reader = try StripedImages.reader()
    #expect(model.evaluate(on: .validation, reader: reader).accuracy > 0.85)
    #expect(model.evaluate(on: .test, reader: reader).accuracy > 0.85)
  }

  @Test("gives the same bits with one, two, three and more threads than slices")
  func threads() throws {
    let recipe = Recipe.small.with {
      $0.epochs = 2
      $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
    }
    let one = try smallRun(recipe).train().finishedModel()
    for threads in [2, 3, 7] {
      let many = try smallRun(recipe, threads: threads).train().finishedModel()
      #expect(many.parameters == one.parameters, "\(threads) threads")
      #expect(many.statistics == one.statistics, "\(threads) threads")
    }
  }

  @Test("depends on its seed and on nothing that came before")
  func seeds() throws {
    let recipe = Recipe.small.with { $0.epochs = 1 }
    let first = try smallRun(recipe).train().finishedModel()
    let other = try smallRun(recipe, seed: 6).train().finishedModel()
    let again = try smallRun(recipe).train().finishedModel()
    #expect(first.parameters == again.parameters)
    #expect(first.parameters != other.parameters)
  }

  @Test("stops when its observer says so, in the middle of an epoch and with several threads")
  func stops() throws {
    let log = ProgressLog()
    let outcome = try smallRun(threads: 2).train(observe: log.observer(stopAfter: 7))
    guard case .stopped = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    #expect(log.all.count == 7)
  }

  @Test("trains a part of an epoch")
  func partOfAnEpoch() throws {
    let log = ProgressLog()
    let recipe = Recipe.small.with { $0.epochs = 0.3 }
    _ = try smallRun(recipe).train(observe: log.observer()).finishedModel()
    #expect(log.all.map(\.step) == [0, 1, 2])
  }

  @Test("that diverges says at which step, with one thread and with several", arguments: [1, 3])
  func diverges(threads: Int) throws {
    let recipe = Recipe.small.with {
      $0.schedule.peakRate = 1e6
      $0.weightDecay = 0.01
    }
    let outcome = try smallRun(recipe, threads: threads).train()
    guard case .diverged(let step) = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    #expect((1..<60).contains(step))
  }

  @Test("whose last step leaves no finite numbers has diverged")
  func divergesAtTheEnd() throws {
    let recipe = Recipe.small.with {
      $0.epochs = 0.1
      $0.schedule = LearningRateSchedule(
        shape: .constant, peakRate: 1e300, warmupShare: 0, finalShare: 1)
    }
    let outcome = try smallRun(recipe).train()
    guard case .diverged = outcome else {
      Issue.record("ended as finished, though no weight is finite")
      return
    }
  }

  @Test("clips the gradient where the recipe says so")
  func clips() throws {
    let recipe = Recipe.small.with { $0.epochs = 0.1 }
    let free = try smallRun(recipe).train().finishedModel()
    let loose = try smallRun(recipe.with { $0.clipNorm = 1e6 }).train().finishedModel()
    let tight = try smallRun(recipe.with { $0.clipNorm = 1e-3 }).train().finishedModel()
    #expect(free.parameters == loose.parameters)
    #expect(free.parameters != tight.parameters)
  }
}

@Suite("batch-norm statistics taken again after a short training")
struct ReestimatedStatisticsTests {
  private func accuracies(seed: UInt64) throws -> (running: Double, again: Double) {
    // Five steps large enough to learn something, with which the weights outrun their statistics.
    let recipe = Recipe.small.with {
      $0.epochs = 0.5
      $0.schedule.peakRate = 0.3
    }
    let reader = try StripedImages.reader()
    func accuracy(_ batches: Int) throws -> Double {
      try smallRun(recipe, seed: seed, statisticsBatches: batches).train().finishedModel()
        .evaluate(on: .training, reader: reader).accuracy
    }
    return (try accuracy(0), try accuracy(10))
  }

  @Test("give a better accuracy than the running ones after five steps")
  func helps() throws {
    let pairs = try (1...6).map { try accuracies(seed: UInt64($0)) }
    let running = pairs.reduce(0) { $0 + $1.running } / 6
    let again = pairs.reduce(0) { $0 + $1.again } / 6
    #expect(again > running + 0.05, "running \(running), again \(again)")
    // 240 images: 0.06 is two standard errors of a difference.
    for pair in pairs { #expect(pair.again > pair.running - 0.06, "\(pair)") }
  }

  @Test("are those of images as an evaluation sees them, not augmented ones")
  func cleanImages() throws {
    // A rate this small leaves the network as it was.
    let still = Recipe.small.with {
      $0.epochs = 0.1
      $0.schedule.peakRate = 1e-30
    }
    let augmented = still.with {
      $0.augmentation = Augmentation(shiftPixels: 3, flip: true, cutoutPixels: 6)
    }
    let (first, second) = (
      try smallRun(still).train().finishedModel(), try smallRun(augmented).train().finishedModel()
    )
    for (a, b) in zip(first.statistics, second.statistics) { #expect(abs(a - b) < 1e-5) }
  }

  @Test("leave the parameters alone")
  func parameters() throws {
    let recipe = Recipe.small.with { $0.epochs = 0.5 }
    let without = try smallRun(recipe, statisticsBatches: 0).train().finishedModel()
    let with = try smallRun(recipe, statisticsBatches: 10).train().finishedModel()
    #expect(without.parameters == with.parameters)
    #expect(without.statistics != with.statistics)
  }

  @Test("learns from images of an unknown class by the teacher alone, which is worth something")
  func unknownClasses() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.mostlyUnlabeledReader()
    let targets = try SmallTeacher.targets(
      SmallTeacher.model().logits(of: .training, reader: reader), in: folder)
    let recipe = Recipe.small.with {
      $0.loss = LossWeights(distillation: 0.7, temperature: 2, labelSmoothing: 0)
    }
    func run(_ recipe: Recipe, threads: Int = 1) throws -> TrainingRun {
      TrainingRun(
        network: try smallNetwork(), recipe: recipe, reader: reader, signal: .cached(targets),
        seed: 5, threads: threads, statisticsBatches: 10)
    }
    let log = ProgressLog()
    let taught = try run(recipe).train(observe: log.observer()).finishedModel()
    #expect(log.all.count == 60)
    // The share of right answers is that of the labelled images, and not at most 60 of 240.
    #expect(log.all.suffix(10).reduce(0) { $0 + $1.accuracy } > 10 * 0.6)
    #expect(taught.evaluate(on: .validation, reader: reader).accuracy > 0.7)
    #expect(
      try run(recipe, threads: 2).train().finishedModel().contentHash == taught.contentHash)
    let baseline = recipe.withoutTeacher(on: reader.dataset)
    #expect(try run(baseline).steps == 60)
    _ = try run(baseline).train().finishedModel()
  }
}
