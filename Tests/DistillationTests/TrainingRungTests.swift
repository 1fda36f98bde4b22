import Datasets
import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("a training run with rungs")
struct TrainingRungTests {
  /// A training with everything that could be disturbed on its way: several epochs, augmentation,
  /// momentum and running statistics.
  private let recipe = Recipe.small.with {
    $0.epochs = 2.5
    $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
  }

  private func run(_ rungs: [Int], threads: Int = 1) throws -> TrainingRun {
    var run = try smallRun(recipe, threads: threads)
    run.rungs = rungs
    return run
  }

  @Test("gives the same bits as one without, wherever it is examined", arguments: [1, 3])
  func undisturbed(threads: Int) throws {
    let plain = try smallRun(recipe).train().finishedModel()
    // In the middle of an epoch, at its end, next to each other, and before the last step.
    for rungs in [[1], [10], [4, 13, 24], [9, 10, 11]] {
      var seen: [Int] = []
      var models: [TrainedModel] = []
      let model = try run(rungs, threads: threads).train(examine: { step, model in
        seen.append(step)
        models.append(model)
        return true
      }).finishedModel()
      #expect(seen == rungs)
      #expect(models.allSatisfy { $0.parameters != plain.parameters })
      #expect(model.parameters == plain.parameters, "rungs \(rungs)")
      #expect(model.statistics == plain.statistics, "rungs \(rungs)")
    }
  }

  @Test("is examined with statistics taken again, as at the end")
  func statistics() throws {
    // The rate is too small to move anything, so only the running statistics would differ.
    let still = Recipe.small.with {
      $0.epochs = 1
      $0.schedule.peakRate = 1e-30
    }
    var run = try smallRun(still)
    run.rungs = [3]
    var early: TrainedModel?
    let final = try run.train(examine: { _, model in
      early = model
      return true
    }).finishedModel()
    for (a, b) in zip(try #require(early).statistics, final.statistics) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test("stops where the examiner says so")
  func stops() throws {
    var seen: [Int] = []
    let log = ProgressLog()
    let outcome = try run([4, 13, 24]).train(observe: log.observer()) { step, _ in
      seen.append(step)
      return step < 13
    }
    guard case .stopped = outcome else {
      Issue.record("ended as \(outcome)")
      return
    }
    #expect(seen == [4, 13] && log.all.map(\.step) == Array(0..<13))
  }

  @Test("is not examined before the first step or after the last")
  func outside() throws {
    var seen: [Int] = []
    _ = try run([0, 7, 25, 100]).train(examine: { step, _ in
      seen.append(step)
      return true
    }).finishedModel()
    #expect(seen == [7])
  }

  @Test("has another identity than one without: neither continues from the other's checkpoint")
  func identities() throws {
    let identities = try [[], [4], [4, 13]].map { try run($0).identity }
    #expect(Set(identities).count == 3)
    #expect(identities[0] == (try smallRun(recipe).identity))
  }
}
