import Datasets
import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("a training run with teaching from within")
struct TaughtRunTests {
  /// All ways at once, on augmented images, over two and a half epochs.
  private static let recipe = Recipe.small.with {
    $0.epochs = 2.5
    $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
    $0.teaching = [
      TeachingTerm(MovingAverageRule(decay: 0.9, result: .average)),
      TeachingTerm(MutualRule(.copies(2))), TeachingTerm(AuxiliaryHeadsRule()),
    ]
  }

  @Test("gives the same bits with any number of threads", arguments: [2, 3, 7])
  func threads(count: Int) throws {
    let one = try smallRun(TaughtRunTests.recipe).train().finishedModel()
    let many = try smallRun(TaughtRunTests.recipe, threads: count).train().finishedModel()
    #expect(one.contentHash == many.contentHash)
  }

  @Test("that is stopped again and again ends with the bits of a straight run")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let straight = try smallRun(TaughtRunTests.recipe).train().finishedModel()
    let run = try smallRun(TaughtRunTests.recipe, checkpointPath: folder.file("checkpoint"))
    for _ in 0..<4 {
      let log = ProgressLog()
      guard case .stopped = try run.train(observe: log.observer(stopAfter: 4)) else {
        Issue.record("it was not stopped")
        return
      }
    }
    let log = ProgressLog()
    let resumed = try run.train(observe: log.observer()).finishedModel()
    #expect(log.all.first?.step == 16)
    #expect(resumed.contentHash == straight.contentHash)
  }

  @Test("is not disturbed by being examined, and shows the mean where that is the result")
  func examined() throws {
    let plain = try smallRun(TaughtRunTests.recipe).train().finishedModel()
    var run = try smallRun(TaughtRunTests.recipe)
    run.rungs = [4, 10]
    var seen: [TrainedModel] = []
    let examined = try run.train(examine: { _, model in
      seen.append(model)
      return true
    }).finishedModel()
    #expect(examined.contentHash == plain.contentHash && seen.count == 2)
    // The same training, but the student itself: another model at the same place.
    var student = try smallRun(
      TaughtRunTests.recipe.with {
        $0.teaching[0] = TeachingTerm(MovingAverageRule(decay: 0.9))
      })
    student.rungs = [4, 10]
    var other: [TrainedModel] = []
    _ = try student.train(examine: { _, model in
      other.append(model)
      return true
    }).finishedModel()
    for (mean, own) in zip(seen, other) { #expect(mean.parameters != own.parameters) }
  }

  @Test("learns with each way, from labels alone and next to a teacher")
  func learns() throws {
    let folder = try TemporaryFolder()
    let signal = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    let reader = try StripedImages.reader()
    for term in TaughtRunTests.recipe.teaching {
      for weight: Float in [0, 0.5] {
        let recipe = Recipe.small.with {
          $0.loss.distillation = weight
          $0.teaching = [term]
        }
        let model = try smallRun(recipe, signal: signal).train().finishedModel()
        #expect(
          model.evaluate(on: .validation, reader: reader).accuracy > 0.75, "\(term.kind), \(weight)"
        )
        // The student has the size that it has without.
        #expect(
          model.parameters.count == ParameterLayout(try smallNetwork()).parameterFloats)
      }
    }
  }

  @Test("is another run where another student learns next to it, and needs to know that one")
  func partners() throws {
    let recipe = Recipe.small.with {
      $0.epochs = 1
      $0.teaching = [TeachingTerm(MutualRule(.keys(["wide"])))]
    }
    var run = try smallRun(recipe)
    expectError(["wide", "not known"]) { _ = try run.train() }
    run.partners = ["wide": try smallNetwork(channels: 12)]
    let first = (try run.train().finishedModel().contentHash, run.identity)
    run.partners = ["wide": try smallNetwork(channels: 4)]
    let second = (try run.train().finishedModel().contentHash, run.identity)
    #expect(first.0 != second.0 && first.1 != second.1)
  }

  @Test("says which places a student has where a head cannot be put")
  func missingPlace() throws {
    let recipe = Recipe.small.with {
      $0.teaching = [TeachingTerm(AuxiliaryHeadsRule(stages: ["stage7"]))]
    }
    expectError(["stage7", "stage1 (8×8×8)"]) { _ = try smallRun(recipe).train() }
  }
}
