import FileFormats
import Foundation
import NeuralNetworks
import Testing

@testable import Distillation

/// A kind of loss that reads features, by its name.
struct FeatureKind: Sendable, CustomTestStringConvertible {
  let rule: any LossRule.Type

  var testDescription: String { rule.kind }

  static let all = LossTable.rules.filter { $0.reads == .features }.map { FeatureKind(rule: $0) }

  /// Reads a rule from its fields.
  func read(_ text: String = "{}") throws -> any LossRule {
    func members(_ type: (some LossRule).Type) throws -> JSONMembers {
      try JSONField(json: Data(text.utf8), file: "a.json").members(of: "a loss", known: type.keys)
    }
    return try rule.init(try members(rule))
  }
}

@Suite("every loss on features")
struct FeatureRulesTests {
  private static let pair = FeaturePair(map(4, 4, 6), map(2, 2, 9))

  private func loss(_ kind: FeatureKind) throws -> any TrainingLoss {
    try kind.read().loss(on: LossSite(classes: 3, features: FeatureRulesTests.pair))
  }

  @Test("has a name and a formula with its paper of its own")
  func table() {
    let kinds = LossTable.rules.map { $0.kind }
    #expect(Set(kinds).count == kinds.count)
    for kind in FeatureKind.all {
      #expect(kind.rule.summary.contains("arXiv:") && !kind.rule.summary.contains("\n"))
    }
  }

  @Test(
    "gives numbers for one image, two, and many, in whatever part of a batch",
    arguments: FeatureKind.all)
  func numbers(kind: FeatureKind) throws {
    for images in [1, 2, 5, 17] {
      var slice = LossCase(try loss(kind), FeatureRulesTests.pair, images: images)
      let whole = slice.evaluate()
      #expect(whole.isFinite && whole.loss >= 0)
      // As half of a batch it counts half, and so do its gradients.
      slice.batch = 2 * images
      let half = slice.evaluate()
      #expect(abs(half.loss - whole.loss / 2) <= 1e-6 * whole.loss)
      for (a, b) in zip(half.features[0] + half.connectors, whole.features[0] + whole.connectors) {
        #expect(abs(a - b / 2) <= 1e-5 * abs(b) + 1e-9)
      }
    }
  }

  @Test(
    "gives numbers where features are zero, constant or the same for all images",
    arguments: FeatureKind.all)
  func edges(kind: FeatureKind) throws {
    let images = 4
    let size = (FeatureRulesTests.pair.studentShape, FeatureRulesTests.pair.teacherShape)
    func constant(_ value: Float, _ shape: TensorShape) -> [Float] {
      [Float](repeating: value, count: images * shape.elementCount)
    }
    func same(_ shape: TensorShape) -> [Float] {
      let image = normalFloats(shape.elementCount, "image")
      return (0..<images).flatMap { _ in image }
    }
    let students = [constant(0, size.0), constant(2, size.0), same(size.0)]
    let teachers = [constant(0, size.1), constant(-3, size.1), same(size.1)]
    for student in students {
      for teacher in teachers {
        let slice = LossCase(
          try loss(kind), images: images, features: [student], teacherFeatures: [teacher])
        #expect(slice.evaluate().isFinite)
      }
    }
  }

  @Test("says the same twice, and starts its connectors by their seed", arguments: FeatureKind.all)
  func repetition(kind: FeatureKind) throws {
    let slice = LossCase(try loss(kind), FeatureRulesTests.pair, images: 6)
    let (first, second) = (slice.evaluate(), slice.evaluate())
    #expect(first.loss == second.loss && first.features == second.features)
    #expect(first.connectors == second.connectors)
    let floats = slice.loss.connectorFloats
    func start(_ seed: UInt64) -> [Double] {
      LossCase(
        slice.loss, images: 1, features: [[0]], teacherFeatures: [[0]], connectorSeed: seed
      ).values.connectors
    }
    #expect(start(1) == start(1) && (floats == 0 || start(1) != start(2)))
  }

  @Test("descends: one small step along its gradient makes it smaller", arguments: FeatureKind.all)
  func descent(kind: FeatureKind) throws {
    var slice = LossCase(try loss(kind), FeatureRulesTests.pair, images: 6)
    let before = slice.evaluate()
    // The adversarial loss is the discriminator's: the student alone makes it larger.
    let sign: Double = kind.rule == AdversarialRule.self ? -1 : 1
    let squares = before.features[0].reduce(0) { $0 + Double($1) * Double($1) }
    for (i, slope) in before.features[0].enumerated() {
      slice.values.features[0][i] -= 0.01 * before.loss / squares * Double(slope)
    }
    let change = slice.evaluate().loss / before.loss - 1
    #expect(sign * change < -0.005 && sign * change > -0.015, "\(change)")
  }

  @Test("has an identity that tells its fields apart, and refuses fields that mean nothing")
  func reading() throws {
    func kind(_ rule: any LossRule.Type) -> FeatureKind { FeatureKind(rule: rule) }
    #expect(try kind(HintRule.self).read().identity == "")
    #expect(try kind(AttentionRule.self).read().identity == "")
    #expect(try kind(SimilarityRule.self).read(#"{"of": "logits"}"#).reads == .logits)
    #expect(try kind(SimilarityRule.self).read().reads == .features)
    for (rule, texts) in [
      (HintRule.self, ["{}", #"{"resize": "interpolate"}"#]),
      (SimilarityRule.self, ["{}", #"{"of": "logits"}"#]),
      (
        DiscrepancyRule.self,
        [
          "{}", #"{"kernel": "linear"}"#, #"{"kernel": "gaussian"}"#, #"{"degree": 3}"#,
          #"{"kernel": "gaussian", "variance": 2}"#, #"{"resize": "interpolate"}"#,
        ]
      ),
      (SlicedWassersteinRule.self, ["{}", #"{"directions": 4}"#, #"{"side": 2}"#]),
      (AdversarialRule.self, ["{}", #"{"hidden": 4}"#, #"{"side": 2}"#, #"{"reversal": 0.5}"#]),
      (RelationalRule.self, ["{}", #"{"angle": 0}"#, #"{"distance": 2}"#, #"{"of": "logits"}"#]),
      (
        CongruenceRule.self,
        ["{}", #"{"kernel": "bilinear"}"#, #"{"gamma": 1}"#, #"{"of": "logits"}"#]
      ),
    ] as [(any LossRule.Type, [String])] {
      let identities = try texts.map { try kind(rule).read($0).identity }
      #expect(Set(identities).count == texts.count, "\(identities)")
    }
    for (rule, text, message) in [
      (
        DiscrepancyRule.self, #"{"degree": 3, "kernel": "linear"}"#,
        #"no "degree" without "kernel": "polynomial""#
      ),
      (
        DiscrepancyRule.self, #"{"variance": 3}"#,
        #"no "variance" without "kernel": "gaussian""#
      ),
      (
        CongruenceRule.self, #"{"kernel": "bilinear", "gamma": 3}"#,
        #"no "gamma" without "kernel": "gaussian""#
      ),
      (
        RelationalRule.self, #"{"distance": 0, "angle": 0}"#,
        "a weight above 0 of distances or of angles"
      ),
      (HintRule.self, #"{"resize": "crop"}"#, "interpolate"),
      (SlicedWassersteinRule.self, #"{"directions": 0}"#, "a whole number from 1 to 1024"),
    ] as [(any LossRule.Type, String, String)] {
      let error = #expect(throws: JSONError.self) { try kind(rule).read(text) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }
}
