import Foundation
import RandomStreams
import Statistics
import Testing

@testable import Distillation

@Suite("attacks on membership, with made-up confidences")
struct LeakageAttackTests {
  /// Confidences of `shadows` models: an image's own difficulty, chance, and `gap` more where it was learnt.
  private func attack(
    gap: Double, shadows: Int = 8, count: Int = 600, seed: UInt64
  ) -> LikelihoodRatioAttack {
    var random = RandomStream(seed: seed, purpose: "confidences")
    let difficulties = (0..<count).map { _ in 3 * random.normal() }
    let halves = ShadowHalves(of: Array(0..<count), seed: seed)
    let isMember = (0..<shadows).map { shadow in
      let members = Set(halves.members(of: shadow))
      return (0..<count).map(members.contains)
    }
    let confidences = isMember.map { row in
      zip(row, difficulties).map { member, difficulty in
        Float(difficulty + random.normal() + (member ? gap : 0))
      }
    }
    return LikelihoodRatioAttack(confidences: confidences, isMember: isMember)
  }

  private func areas(
    _ attack: LikelihoodRatioAttack, _ scores: (Int) -> [Double]
  ) throws -> [CharacteristicArea] {
    try attack.confidences.indices.map { target in
      try #require(
        CharacteristicArea(scores: scores(target), isPositive: attack.isMember[target]))
    }
  }

  private func mean(_ areas: [CharacteristicArea]) -> Double {
    areas.reduce(0) { $0 + $1.value } / Double(areas.count)
  }

  @Test("by likelihood ratios find what a threshold cannot, where images differ in difficulty")
  func differences() throws {
    let attack = attack(gap: 1, seed: 1)
    let ratio = try areas(attack, attack.scores)
    let threshold = try areas(attack) { attack.confidences[$0].map(Double.init) }
    // A threshold sees a gap of 1 in scores of deviation √10: Φ(1 / √20) = 0.588.
    #expect(abs(mean(threshold) - 0.588) < 0.03)
    // Numerically, over 150 such cases of 400 images: 0.698 with a deviation of 0.012.
    #expect(abs(mean(ratio) - 0.698) < 0.04)
  }

  @Test("find nothing where nothing was given away, on average over cases")
  func nothing() throws {
    let means = try (0..<12).map { seed in
      let attack = attack(gap: 0, count: 300, seed: UInt64(seed))
      return mean(try areas(attack, attack.scores))
    }
    // The deviation of one case is 0.018, that of the mean of twelve 0.005.
    let sum: Double = means.reduce(0, +)
    #expect(abs(sum / 12 - 0.5) < 0.02)
  }

  @Test("score an image as the formula says, and not what the others never or always learnt")
  func formula() throws {
    let isMember = [
      [true, true, false], [true, false, false], [false, true, false], [true, false, true],
    ]
    let confidences: [[Float]] = [[2, 1, 0.5], [1.5, -0.5, 0], [0.5, 2, -1], [2.5, 0, 3]]
    let attack = LikelihoodRatioAttack(confidences: confidences, isMember: isMember)
    let scores = attack.scores(target: 0)
    // Of the others: image 0 in: 1.5 and 2.5, out: 0.5; image 1 in: 2, out: −0.5 and 0; image 2 in: 3,
    // out: 0 and −1. Variances: in (0.25 + 0.25) / 1, out (0.0625 · 2 + 0.25 · 2) / 2.
    let (inside, outside) = (0.5, 0.3125)
    func logDensity(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
      -0.5 * log(2 * .pi * variance) - (x - mean) * (x - mean) / (2 * variance)
    }
    let expected = [
      logDensity(2, 2, inside * 1.5) - logDensity(2, 0.5, outside * 2),
      logDensity(1, 2, inside * 2) - logDensity(1, -0.25, outside * 1.5),
      logDensity(0.5, 3, inside * 2) - logDensity(0.5, -0.5, outside * 1.5),
    ]
    for (score, expected) in zip(scores, expected) { #expect(abs(score - expected) < 1e-9) }
    // Image 0 is learnt by nobody but the target.
    let never = LikelihoodRatioAttack(
      confidences: confidences,
      isMember: [
        [false, true, true], [true, false, false], [false, true, false], [false, false, true],
      ]
    )
    #expect(never.scores(target: 1)[0].isNaN && never.scores(target: 1)[1].isFinite)
  }

  @Test("read a confidence from logits without losing digits, and its loss from it")
  func confidences() {
    let logits: [Float] = [2, 0, -1, 500, 0, 0, -500, 1, 1]
    let values = LabelConfidence.values(logits: logits, labels: [0, 0, 0], classes: 3)
    let probability = exp(2.0) / (exp(2.0) + 1 + exp(-1.0))
    #expect(abs(Double(values[0]) - log(probability / (1 - probability))) < 1e-6)
    #expect(abs(Double(values[1]) - (500 - log(2.0))) < 1e-4)
    #expect(abs(Double(values[2]) - (-501 - log(2.0))) < 1e-4)
    #expect(LabelConfidence.values(logits: [1, 2], labels: [-1], classes: 2)[0].isNaN)
    #expect(abs(LabelConfidence.loss(Double(values[0])) + log(probability)) < 1e-6)
    #expect(abs(LabelConfidence.loss(-600) - 600) < 1e-9)
    #expect(LabelConfidence.loss(600) >= 0 && LabelConfidence.loss(600) < 1e-200)
  }

  @Test("give each shadow a half of its own, always the same")
  func halves() {
    let images = (0..<101).map { 3 * $0 }
    let halves = ShadowHalves(of: images, seed: 4)
    let first = halves.members(of: 0)
    #expect(first.count == 50 && first == first.sorted() && Set(first).isSubset(of: images))
    #expect(first == ShadowHalves(of: images, seed: 4).members(of: 0))
    #expect(first != halves.members(of: 1))
    #expect(first != ShadowHalves(of: images, seed: 5).members(of: 0))
    // About half of a half is in another one: 25 with a deviation of 2.5.
    #expect((13...37).contains(Set(first).intersection(halves.members(of: 1)).count))
  }
}
