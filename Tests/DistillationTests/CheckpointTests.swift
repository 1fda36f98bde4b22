import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

/// A training taken apart, so that it can be stopped and restored at any step.
private struct Session {
  private let plan: TrainingPlan
  let trainer: Trainer
  private let source: BatchSource
  private let recipe: Recipe

  init(_ recipe: Recipe) throws {
    self.recipe = recipe
    plan = TrainingPlan(
      network: try smallNetwork(), batch: recipe.batch, slices: recipe.slices, seed: 5)
    let optimizer = Optimizer(
      rule: recipe.optimizer, weightDecay: Float(recipe.weightDecay), clipNorm: nil,
      layout: plan.layout)
    trainer = Trainer(plan: plan, optimizer: optimizer, loss: LogitLoss(recipe.loss))
    source = BatchSource(
      reader: try StripedImages.reader(), recipe: recipe, seed: 5, signal: nil)
    plan.layout.initialize(plan.parameters, seed: 5)
  }

  /// Runs steps of the first epoch.
  func run(_ steps: Range<Int>) {
    source.begin(epoch: 0)
    trainer.run(
      steps: steps, rate: { recipe.schedule.rate(step: $0, of: 60) },
      fill: source.fill, report: { _ in true })
  }

  var model: TrainedModel { TrainedModel(plan) }
}

private let recipes: [Recipe] = [
  .small, .small.with { $0.optimizer = .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8) },
]

@Suite("a checkpoint")
struct CheckpointTests {
  @Test(
    "continues a training to the same bits, from any step",
    arguments: recipes, [1, 4, 9])
  func continues(recipe: Recipe, step: Int) throws {
    let folder = try TemporaryFolder()
    let checkpoint = Checkpoint(path: folder.file("checkpoint"), identity: "one")
    let straight = try Session(recipe)
    straight.run(0..<10)
    let interrupted = try Session(recipe)
    interrupted.run(0..<step)
    try checkpoint.write(interrupted.trainer, nextStep: step)

    let resumed = try Session(recipe)
    #expect(checkpoint.restore(into: resumed.trainer, of: 60) == step)
    #expect(resumed.model.parameters == interrupted.model.parameters)
    resumed.run(step..<10)
    #expect(resumed.model.parameters == straight.model.parameters)
    #expect(resumed.model.statistics == straight.model.statistics)
  }

  @Test("keeps the curve so far, and is read without one")
  func curve() throws {
    let folder = try TemporaryFolder()
    let session = try Session(.small)
    let recorder = CurveRecorder()
    for step in 0..<7 { recorder.add(loss: Double(step), accuracy: 0.1, done: step + 1, of: 300) }
    let checkpoint = Checkpoint(path: folder.file("checkpoint"), identity: "one")
    try checkpoint.write(session.trainer, nextStep: 7, recorder)
    let restored = CurveRecorder()
    #expect(
      checkpoint.restore(into: session.trainer, of: 60, restored) == 7)
    #expect(restored.progress == recorder.progress && restored.progress.count == 2)
    #expect(restored.curve.points.count == 1)
    try checkpoint.write(session.trainer, nextStep: 7)
    let none = CurveRecorder()
    #expect(checkpoint.restore(into: session.trainer, of: 60, none) == 7)
    #expect(none.curve.points.isEmpty)
  }

  @Test("of another run, or none, is ignored and changes nothing")
  func anotherRun() throws {
    let folder = try TemporaryFolder()
    let session = try Session(.small)
    session.run(0..<3)
    try Checkpoint(path: folder.file("a"), identity: "one")
      .write(session.trainer, nextStep: 3)
    let fresh = try Session(.small)
    let before = fresh.model.parameters
    for (name, identity) in [("a", "another"), ("none", "one")] {
      let checkpoint = Checkpoint(path: folder.file(name), identity: identity)
      #expect(checkpoint.restore(into: fresh.trainer, of: 60) == nil)
    }
    #expect(fresh.model.parameters == before)
  }

  @Test("that is damaged is ignored and changes nothing")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("checkpoint")
    let checkpoint = Checkpoint(path: path, identity: "one")
    let session = try Session(.small)
    session.run(0..<3)
    try checkpoint.write(session.trainer, nextStep: 3)
    let whole = try Data(contentsOf: URL(filePath: path))
    let fresh = try Session(.small)
    let before = fresh.model.parameters
    for count in Array(stride(from: 0, to: whole.count, by: 997)) + [whole.count - 1] {
      try whole.prefix(count).write(to: URL(filePath: path))
      #expect(
        checkpoint.restore(into: fresh.trainer, of: 60) == nil,
        "cut at byte \(count)")
    }
    // Whichever byte differs, what is read is what was written or nothing.
    for place in stride(from: 0, to: whole.count, by: 331) {
      var flipped = whole
      flipped[place] ^= 0x10
      try flipped.write(to: URL(filePath: path))
      let target = try Session(.small)
      let step = checkpoint.restore(into: target.trainer, of: 60)
      #expect(
        step == nil || step == 3 && target.model.parameters == session.model.parameters,
        "byte \(place)")
    }
    try (whole + Data([0])).write(to: URL(filePath: path))
    #expect(checkpoint.restore(into: fresh.trainer, of: 60) == nil)
    #expect(fresh.model.parameters == before)
  }

  @Test("of a step that the training does not have is ignored", arguments: [(0, 60), (61, 60)])
  func impossibleStep(next: Int, steps: Int) throws {
    let folder = try TemporaryFolder()
    let checkpoint = Checkpoint(path: folder.file("checkpoint"), identity: "one")
    let session = try Session(.small)
    try checkpoint.write(session.trainer, nextStep: next)
    #expect(
      checkpoint.restore(into: session.trainer, of: steps) == nil)
  }

  @Test("of another network of the same run is ignored")
  func anotherNetwork() throws {
    let folder = try TemporaryFolder()
    let checkpoint = Checkpoint(path: folder.file("checkpoint"), identity: "one")
    let plan = TrainingPlan(network: try smallNetwork(channels: 4), batch: 4)
    let optimizer = Optimizer(
      rule: Recipe.small.optimizer, weightDecay: 0, clipNorm: nil, layout: plan.layout)
    let other = Trainer(plan: plan, optimizer: optimizer, loss: LogitLoss(Recipe.small.loss))
    try checkpoint.write(other, nextStep: 1)
    let session = try Session(.small)
    #expect(checkpoint.restore(into: session.trainer, of: 60) == nil)
  }
}

@Suite("a training run with a checkpoint")
struct ResumedRunTests {
  /// Writes a checkpoint of `run` before the second epoch, as a killed process leaves it.
  private func leaveCheckpoint(of run: TrainingRun, identity: String) throws {
    let session = try Session(run.recipe)
    session.run(0..<10)
    try Checkpoint(path: try #require(run.checkpointPath), identity: identity)
      .write(session.trainer, nextStep: 10)
  }

  @Test("continues at the checkpoint's step and ends with the bits of a straight run")
  func resumes() throws {
    let folder = try TemporaryFolder()
    let run = try smallRun(checkpointPath: folder.file("checkpoint"))
    try leaveCheckpoint(of: run, identity: run.identity)
    let log = ProgressLog()
    let resumed = try run.train(observe: log.observer()).finishedModel()
    #expect(log.all.map(\.step) == Array(10..<60))
    let straight = try smallRun().train().finishedModel()
    #expect(resumed.parameters == straight.parameters)
    #expect(resumed.statistics == straight.statistics)
  }

  /// What a training may depend on beyond the seed.
  static let situations: [(name: String, recipe: Recipe)] = [
    ("plain", .small),
    (
      "augmented",
      .small.with {
        $0.optimizer = .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
        $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
        $0.clipNorm = 0.5
      }
    ), ("distilled", .small.with { $0.loss.distillation = 0.5 }),
  ]

  @Test(
    "that is stopped at random steps, again and again, ends with the bits of a straight run",
    arguments: situations.indices)
  func stoppedOften(situation: Int) throws {
    let recipe = Self.situations[situation].recipe
    let folder = try TemporaryFolder()
    let signal: TeacherSignal? =
      recipe.loss.distillation > 0 ? .live(try SmallTeacher.model()) : nil
    var stream = RandomStream(seed: UInt64(situation), purpose: "stops")
    let straightCurve = CurveRecorder()
    let straight = try smallRun(recipe, signal: signal)
      .train(recording: straightCurve).finishedModel()
    var (seen, stops): ([Int], Int) = ([], 0)
    while true {
      let run = try smallRun(
        recipe, signal: signal, threads: 1 + stops % 3, checkpointPath: folder.file("checkpoint"))
      let log = ProgressLog()
      let recorder = CurveRecorder()
      let outcome = try run.train(
        recording: recorder,
        observe: log.observer(stopAfter: 1 + stream.integer(below: 12)))
      seen += log.all.map(\.step)
      guard case .stopped = outcome else {
        let model = try outcome.finishedModel()
        #expect(model.parameters == straight.parameters && model.statistics == straight.statistics)
        #expect(recorder.curve == straightCurve.curve)
        break
      }
      stops += 1
    }
    // No step was done twice, and none left out.
    #expect(seen == Array(0..<60) && stops >= 5)
  }

  @Test("leaves checkpoints within an epoch, for a kill at any moment")
  func killed() throws {
    let folder = try TemporaryFolder()
    var run = try smallRun(checkpointPath: folder.file("checkpoint"))
    run.checkpointPause = .zero
    let copy = folder.file("copy")
    let straight = try run.train { progress in
      if progress.step == 17 {
        try? FileManager.default.copyItem(atPath: folder.file("checkpoint"), toPath: copy)
      }
      return true
    }.finishedModel()
    let log = ProgressLog()
    let resumed = try smallRun(checkpointPath: copy).train(observe: log.observer()).finishedModel()
    // Writing takes longer than a step here, so not every step has one.
    let first = try #require(log.all.first?.step)
    #expect((1...17) ~= first)
    #expect(resumed.parameters == straight.parameters)
    #expect(resumed.statistics == straight.statistics)
  }

  @Test("starts over where the checkpoint is another run's or damaged")
  func startsOver() throws {
    let folder = try TemporaryFolder()
    let run = try smallRun(checkpointPath: folder.file("checkpoint"))
    let other = try smallRun(seed: 6)
    try leaveCheckpoint(of: run, identity: other.identity)
    let log = ProgressLog()
    _ = try run.train(observe: log.observer(stopAfter: 3))
    #expect(log.all.map(\.step) == [0, 1, 2])
    try Data("not a checkpoint".utf8).write(to: URL(filePath: folder.file("checkpoint")))
    let second = ProgressLog()
    _ = try run.train(observe: second.observer(stopAfter: 3))
    #expect(second.all.map(\.step) == [0, 1, 2])
  }

  @Test("has an identity that depends on everything that makes its result")
  func identity() throws {
    let folder = try TemporaryFolder()
    let logits = try SmallTeacher.model()
      .logits(of: .training, reader: StripedImages.reader())
    let distilled = Recipe.small.with { $0.loss.distillation = 0.5 }
    func cached(_ logits: [Float]) throws -> TeacherSignal {
      .cached(try SmallTeacher.targets(logits, in: folder))
    }
    let runs = [
      try smallRun(), try smallRun(seed: 6), try smallRun(statisticsBatches: 9),
      try smallRun(.small.with { $0.epochs = 7 }),
      try smallRun(distilled, signal: cached(logits)),
      try smallRun(distilled, signal: cached(logits.reversed())),
      try smallRun(distilled, signal: .live(SmallTeacher.model())),
    ]
    #expect(Set(runs.map(\.identity)).count == runs.count)
    #expect(try smallRun(threads: 3).identity == runs[0].identity)
  }
}
