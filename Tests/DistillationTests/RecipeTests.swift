import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("a recipe")
struct RecipeTests {
  @Test("counts the steps of whole batches, and at least one")
  func steps() {
    #expect(Recipe.small.stepsPerEpoch(trainingCount: 240) == 10)
    #expect(Recipe.small.stepsPerEpoch(trainingCount: 263) == 10)
    #expect(Recipe.small.stepsPerEpoch(trainingCount: 3) == 1)
    #expect(Recipe.small.steps(trainingCount: 240) == 60)
    #expect(Recipe.small.with { $0.epochs = 0.25 }.steps(trainingCount: 240) == 3)
    #expect(Recipe.small.with { $0.epochs = 0.001 }.steps(trainingCount: 240) == 1)
  }

  @Test("without a teacher differs in the teacher's share alone, so the steps are the same")
  func withoutTeacher() {
    let full = Recipe.small.with { $0.loss.distillation = 0.9 }
    #expect(full.withoutTeacher == .small)
  }

  @Test("without a teacher takes as many steps, whatever of the images has a class")
  func stepsWithoutTeacher() throws {
    let full = Recipe.small.with { $0.loss.distillation = 0.7 }
    let labeled = try StripedImages.reader().dataset
    #expect(full.withoutTeacher(on: labeled) == .small)
    let mixed = try StripedImages.mostlyUnlabeledReader().dataset
    let baseline = full.withoutTeacher(on: mixed)
    #expect(baseline.trainingCount(of: mixed) == 60 && full.trainingCount(of: mixed) == 240)
    #expect(
      baseline.steps(trainingCount: 60) == full.steps(trainingCount: 240))
    #expect(baseline.epochs == 30)
  }
}

@Suite("a compressed recipe")
struct CompressedRecipeTests {
  private let full = Recipe(
    epochs: 20, batch: 64, weightDecay: 5e-4,
    schedule: LearningRateSchedule(
      shape: .oneCycle, peakRate: 0.2, warmupShare: 0.25, finalShare: 0.01),
    loss: LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0))

  @Test("sees the fraction of the images, in as many steps as its batch needs")
  func countsSteps() {
    let flash = FlashRecipe(fraction: 0.05, batch: 32, statisticsBatches: 40).compressed(full)
    #expect(flash.epochs == 1)
    #expect(flash.batch == 32)
    #expect(full.steps(trainingCount: 55_040) == 17_200)
    #expect(flash.steps(trainingCount: 55_040) == 1720)
  }

  @Test("is lengthened where its share shows too few images of a class, up to half of the training")
  func lengthens() {
    let flash = FlashRecipe(
      fraction: 0.05, batch: 16, statisticsBatches: 40, imagesPerClass: 600)
    // 20 epochs: 5 % of 10,000 images are 1,000 a class of 10, of 2,000 images 200, of 200 images 20.
    let enough = flash.lengthened(for: full, trainingCount: 10_000, classes: 10)
    #expect(enough.fraction == 0.05 && enough == flash)
    let longer = flash.lengthened(for: full, trainingCount: 2000, classes: 10)
    #expect(abs(longer.fraction - 0.15) < 1e-12 && longer.statedFraction == 0.05)
    let longest = flash.lengthened(for: full, trainingCount: 200, classes: 10)
    #expect(longest.fraction == 0.5 && longest.statedFraction == 0.05)
    let asked = FlashRecipe(fraction: 0.05, batch: 16, statisticsBatches: 40)
    #expect(asked.lengthened(for: full, trainingCount: 200, classes: 10) == asked)
  }

  @Test("runs through the whole shape of the schedule", arguments: [1.0, 0.25, 0.05])
  func keepsShape(fraction: Double) {
    let flash = FlashRecipe(fraction: fraction, batch: 64, statisticsBatches: 1).compressed(full)
    let (steps, flashSteps) = (full.steps(trainingCount: 6400), flash.steps(trainingCount: 6400))
    #expect(flashSteps == Int((fraction * Double(steps)).rounded()))
    func rates(_ recipe: Recipe, _ count: Int) -> [Double] {
      (0..<count).map { recipe.schedule.rate(step: $0, of: count) }
    }
    let (long, short) = (rates(full, steps), rates(flash, flashSteps))
    #expect(abs(short[flashSteps - 1] - long[steps - 1]) < 1e-12)
    // One step of the short schedule is `1 / fraction` of the long one.
    let tolerance = 2 * .pi * full.schedule.peakRate / Double(flashSteps)
    for (index, rate) in short.enumerated() {
      #expect(abs(rate - long[Int(Double(index) / fraction)]) < tolerance)
    }
  }

  @Test("scales the peak rate with the square root of its batch and leaves the rest alone")
  func keepsTheRest() {
    let flash = FlashRecipe(fraction: 0.1, batch: 16, statisticsBatches: 1).compressed(full)
    #expect(flash.schedule.peakRate == 0.1)
    var restored = flash
    (restored.epochs, restored.batch) = (full.epochs, full.batch)
    restored.schedule.peakRate = full.schedule.peakRate
    #expect(restored == full)
  }

  @Test("never has more slices than images in a batch")
  func slices() {
    let sliced = full.with { $0.slices = 8 }
    #expect(
      FlashRecipe(fraction: 0.1, batch: 4, statisticsBatches: 1).compressed(sliced).slices == 4)
    #expect(
      FlashRecipe(fraction: 0.1, batch: 32, statisticsBatches: 1).compressed(sliced).slices == 8)
  }
}
