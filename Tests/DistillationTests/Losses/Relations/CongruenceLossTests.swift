import Foundation
import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a correlation loss")
struct CongruenceLossTests {
  static let rules = [
    CongruenceRule(kernel: .bilinear), CongruenceRule(), CongruenceRule(gamma: 2),
  ]

  /// The kernel of all pairs, one after the other.
  private static func correlations(
    _ values: [Double], images: Int, _ rule: CongruenceRule
  ) -> [Double] {
    let width = values.count / images
    let units = (0..<images).map { image in
      let own = Array(values[image * width..<(image + 1) * width])
      let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm == 0 ? own : own.map { $0 / norm }
    }
    return units.flatMap { a in
      units.map { b in
        let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return rule.kernel == .bilinear ? product : exp(-rule.gamma * distance)
      }
    }
  }

  private static func plain(
    _ student: [Double], _ teacher: [Double], images: Int, _ rule: CongruenceRule
  ) -> Double {
    zip(
      correlations(student, images: images, rule), correlations(teacher, images: images, rule)
    ).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(images * images)
  }

  @Test(
    "and its gradient are those of its definition in double precision", arguments: rules,
    [2, 3, 9])
  func definition(rule: CongruenceRule, images: Int) {
    let pair = FeaturePair(map(2, 1, 9), map(1, 1, 5))
    var slice = LossCase(CongruenceLoss(.features(pair), rule), pair, images: images)
    slice.batch = 2 * images
    slice.expectDefinition {
      CongruenceLossTests.plain($0.features[0], $0.teacherFeatures[0], images: images, rule) / 2
    }
  }

  @Test("works on logits as well")
  func logits() {
    let rule = CongruenceRule(of: .logits)
    let slice = LossCase(
      CongruenceLoss(.logits, rule), images: 5, classes: 4, logits: normalFloats(20, "logits"),
      teacherLogits: normalFloats(20, "teacher's logits"))
    slice.expectDefinition {
      CongruenceLossTests.plain($0.logits, $0.teacherLogits, images: 5, rule)
    }
  }

  @Test("restores the teacher's correlations", arguments: rules)
  func effect(rule: CongruenceRule) {
    // The teacher's vectors lie in a plane, so that three values can hold them.
    let pair = FeaturePair(map(1, 1, 3), map(1, 1, 8))
    var slice = LossCase(CongruenceLoss(.features(pair), rule), pair, images: 8)
    for image in 0..<8 {
      for c in 2..<8 { slice.values.teacherFeatures[0][8 * image + c] = 0 }
    }
    let start = slice.evaluate().loss
    slice.descend(steps: 2000, rate: 3)
    #expect(slice.evaluate().loss < 0.02 * start)
  }
}
