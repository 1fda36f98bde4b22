import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a relational loss")
struct RelationalLossTests {
  static let rules = [
    RelationalRule(distance: 1, angle: 0), RelationalRule(distance: 0, angle: 1), RelationalRule(),
  ]

  private static func vectors(_ values: [Double], images: Int) -> [[Double]] {
    let width = values.count / images
    return (0..<images).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// The distances of all ordered pairs, divided by their mean.
  private static func distances(_ vectors: [[Double]]) -> [Double] {
    var all: [Double] = []
    for (i, a) in vectors.enumerated() {
      for (j, b) in vectors.enumerated() where i != j { all.append(distance(a, b)) }
    }
    let different = all.filter { $0 > 0 }
    let mean = different.reduce(0, +) / Double(max(1, different.count))
    return all.map { mean > 0 ? $0 / mean : 0 }
  }

  /// The cosines at the second of all ordered triples, from the directions to the other two.
  private static func cosines(_ vectors: [[Double]]) -> [Double] {
    func direction(_ from: [Double], _ to: [Double]) -> [Double] {
      let length = distance(from, to)
      return zip(from, to).map { length > 0 ? ($1 - $0) / length : 0 }
    }
    let all = vectors.indices
    let directions = all.map { j in all.map { direction(vectors[j], vectors[$0]) } }
    var cosines: [Double] = []
    for i in all {
      for j in all where j != i {
        for k in all where k != i && k != j {
          var cosine = 0.0
          for (a, b) in zip(directions[j][i], directions[j][k]) { cosine += a * b }
          cosines.append(cosine)
        }
      }
    }
    return cosines
  }

  private static func plain(
    _ student: [Double], _ teacher: [Double], images: Int, _ rule: RelationalRule
  ) -> Double {
    let (own, other) = (vectors(student, images: images), vectors(teacher, images: images))
    func mean(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { sum, pair in
        let r = abs(pair.0 - pair.1)
        return sum + (r <= 1 ? r * r / 2 : r - 0.5)
      } / Double(max(1, a.count))
    }
    return rule.distance * mean(distances(own), distances(other))
      + rule.angle * mean(cosines(own), cosines(other))
  }

  @Test(
    "and its gradient are those of its definition in double precision", arguments: rules,
    [2, 3, 6, 17])
  func definition(rule: RelationalRule, images: Int) {
    let pair = FeaturePair(map(1, 1, 3), map(1, 1, 2))
    var slice = LossCase(RelationalLoss(.features(pair), rule), pair, images: images)
    slice.batch = 2 * images
    slice.expectDefinition {
      RelationalLossTests.plain($0.features[0], $0.teacherFeatures[0], images: images, rule) / 2
    }
  }

  @Test("holds with a teacher so far off that Huber's distance is linear")
  func outliers() {
    let pair = FeaturePair(map(1, 1, 2), map(1, 1, 3))
    let rule = RelationalRule()
    var slice = LossCase(RelationalLoss(.features(pair), rule), pair, images: 5)
    for c in 0..<3 { slice.values.teacherFeatures[0][c] += 100 }
    slice.expectDefinition {
      RelationalLossTests.plain($0.features[0], $0.teacherFeatures[0], images: 5, rule)
    }
  }

  @Test("works on logits as well")
  func logits() {
    let rule = RelationalRule(of: .logits)
    let slice = LossCase(
      RelationalLoss(.logits, rule), images: 5, classes: 4, logits: normalFloats(20, "logits"),
      teacherLogits: normalFloats(20, "teacher's logits"))
    slice.expectDefinition {
      RelationalLossTests.plain($0.logits, $0.teacherLogits, images: 5, rule)
    }
  }

  @Test("restores the teacher's distances and angles in a smaller space", arguments: rules)
  func effect(rule: RelationalRule) {
    let pair = FeaturePair(map(1, 1, 3), map(1, 1, 6))
    var slice = LossCase(RelationalLoss(.features(pair), rule), pair, images: 8)
    // The teacher's points lie in a plane that stands askew in its six dimensions.
    for image in 0..<8 {
      let (x, y) = (
        slice.values.teacherFeatures[0][6 * image], slice.values.teacherFeatures[0][6 * image + 1]
      )
      for c in 0..<6 {
        slice.values.teacherFeatures[0][6 * image + c] =
          x * Double(c + 1) / 3 - y * Double(c * c) / 8
      }
    }
    let (start, rate) = (slice.evaluate().loss, 4.0)
    slice.descend(steps: 1500, rate: rate)
    #expect(slice.evaluate().loss < 0.01 * start)
    func sides(_ values: [Double]) -> [[Double]] { RelationalLossTests.vectors(values, images: 8) }
    let (own, other) = (sides(slice.values.features[0]), sides(slice.values.teacherFeatures[0]))
    func worst(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
    if rule.distance > 0 {
      #expect(
        worst(RelationalLossTests.distances(own), RelationalLossTests.distances(other)) < 0.15)
    }
    if rule.angle > 0 {
      #expect(worst(RelationalLossTests.cosines(own), RelationalLossTests.cosines(other)) < 0.3)
    }
  }

  @Test("gives equal vectors no gradient, and moves the others")
  func equalVectors() {
    let pair = FeaturePair(map(1, 1, 3), map(1, 1, 3))
    var slice = LossCase(RelationalLoss(.features(pair)), pair, images: 4)
    for c in 0..<3 { slice.values.features[0][3 + c] = slice.values.features[0][c] }
    let result = slice.evaluate()
    #expect(result.isFinite && !result.isStill)
    let expected = RelationalLossTests.plain(
      slice.values.features[0], slice.values.teacherFeatures[0], images: 4, RelationalRule())
    #expect(abs(result.loss - expected) < 1e-5)
  }
}
