import Foundation
import NeuralNetworks
import Testing

@testable import Distillation

@Suite("a maximum mean discrepancy of channels")
struct DiscrepancyLossTests {
  static let rules = [
    DiscrepancyRule(kernel: .linear), DiscrepancyRule(kernel: .polynomial),
    DiscrepancyRule(kernel: .polynomial, degree: 3),
    DiscrepancyRule(kernel: .gaussian, variance: 0.5),
  ]
  static let pairs = [
    FeaturePair(map(3, 3, 5), map(3, 3, 7)), FeaturePair(map(4, 4, 18), map(2, 3, 3)),
    FeaturePair(map(2, 3, 4), map(4, 6, 17)),
  ]

  /// The channels' maps of one image, each of length 1.
  private static func maps(_ values: [Double], channels: Int) -> [[Double]] {
    (0..<channels).map { c in
      let own = stride(from: c, to: values.count, by: channels).map { values[$0] }
      let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm == 0 ? own : own.map { $0 / norm }
    }
  }

  private static func kernel(_ rule: DiscrepancyRule, _ a: [Double], _ b: [Double]) -> Double {
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    switch rule.kernel {
    case .linear: return product
    case .polynomial: return pow(product, Double(rule.degree))
    case .gaussian:
      let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return exp(-distance / (2 * rule.variance))
    }
  }

  /// Of one image whose two sides have as many positions.
  private static func plain(
    _ rule: DiscrepancyRule, _ student: [[Double]], _ teacher: [[Double]]
  ) -> Double {
    func mean(_ left: [[Double]], _ right: [[Double]]) -> Double {
      var sum = 0.0
      for a in left { for b in right { sum += kernel(rule, a, b) } }
      return sum / Double(left.count * right.count)
    }
    return mean(student, student) + mean(teacher, teacher) - 2 * mean(student, teacher)
  }

  @Test(
    "and its gradients are those of its definition in double precision", arguments: rules, pairs)
  func definition(rule: DiscrepancyRule, pair: FeaturePair) throws {
    var slice = LossCase(try DiscrepancyLoss(pair, rule), pair, images: 2)
    slice.batch = 3
    let (own, other) = (pair.studentShape, pair.teacherShape)
    let (height, width) = (min(own.height, other.height), min(own.width, other.width))
    slice.expectDefinition { values in
      (0..<2).reduce(0) { sum, image in
        func side(_ values: [Double], _ shape: TensorShape) -> [[Double]] {
          let start = image * shape.elementCount
          return maps(
            plainResized(
              Array(values[start..<start + shape.elementCount]), shape, height: height,
              width: width), channels: shape.channels)
        }
        return sum
          + plain(rule, side(values.features[0], own), side(values.teacherFeatures[0], other)) / 3
      }
    }
    func maps(_ values: [Double], channels: Int) -> [[Double]] {
      DiscrepancyLossTests.maps(values, channels: channels)
    }
    func plain(_ rule: DiscrepancyRule, _ a: [[Double]], _ b: [[Double]]) -> Double {
      DiscrepancyLossTests.plain(rule, a, b)
    }
  }

  @Test("closes the gap between the student's channels and the teacher's", arguments: rules)
  func effect(rule: DiscrepancyRule) throws {
    let pair = FeaturePair(map(3, 3, 12), map(3, 3, 6))
    var slice = LossCase(try DiscrepancyLoss(pair, rule), images: 1)
    // The student's channels see the left edge, the teacher's the right one, all with some noise.
    func edge(_ column: Int, _ channels: Int, _ purpose: String) -> [Double] {
      normalFloats(9 * channels, purpose, scale: 0.3).enumerated().map { i, noise in
        Double(noise) + (i / channels % 3 == column ? 1 : 0)
      }
    }
    slice.values.features = [edge(0, 12, "left")]
    slice.values.teacherFeatures = [edge(2, 6, "right")]
    // Judged by a kernel that the loss does not use.
    func gap() -> Double {
      DiscrepancyLossTests.plain(
        // An even power does not see a map's sign, nor may its judge.
        rule.kernel == .polynomial && rule.degree == 2
          ? DiscrepancyRule(kernel: .polynomial, degree: 4)
          : DiscrepancyRule(kernel: .gaussian, variance: 2),
        DiscrepancyLossTests.maps(slice.values.features[0], channels: 12),
        DiscrepancyLossTests.maps(slice.values.teacherFeatures[0], channels: 6))
    }
    let (start, before) = (slice.evaluate().loss, gap())
    slice.descend(steps: 1500, rate: 2)
    #expect(slice.evaluate().loss < 0.05 * start && gap() < 0.25 * before)
  }

  @Test("leaves channels alone that are zero, and refuses single positions")
  func edges() throws {
    let pair = FeaturePair(map(2, 2, 3), map(2, 2, 4))
    for rule in DiscrepancyLossTests.rules {
      var slice = LossCase(try DiscrepancyLoss(pair, rule), pair, images: 1)
      for position in 0..<4 { slice.values.features[0][3 * position + 1] = 0 }
      let result = slice.evaluate()
      #expect(result.isFinite)
      #expect((0..<4).allSatisfy { result.features[0][3 * $0 + 1] == 0 })
      #expect((0..<4).contains { result.features[0][3 * $0] != 0 })
    }
    #expect(throws: LossError.self) {
      try DiscrepancyLoss(FeaturePair(map(4, 4, 8), map(1, 1, 8)), DiscrepancyRule())
    }
  }
}
