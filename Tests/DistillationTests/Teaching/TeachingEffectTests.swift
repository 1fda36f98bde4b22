import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("teaching from within a training")
struct TeachingEffectTests {
  @Test(
    "makes two students agree more than two that are trained apart, also where no class is known")
  func mutual() throws {
    let reader = try StripedImages.mostlyUnlabeledReader()
    func divergence(weight: Double) throws -> (divergence: Double, agreement: Double) {
      var comparison = PeerComparison()
      comparison.weight = WeightSchedule(weight)
      let recipe = Recipe.small.with {
        $0.teaching = [TeachingTerm(MutualRule(.copies(1), comparison: comparison))]
      }
      var sum = (divergence: 0.0, agreement: 0.0)
      for seed: UInt64 in 1...3 {
        let room = try Classroom(recipe, reader: reader, seed: seed)
        room.train()
        let (own, other) = (room.answers(), try room.answers(of: room.lessons.peers[0]))
        sum.divergence += meanDivergence(own, other, classes: 3)
        sum.agreement += agreement(own, other, classes: 3)
      }
      return sum
    }
    let apart = try divergence(weight: 0)
    let together = try divergence(weight: 2)
    #expect(together.divergence < 0.5 * apart.divergence, "\(together) and \(apart)")
    #expect(together.agreement > apart.agreement - 0.03, "\(together) and \(apart)")
  }

  @Test("keeps a student near its running mean where labels of chance pull it about")
  func movingAverage() throws {
    func divergence(weight: Double) throws -> Double {
      var comparison = PeerComparison()
      comparison.weight = WeightSchedule(weight)
      let recipe = Recipe.small.with {
        $0.schedule = LearningRateSchedule(
          shape: .constant, peakRate: 0.1, warmupShare: 0, finalShare: 1)
        $0.teaching = [TeachingTerm(MovingAverageRule(decay: 0.9, comparison: comparison))]
      }
      var sum = 0.0
      for seed: UInt64 in 1...4 {
        let room = try Classroom(recipe, reader: StripedImages.reader(), seed: seed)
        room.train(chanceLabels: true)
        sum += meanDivergence(
          try room.answers(of: room.lessons.peers[0]), room.answers(), classes: 3)
      }
      return sum
    }
    let alone = try divergence(weight: 0)
    let taught = try divergence(weight: 2)
    #expect(taught < 0.7 * alone, "\(taught) and \(alone)")
  }

  /// A teacher that names the class after the right one: what the last layer learns is not what labels say.
  private func misleading(in folder: TemporaryFolder) throws -> SoftTargets {
    let reader = try StripedImages.reader()
    var logits: [Float] = []
    for image in 0..<reader.dataset.count(.training) {
      let named = (reader.dataset.label(image, of: .training) + 1) % 3
      for c in 0..<3 { logits.append(c == named ? 6 : 0) }
    }
    return try SmallTeacher.targets(logits, in: folder)
  }

  @Test(
    "has early heads say what the last layer says, and not what labels alone would have them say")
  func auxiliaryHeads() throws {
    let folder = try TemporaryFolder()
    let signal = TeacherSignal.cached(try misleading(in: folder))
    func agreementOfHead(distillation: Double) throws -> Double {
      let rule = AuxiliaryHeadsRule(distillation: distillation, temperature: 1)
      let recipe = Recipe.small.with {
        $0.loss.distillation = 1
        $0.teaching = [TeachingTerm(rule)]
      }
      let reader = try StripedImages.reader()
      let room = try Classroom(recipe, reader: reader, signal: signal, seed: 5)
      room.train()
      return agreement(try headAnswers(room, rule), room.answers(), classes: 3)
    }
    let taught = try agreementOfHead(distillation: 1)
    let untaught = try agreementOfHead(distillation: 0)
    #expect(taught > 0.6, "taught \(taught)")
    #expect(untaught < 0.4, "untaught \(untaught)")
  }

  /// What the head on the first stage answers to the training images.
  private func headAnswers(_ room: Classroom, _ rule: AuxiliaryHeadsRule) throws -> [Float] {
    let reader = try StripedImages.reader()
    let network = room.trainer.plan.network
    let node = try rule.nodes(of: network)[0]
    let shape = network.nodes[node].shape
    let count = reader.dataset.count(.training)
    let inference = TrainedModel(room.trainer.plan).inferencePlan(capacity: 1, features: [node])
    var answers: [Float] = []
    var label = [Int32](repeating: 0, count: 1)
    for image in 0..<count {
      reader.fill(inference.input, labels: &label, range: image..<image + 1, split: .training)
      inference.run(images: 1)
      let feature = inference.feature(node)
      for k in 0..<3 {
        var value = room.trainer.connectors[shape.channels * 3 + k]
        for c in 0..<shape.channels {
          var mean: Float = 0
          for p in 0..<shape.positionCount { mean += feature[p * shape.channels + c] }
          value += mean / Float(shape.positionCount) * room.trainer.connectors[c * 3 + k]
        }
        answers.append(value)
      }
    }
    return answers
  }
}
