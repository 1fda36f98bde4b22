import Datasets
import FileFormats
import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("the labelled share of a batch")
struct LabeledShareTests {
  private func recipe(_ text: String, defaults: Recipe = .small) throws -> Recipe {
    try Recipe(recipeField(text), defaults: defaults)
  }

  @Test("is read, is part of the identity, and changes no identity where it is not there")
  func reading() throws {
    let plain = try recipe("{\"distillation_weight\": 0.5}")
    let shared = try recipe("{\"distillation_weight\": 0.5, \"labeled_share\": 0.25}")
    #expect(plain.labeledShare == nil && shared.labeledShare == 0.25)
    #expect(shared.identity == plain.identity + " labeled=0.25")
    let staged = try recipe(
      """
      {"distillation_weight": 0.5, "labeled_share": 0.25,
       "stages": [{"share": 0.5, "distillation_weight": 0}, {"share": 0.5}]}
      """)
    // The same in all stages, in one that learns from labels alone too.
    #expect(staged.labeledShare == 0.25 && staged.ending.labeledShare == 0.25)
    let other = try recipe(
      """
      {"distillation_weight": 0.5, "stages": [{"share": 0.5, "distillation_weight": 0}, {"share": 0.5}]}
      """)
    #expect(staged.stages == other.stages)
  }

  @Test(
    "refuses what is no share, and recipes and stages that have none",
    arguments: [
      ("{\"distillation_weight\": 0.5, \"labeled_share\": 0}", "got 0", "from 0.001 to 0.999"),
      ("{\"distillation_weight\": 0.5, \"labeled_share\": 1}", "got 1", "from 0.001 to 0.999"),
      ("{\"labeled_share\": 0.5}", "full.labeled_share: got 0.5", "\"distillation_weight\" is 0"),
      (
        "{\"distillation_weight\": 1, \"stages\": [{\"share\": 1, \"labeled_share\": 0.5}]}",
        "full.stages[0].labeled_share", "unknown key"
      ),
    ])
  func refusals(text: String, place: String, expected: String) {
    expectError([place, expected]) { _ = try recipe(text) }
  }

  @Test("is dropped where it comes from another recipe and nothing without a label is learnt from")
  func takenOver() throws {
    let full = try recipe("{\"distillation_weight\": 0.5, \"labeled_share\": 0.25}")
    #expect(try recipe("{\"batch\": 12}", defaults: full).labeledShare == 0.25)
    #expect(try recipe("{\"distillation_weight\": 0}", defaults: full).labeledShare == nil)
    #expect(full.withoutTeacher.labeledShare == nil)
  }

  @Test("needs images with a label and images without")
  func data() throws {
    let recipe = Recipe.small.with {
      $0.loss.distillation = 0.5
      $0.labeledShare = 0.25
    }
    try recipe.check(
      on: StripedImages.mostlyUnlabeledReader().dataset, field: "full", file: "study.json")
    expectError(["study.json: full.labeled_share: got 0.25", "all 240 have one"]) {
      try recipe.check(on: StripedImages.reader().dataset, field: "full", file: "study.json")
    }
  }

  @Test("keeps the steps, and is that of their own batches in flash trainings")
  func steps() throws {
    let dataset = try StripedImages.mostlyUnlabeledReader().dataset
    let plain = Recipe.small.with { $0.loss.distillation = 0.5 }
    let shared = plain.with { $0.labeledShare = 0.25 }
    #expect(shared.trainingCount(of: dataset) == plain.trainingCount(of: dataset))
    let flash = FlashRecipe(fraction: 0.1, batch: 8, statisticsBatches: 1).compressed(shared)
    #expect(shared.labeledPerBatch == 6 && flash.labeledPerBatch == 2)
  }

  /// A training on images of which a quarter has a label.
  private func run(
    _ recipe: Recipe, signal: TeacherSignal, threads: Int = 1, checkpointPath: String? = nil
  ) throws -> TrainingRun {
    var run = try smallRun(
      recipe, signal: signal, threads: threads, checkpointPath: checkpointPath)
    run.reader = try StripedImages.mostlyUnlabeledReader()
    return run
  }

  @Test("shows a labelled image that comes again in an epoch in another view")
  func views() throws {
    let recipe = Recipe.small.with {
      $0.loss.distillation = 0.5
      $0.labeledShare = 0.75
      $0.augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 2)
    }
    let reader = try StripedImages.mostlyUnlabeledReader()
    let source = BatchSource(
      reader: reader, recipe: recipe, seed: 4, signal: .live(try SmallTeacher.model()))
    var order = BatchOrder(recipe, of: reader.dataset, seed: 4)
    order.begin(epoch: 1)
    source.begin(epoch: 1)
    var seen: [Int: [[Float]]] = [:]
    var images = [Float](repeating: 0, count: 24 * 64 + 64)
    var labels = [Int32](repeating: 0, count: 24)
    var teacher = [Float](repeating: 0, count: 72 + 64)
    for step in 10..<20 {
      images.withUnsafeMutableBufferPointer { images in
        labels.withUnsafeMutableBufferPointer { labels in
          teacher.withUnsafeMutableBufferPointer { teacher in
            guard let images = images.baseAddress, let labels = labels.baseAddress,
              let teacher = teacher.baseAddress
            else { return }
            for slice in 0..<4 {
              source.fill(
                TrainingSlice(
                  step: step, range: 6 * slice..<6 * slice + 6, images: images + 6 * slice * 64,
                  labels: labels + 6 * slice, teacher: teacher + 18 * slice))
            }
          }
        }
      }
      for n in 0..<24 {
        let image = order.indices[24 * (step - 10) + n]
        #expect(Int(labels[n]) == reader.dataset.label(image, of: .training))
        seen[image, default: []].append(Array(images[64 * n..<64 * n + 64]))
      }
    }
    // 180 places for 60 labelled images: each comes three times.
    let repeated = seen.filter { $0.value.count == 3 }
    #expect(repeated.count == 60)
    #expect(repeated.values.count { Set($0).count == 3 } > 50)
  }

  @Test("gives the same bits with any number of threads, and where it is stopped again and again")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let recipe = Recipe.small.with {
      $0.epochs = 2.5
      $0.loss.distillation = 0.5
      $0.labeledShare = 0.4
      $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
    }
    let reader = try StripedImages.mostlyUnlabeledReader()
    let signal = TeacherSignal.cached(
      try SmallTeacher.targets(
        SmallTeacher.model().logits(of: .training, reader: reader), in: folder))
    let straight = try run(recipe, signal: signal).train().finishedModel()
    #expect(
      try run(recipe, signal: signal, threads: 3).train().finishedModel().contentHash
        == straight.contentHash)
    let stopped = try run(recipe, signal: signal, checkpointPath: folder.file("checkpoint"))
    for _ in 0..<3 {
      let log = ProgressLog()
      guard case .stopped = try stopped.train(observe: log.observer(stopAfter: 7)) else {
        Issue.record("it was not stopped")
        return
      }
    }
    #expect(try stopped.train().finishedModel().contentHash == straight.contentHash)
    let plain = try run(recipe.with { $0.labeledShare = nil }, signal: signal)
    #expect(try plain.train().finishedModel().contentHash != straight.contentHash)
  }

  @Test("has few labels outweigh a teacher that says something else of all images")
  func effect() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.mostlyUnlabeledReader()
    let right = try SmallTeacher.model().logits(of: .training, reader: reader)
    var wrong = [Float](repeating: 0, count: right.count)
    for start in stride(from: 0, to: right.count, by: 3) {
      let named = (0..<3).max { right[start + $0] < right[start + $1] } ?? 0
      wrong[start + (named + 1) % 3] = 6
    }
    let signal = TeacherSignal.cached(try SmallTeacher.targets(wrong, in: folder))
    // 0.65 for a label and 0.35 against it, and without a label 0.35 against: with a label on every fourth image 0.16 to
    // 0.35, with 23 of 24 in a batch 0.62 to 0.35.
    let recipe = Recipe.small.with { $0.loss.distillation = 0.35 }
    func accuracy(_ recipe: Recipe) throws -> Double {
      let model = try run(recipe, signal: signal).train().finishedModel()
      return model.evaluate(on: .validation, reader: reader).accuracy
    }
    let (shared, plain) = (
      try accuracy(recipe.with { $0.labeledShare = 0.95 }), try accuracy(recipe)
    )
    #expect(shared > 0.6, "with a share \(shared)")
    #expect(plain < 0.4, "without \(plain)")
  }
}
