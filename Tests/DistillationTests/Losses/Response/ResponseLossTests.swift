import Foundation
import TensorKernels
import TestSupport
import Testing

@testable import Distillation

/// A loss on logits with the numbers of a recipe, next to its definition.
struct ResponseCase: Sendable, CustomTestStringConvertible {
  let rule: any LossRule
  /// Summed over the images of a slice.
  let reference: @Sendable (ResponseSlice) -> Double

  init(_ rule: any LossRule, _ reference: @escaping @Sendable (ResponseSlice) -> Double) {
    (self.rule, self.reference) = (rule, reference)
  }

  var testDescription: String { "\(type(of: rule).kind) \(rule.identity)" }

  /// Whether a student that is the teacher has nothing to learn.
  var comparesWithTeacher: Bool { type(of: rule).reads == .logits }

  static let all: [ResponseCase] = [
    ResponseCase(divergence(4)) { $0.divergence(temperature: 4) },
    ResponseCase(divergence(0.5)) { $0.divergence(temperature: 0.5) },
    ResponseCase(divergence(.annealed(from: 8, to: 2))) {
      $0.divergence(temperature: 8 - 6 * $0.progress)
    },
    ResponseCase(divergence(.perSample(base: 2))) { slice in
      slice.sum { z, t in
        ResponseSlice(student: [z], teacher: [t])
          .divergence(temperature: max(1, 2 * sqrt(plainCovariance(t, t))))
      }
    },
    ResponseCase(divergence(2, isStandardized: true)) {
      $0.standardized.divergence(temperature: 2)
    },
    ResponseCase(jensenShannon(1)) { $0.jensenShannon(temperature: 1) },
    ResponseCase(jensenShannon(3, isStandardized: true)) {
      $0.standardized.jensenShannon(temperature: 3)
    },
    ResponseCase(LogitErrorRule()) { slice in
      slice.sum { z, t in plainMean(zip(z, t).map { ($0 - $1) * ($0 - $1) }) }
    },
    ResponseCase(logitError { $0.isCentered = true }) { slice in
      slice.sum { z, t in
        let difference = zip(z, t).map { $0 - $1 }
        return plainCovariance(difference, difference)
      }
    },
    ResponseCase(logitError { $0.isStandardized = true }) { slice in
      slice.standardized.sum { z, t in plainMean(zip(z, t).map { ($0 - $1) * ($0 - $1) }) }
    },
    ResponseCase(DecoupledRule()) { $0.decoupled(target: 1, other: 8, temperature: 4) },
    ResponseCase(decoupled(3, 0.5, Softening(temperature: 1.5, isStandardized: true))) {
      $0.standardized.decoupled(target: 3, other: 0.5, temperature: 1.5)
    },
    ResponseCase(DistRule()) { $0.correlation(inter: 1, intra: 1, temperature: 1) },
    ResponseCase(correlation(0.5, 2, 3)) { $0.correlation(inter: 0.5, intra: 2, temperature: 3) },
    ResponseCase(RankRule()) { $0.rank(sample: 1, category: 1, softness: 0.25) },
    ResponseCase(rank(0.5, 2, 0.75)) { $0.rank(sample: 0.5, category: 2, softness: 0.75) },
    ResponseCase(ConfidencePenaltyRule()) { slice in
      slice.sum { z, _ in -plainEntropy(plainSoftmax(z)) }
    },
  ]

  static func divergence(_ policy: TemperaturePolicy, isStandardized: Bool = false)
    -> DivergenceRule
  {
    var rule = DivergenceRule()
    rule.softening = Softening(temperature: policy, isStandardized: isStandardized)
    return rule
  }

  static func jensenShannon(
    _ policy: TemperaturePolicy, isStandardized: Bool = false
  ) -> JensenShannonRule {
    var rule = JensenShannonRule()
    rule.softening = Softening(temperature: policy, isStandardized: isStandardized)
    return rule
  }

  static func logitError(_ change: (inout LogitErrorRule) -> Void) -> LogitErrorRule {
    var rule = LogitErrorRule()
    change(&rule)
    return rule
  }

  static func decoupled(_ target: Double, _ other: Double, _ softening: Softening) -> DecoupledRule
  {
    var rule = DecoupledRule()
    (rule.targetWeight, rule.otherWeight, rule.softening) = (target, other, softening)
    return rule
  }

  static func correlation(
    _ inter: Double, _ intra: Double, _ temperature: TemperaturePolicy = 1
  ) -> DistRule {
    var rule = DistRule()
    (rule.interWeight, rule.intraWeight, rule.temperature) = (inter, intra, temperature)
    return rule
  }

  static func rank(_ sample: Double, _ category: Double, _ softness: Double = 0.25) -> RankRule {
    var rule = RankRule()
    (rule.sampleWeight, rule.categoryWeight, rule.softness) = (sample, category, softness)
    return rule
  }
}

extension ResponseSlice {
  /// With both networks' logits standardised.
  var standardized: ResponseSlice {
    var slice = self
    slice.student = student.map { plainStandardized($0) }
    slice.teacher = teacher.map { plainStandardized($0) }
    return slice
  }
}

@Suite("every loss on logits")
struct ResponseLossTests {
  /// Expects a loss and its gradient to be those of its definition.
  private func expectDefinition(
    _ test: ResponseCase, _ slice: ResponseSlice, batch: Int = 11,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try slice.evaluate(test.rule, batch: batch)
    let expected = test.reference(slice)
    #expect(
      abs(result.loss - expected) < 1e-7 * max(1, abs(expected)), sourceLocation: sourceLocation)
    for n in 0..<slice.images {
      for c in 0..<slice.classes {
        func moved(_ step: Double) -> Double {
          var slice = slice
          slice.student[n][c] += step
          return test.reference(slice)
        }
        // Errors of about 1e-9 from rounding and from curvature; the result is rounded to a float.
        let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5 / Double(batch)
        let gradient = result.gradient[n][c]
        #expect(
          abs(gradient - slope) < 1e-7 + 1e-6 * abs(slope), "image \(n), class \(c)",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test("and its gradient are those of its definition", arguments: ResponseCase.all)
  func definition(test: ResponseCase) throws {
    var slice = ResponseSlice(images: 8, classes: 5)
    slice.progress = 0.75
    try expectDefinition(test, slice)
  }

  @Test("is right for one image, and for two classes", arguments: ResponseCase.all)
  func small(test: ResponseCase) throws {
    try expectDefinition(test, ResponseSlice(images: 1, classes: 6))
    try expectDefinition(test, ResponseSlice(images: 6, classes: 2, spread: 1))
  }

  @Test("is right where the teacher is sure of one class", arguments: ResponseCase.all)
  func sureTeacher(test: ResponseCase) throws {
    var slice = ResponseSlice(images: 4, classes: 5, spread: 1)
    for n in 0..<slice.images { slice.teacher[n][n] += 40 }
    try expectDefinition(test, slice)
  }

  @Test(
    "is 0, and so is its gradient, where the student is the teacher",
    arguments: ResponseCase.all.filter(\.comparesWithTeacher))
  func agreement(test: ResponseCase) throws {
    var slice = ResponseSlice(images: 6, classes: 5)
    slice.student = slice.teacher
    let result = try slice.evaluate(test.rule)
    #expect(abs(result.loss) < 1e-7)
    #expect(result.gradient.joined().allSatisfy { abs($0) < 1e-6 })
  }

  @Test("does not depend on what is added to all logits of an image", arguments: ResponseCase.all)
  func offsets(test: ResponseCase) throws {
    // Errors of plain logits are the exception.
    if let rule = test.rule as? LogitErrorRule, rule == LogitErrorRule() { return }
    let slice = ResponseSlice(images: 6, classes: 5)
    let result = try slice.evaluate(test.rule)
    for row in result.gradient { #expect(abs(row.reduce(0, +)) < 1e-6) }
  }

  @Test(
    "stays finite for logits as large as ±10,000, and for equal ones", arguments: ResponseCase.all)
  func extremes(test: ResponseCase) throws {
    let huge: [Double] = [10_000, -10_000, 0, 5, -10_000]
    let equal = [Double](repeating: 3, count: 5)
    let pairs = [(huge, Array(huge.reversed())), (huge, equal), (equal, huge), (equal, equal)]
    for (z, t) in pairs {
      for images in [1, 4] {
        let slice = ResponseSlice(
          student: [[Double]](repeating: z, count: images),
          teacher: [[Double]](repeating: t, count: images))
        let result = try slice.evaluate(test.rule)
        #expect(result.loss.isFinite, "\(z) and \(t)")
        #expect(result.gradient.joined().allSatisfy { $0.isFinite }, "\(z) and \(t)")
      }
    }
  }

  @Test("reads labels only where its kind says so", arguments: ResponseCase.all)
  func labels(test: ResponseCase) throws {
    let slice = ResponseSlice(images: 6, classes: 5)
    var other = slice
    other.labels = slice.labels.map { _ in 4 }
    let (one, two) = (try slice.evaluate(test.rule), try other.evaluate(test.rule))
    #expect((one.gradient == two.gradient) == !(test.rule is DecoupledRule))
  }
}

@Suite("losses on logits in JSON")
struct ResponseReadingTests {
  private func rule(_ kind: any LossRule.Type, _ json: String) throws -> any LossRule {
    try kind.init(try recipeField(json).members(of: "a loss", known: kind.keys))
  }

  @Test("have their usual numbers where nothing is said, and take what is said")
  func fields() throws {
    #expect(try rule(DivergenceRule.self, "{}") as? DivergenceRule == DivergenceRule())
    #expect(
      try rule(DivergenceRule.self, "{\"standardize\": true}") as? DivergenceRule
        == ResponseCase.divergence(2, isStandardized: true))
    #expect(
      try rule(
        JensenShannonRule.self, "{\"temperature\": {\"from\": 8, \"to\": 1}, \"standardize\": true}"
      )
        as? JensenShannonRule
        == ResponseCase.jensenShannon(.annealed(from: 8, to: 1), isStandardized: true))
    #expect(
      try rule(LogitErrorRule.self, "{\"center\": true}") as? LogitErrorRule
        == ResponseCase.logitError { $0.isCentered = true })
    #expect(
      try rule(
        DecoupledRule.self, "{\"target_weight\": 2, \"other_weight\": 0, \"temperature\": 3}")
        as? DecoupledRule == ResponseCase.decoupled(2, 0, Softening(temperature: 3)))
    #expect(
      try rule(
        DistRule.self,
        "{\"inter_weight\": 0.5, \"intra_weight\": 2, \"temperature\": \"per_sample\"}")
        as? DistRule == ResponseCase.correlation(0.5, 2, .perSample(base: 2)))
    #expect(
      try rule(RankRule.self, "{\"sample_weight\": 0, \"category_weight\": 3, \"softness\": 1}")
        as? RankRule == ResponseCase.rank(0, 3, 1))
  }

  @Test("refuse what makes no sense, with the field")
  func refusals() {
    expectError(["full.temperature: got \"per_sample\"", "\"standardize\""]) {
      _ = try rule(DivergenceRule.self, "{\"temperature\": \"per_sample\", \"standardize\": true}")
    }
    expectError(["full.center: got true", "\"standardize\""]) {
      _ = try rule(LogitErrorRule.self, "{\"center\": true, \"standardize\": true}")
    }
    expectError(["full.other_weight: got -1, expected a number from 0"]) {
      _ = try rule(DecoupledRule.self, "{\"other_weight\": -1}")
    }
    expectError(["full.softness: got 0, expected a number from 0.01 to 10"]) {
      _ = try rule(RankRule.self, "{\"softness\": 0}")
    }
    expectError(["full.temperature: got an unknown key"]) {
      _ = try rule(LogitErrorRule.self, "{\"temperature\": 2}")
    }
  }

  @Test("are all compared with their definitions")
  func everyKind() {
    let kinds = LossTable.rules.filter { $0.reads != .features }.map { $0.kind }
    #expect(Set(kinds) == Set(ResponseCase.all.map { type(of: $0.rule).kind }))
  }

  @Test("have identities that tell them apart")
  func identities() {
    let identities = ResponseCase.all.map(\.testDescription)
    #expect(Set(identities).count == identities.count)
  }
}
