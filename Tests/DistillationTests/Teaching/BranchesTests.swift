import Datasets
import Foundation
import NeuralNetworks
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

@Suite("a loss that counts some classes more")
struct GroupEmphasisLossTests {
  private static let weights = [1.6, 0.4, 1.3]
  private static let images = 5

  private func loss(_ part: any TrainingLoss, hasTeacher: Bool = true) -> GroupEmphasisLoss {
    GroupEmphasisLoss(part: part, weights: Self.weights, steps: 3..<6, hasTeacher: hasTeacher)
  }

  private func lossCase(_ loss: GroupEmphasisLoss) -> LossCase {
    var lossCase = LossCase(
      loss, images: Self.images, labels: [2, 0, -1, 1, 0],
      logits: normalFloats(3 * Self.images, "logits", scale: 2),
      teacherLogits: normalFloats(3 * Self.images, "teacher", scale: 3))
    (lossCase.batch, lossCase.step) = (8, 4)
    return lossCase
  }

  /// (v − 1)·((1 − w)·CE + w·T²·KL) with w = 0.6 and T = 2, summed over the images.
  private func plain(_ values: LossValues) -> Double {
    var sum = 0.0
    for n in 0..<Self.images {
      let z = Array(values.logits[3 * n..<3 * n + 3])
      let t = Array(values.teacherLogits[3 * n..<3 * n + 3])
      let likeliest = (0..<3).max { t[$0] < t[$1] } ?? 0
      let label = Int(values.labels[n])
      var (weight, onehot) = (Self.weights[label < 0 ? likeliest : label], [0.0, 0, 0])
      if label >= 0 { onehot[label] = 1 }
      if label >= 0, let mix = values.mix, mix.shares[n] > 0 {
        let (other, share) = (Int(mix.otherLabels[n]), mix.shares[n])
        weight = (1 - share) * weight + share * Self.weights[other]
        onehot = onehot.map { (1 - share) * $0 }
        onehot[other] += share
      }
      let own = zip(onehot, plainSoftmax(z)).reduce(0) { $0 - $1.0 * log($1.1) }
      let soft = plainDivergence(plainSoftmax(t, 2), from: plainSoftmax(z, 2))
      sum += (weight - 1) * ((label >= 0 ? 0.4 * own : 0) + 0.6 * 4 * soft)
    }
    return sum / 8
  }

  private static let logitLoss = LogitLoss(
    LossWeights(distillation: 0.6, temperature: 2, labelSmoothing: 0))

  @Test(
    "has its definition's value and gradient, of labels, of unknown classes and of mixed images")
  func definition() {
    var lossCase = self.lossCase(loss(Self.logitLoss))
    lossCase.expectDefinition(plain)
    lossCase.values.mix = ([0, 2, -1, 1, 1], [0.25, 0, 0.5, 0.5, 1])
    lossCase.expectDefinition(plain)
  }

  @Test("is nothing in other steps, and where all classes count alike")
  func nothing() {
    for step in [2, 6] {
      var lossCase = self.lossCase(loss(Self.logitLoss))
      lossCase.step = step
      #expect(lossCase.evaluate().isStill && lossCase.evaluate().loss == 0)
    }
    let even = GroupEmphasisLoss(
      part: Self.logitLoss, weights: [1, 1, 1], steps: 3..<6, hasTeacher: true)
    #expect(lossCase(even).evaluate().isStill)
  }

  @Test("leaves images alone of which nobody says the class")
  func unknown() {
    let result = lossCase(loss(Self.logitLoss, hasTeacher: false)).evaluate()
    #expect(result.logits[6..<9].allSatisfy { $0 == 0 } && result.logits[0] != 0)
  }

  @Test("takes what of a recipe's losses is a sum over images, and nothing else")
  func parts() throws {
    let recipe = Recipe.small.with {
      $0.loss = LossWeights(distillation: 0.6, temperature: 2, labelSmoothing: 0)
      $0.losses = [
        LossTerm(LogitErrorRule(), weight: WeightSchedule(0.5)), LossTerm(DistRule()),
        LossTerm(ConfidencePenaltyRule(), weight: WeightSchedule(0.1)),
      ]
    }
    let site = TeachingSite(network: try smallNetwork(), recipe: recipe, steps: 10, seed: 1)
    let expected = SummedLoss([
      Self.logitLoss,
      WeightedLoss(
        LogitErrorRule().loss(on: LossSite(classes: 3)), weight: WeightSchedule(0.5)),
      WeightedLoss(
        ConfidencePenaltyRule().loss(on: LossSite(classes: 3)), weight: WeightSchedule(0.1)),
    ])
    let (own, reference) = (
      lossCase(loss(try site.imageLoss)).evaluate(), lossCase(loss(expected)).evaluate()
    )
    #expect(own.loss == reference.loss && own.logits == reference.logits)
  }
}

@Suite("a training with branches")
struct BranchesTests {
  private static let groups = BranchesRule.Groups.classes([[0], [1, 2]])

  private static func recipe(_ rule: BranchesRule) -> Recipe {
    .small.with {
      $0.epochs = 3
      $0.augmentation = Augmentation(shiftPixels: 1, flip: true, cutoutPixels: 2)
      $0.teaching = [TeachingTerm(rule)]
    }
  }

  @Test("counts classes so that an image counts once on average, and the own ones more")
  func weights() {
    let weights = BranchesRule(focus: 4).weights(of: [0, 1, 2], classes: 10)
    let sum: Double = weights.reduce(0, +)
    #expect(abs(sum / 10 - 1) < 1e-12)
    #expect(abs(weights[0] / weights[9] - 4) < 1e-12)
    #expect(weights[2] == weights[0])
    #expect(BranchesRule(begin: 0.1, share: 0.5).steps(of: 750) == 75..<450)
    // As the same share of a flash training.
    #expect(BranchesRule(begin: 0.1, share: 0.5).steps(of: 75) == 8..<45)
  }

  @Test("is one without branches, bit for bit, where these count all classes alike")
  func evenBranches() throws {
    let even = BranchesRule(Self.groups, focus: 1)
    let plain = try smallRun(Self.recipe(even).with { $0.teaching = [] }).train().finishedModel()
    #expect(
      try smallRun(Self.recipe(even)).train().finishedModel().contentHash == plain.contentHash)
  }

  @Test("has each branch learn its own classes, and ends as good as one without")
  func effect() throws {
    // Nothing of the labels can be seen, so a branch learns how often each class counts.
    let rule = BranchesRule(Self.groups, begin: 0.1, share: 0.8, focus: 20)
    let recipe = Self.recipe(rule).with { $0.augmentation = .none }
    let room = try Classroom(recipe, reader: StripedImages.reader(), seed: 5)
    let branched = rule.steps(of: 30)
    room.train(chanceLabels: true, until: branched.upperBound - 1)
    func share(_ answers: [Float]) -> Double {
      let rows = stride(from: 0, to: answers.count, by: 3)
      return rows.reduce(0) { $0 + plainSoftmax(answers[$1..<$1 + 3].map(Double.init))[0] }
        / Double(answers.count / 3)
    }
    let (own, other) = (share(room.answers()), share(try room.answers(ofBranch: 2)))
    #expect(own > 0.7, "the branch of class 0 gives it \(own)")
    #expect(other < 0.25, "the other gives it \(other)")
    let model = try smallRun(Self.recipe(BranchesRule(Self.groups)).with { $0.epochs = 6 })
      .train().finishedModel()
    #expect(
      model.evaluate(on: .validation, reader: try StripedImages.reader()).accuracy > 0.75)
  }

  @Test("gives the same bits with any number of threads, and where it is stopped again and again")
  func resumed() throws {
    let folder = try TemporaryFolder()
    let recipe = Self.recipe(BranchesRule(Self.groups))
    let straight = try smallRun(recipe).train().finishedModel()
    #expect(
      try smallRun(recipe, threads: 3).train().finishedModel().contentHash == straight.contentHash)
    let run = try smallRun(recipe, checkpointPath: folder.file("checkpoint"))
    // Before the branches, where they begin, among them, where they are merged, and behind.
    for count in [2, 1, 7, 8, 5] {
      let log = ProgressLog()
      guard case .stopped = try run.train(observe: log.observer(stopAfter: count)) else {
        Issue.record("it was not stopped")
        return
      }
    }
    let log = ProgressLog()
    let resumed = try run.train(observe: log.observer()).finishedModel()
    #expect(log.all.first?.step == 23)
    #expect(resumed.contentHash == straight.contentHash)
  }

  @Test("is examined by the mean of its branches, and not disturbed by it")
  func examined() throws {
    let recipe = Self.recipe(BranchesRule(Self.groups, focus: 20))
    let plain = try smallRun(recipe).train().finishedModel()
    var run = try smallRun(recipe)
    run.rungs = [12, 18]
    var seen: [TrainedModel] = []
    let model = try run.train(examine: { _, model in
      seen.append(model)
      return true
    }).finishedModel()
    #expect(model.contentHash == plain.contentHash)
    // Merged at step 18: what the rung there sees is the student itself.
    var merged = try smallRun(
      recipe.with { $0.teaching = [TeachingTerm(BranchesRule(Self.groups, share: 0.3, focus: 20))] }
    )
    merged.rungs = [12]
    var first: TrainedModel?
    _ = try merged.train(examine: { _, model in
      first = model
      return false
    })
    #expect(seen.first?.parameters == first?.parameters)
  }

  @Test("takes groups from the teacher, and says where classes and groups do not fit")
  func groups() throws {
    let folder = try TemporaryFolder()
    // Classes 0 and 2 are mixed up.
    let reader = try StripedImages.reader()
    var logits: [Float] = []
    for image in 0..<240 {
      let label = reader.dataset.label(image, of: .training)
      logits += label == 1 ? [0, 9, 0] : (0..<3).map { $0 == label ? 5 : $0 == 1 ? 0 : 4 }
    }
    let signal = TeacherSignal.cached(try SmallTeacher.targets(logits, in: folder))
    let named = Self.recipe(BranchesRule(.classes([[0, 2], [1]]))).with {
      $0.loss.distillation = 0.5
    }
    let found = named.with { $0.teaching = [TeachingTerm(BranchesRule(.count(2)))] }
    let groups = ClassGroups(of: signal.classAffinity(reader: reader), count: 2).groups
    #expect(groups == [[0, 2], [1]])
    #expect(
      try smallRun(found, signal: signal).train().finishedModel().contentHash
        == smallRun(named, signal: signal).train().finishedModel().contentHash)
    for (groups, part) in [
      (BranchesRule.Groups.classes([[0], [1]]), "no group of branches has the class 2"),
      (.classes([[0, 3], [1, 2]]), "the class 3: there are 0 to 2"),
      (.count(4), "4 groups"),
    ] {
      let recipe = Self.recipe(BranchesRule(groups)).with { $0.loss.distillation = 0.5 }
      expectError([part]) { _ = try recipe.comparisons(student: smallNetwork(), teacher: nil) }
    }
    expectError(["need a teacher"]) {
      _ = try smallRun(Self.recipe(BranchesRule(.count(2)))).train()
    }
  }
}
