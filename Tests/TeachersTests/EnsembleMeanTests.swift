import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("how the teachers of an ensemble are made one")
struct EnsembleMeanTests {
  private func rule(
    _ weighting: EnsembleRule.Weighting, _ average: EnsembleRule.Average = .probabilities
  )
    -> EnsembleRule
  {
    var rule = EnsembleRule()
    (rule.weighting, rule.average) = (weighting, average)
    return rule
  }

  /// The probabilities that a mean gives an image.
  private func answer(_ mean: EnsembleMean, _ rows: [[Float]]) -> [Double] {
    var logits = [Float](repeating: .nan, count: rows[0].count)
    mean.write(rows) { logits[$0] = $1 }
    let powers = logits.map { exp(Double($0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  private func softmax(_ row: [Float]) -> [Double] {
    let powers = row.map { exp(Double($0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  private let rows: [[Float]] = [[2, 0.5, -1], [-0.3, 0.1, 0.4]]

  @Test("by the weights alone it is the mean that it always was, bit for bit")
  func fixed() {
    let (old, new) = (
      ProbabilityMean([0.7, 0.3], classes: 3), EnsembleMean([0.7, 0.3], classes: 3)
    )
    var (first, second) = ([Float](repeating: 0, count: 3), [Float](repeating: 0, count: 3))
    old.write(rows) { first[$0] = $1 }
    new.write(rows) { second[$0] = $1 }
    #expect(first == second)
    #expect("\(new)" == "\(old)")
  }

  @Test("of logits it is the geometric mean of probabilities, whatever is added to the logits")
  func logits() {
    let mean = EnsembleMean([0.7, 0.3], classes: 3, rule: rule(.fixed, .logits))
    let (p, q) = (softmax(rows[0]), softmax(rows[1]))
    let powers: [Double] = zip(p, q).map { pow($0, 0.7) * pow($1, 0.3) }
    let expected = powers.map { $0 / powers.reduce(0, +) }
    for moved in [rows, [rows[0].map { $0 + 5 }, rows[1]]] {
      for (a, b) in zip(answer(mean, moved), expected) { #expect(abs(a - b) < 1e-6) }
    }
  }

  @Test("by confidence the surer one counts more, image by image")
  func confidence() {
    let mean = EnsembleMean([0.5, 0.5], classes: 3, rule: rule(.confidence))
    func confidence(_ p: [Double]) -> Double {
      1 - p.reduce(0) { $0 - $1 * log($1) } / log(3) + 1e-3
    }
    let (p, q) = (softmax(rows[0]), softmax(rows[1]))
    let share = confidence(p) / (confidence(p) + confidence(q))
    #expect(share > 0.9)
    for (k, value) in answer(mean, rows).enumerated() {
      let expected: Double = share * p[k] + (1 - share) * q[k]
      #expect(abs(value - expected) < 1e-6)
    }
    // One that is sure and wrong-headed, one that knows nothing: the sure one decides. Two that know nothing are heard.
    let sure = answer(mean, [[0, 0, 0], [0, 30, 0]])
    #expect(sure[1] > 0.99)
    #expect(answer(mean, [[0, 0, 0], [0, 0, 0]]).allSatisfy { abs($0 - 1.0 / 3) < 1e-6 })
  }

  @Test("by competence each counts where it is right of what it names")
  func competence() {
    // Names class 0 twice, once rightly, and class 1 twice, both rightly.
    let answers: [Float] = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    let competence = EnsembleMean.competence(answers: answers, labels: [0, 2, 1, 1], classes: 3)
    let third: Double = 1.0 / 3
    #expect(competence == [0.4, 0.6, third])
    let mean = EnsembleMean(
      [0.5, 0.5], classes: 3, rule: rule(.competence),
      competence: [[0.9, 0.1, 0.5], [0.2, 0.4, 0.6]])
    // The first names class 0, where it is good, the second class 2.
    let (p, q) = (softmax(rows[0]), softmax(rows[1]))
    for (k, value) in answer(mean, rows).enumerated() {
      let expected: Double = (0.9 * p[k] + 0.6 * q[k]) / 1.5
      #expect(abs(value - expected) < 1e-6)
    }
  }

  @Test("is stated next to the list, and makes another teacher")
  func stated() throws {
    let study = try SmallStudy()
    for (name, seed) in [("a.npy", UInt64(5)), ("b.npy", 6)] {
      try NPYFile.write(
        NumericArray(shape: [120, 3], SmallStudy.logits(120, seed: seed)),
        to: study.folder.file(name))
    }
    func logits(_ name: String) -> String {
      "{\"logits\": {\"train\": \"\(name)\", \"kind\": \"logits\"}}"
    }
    let list = "[\(logits("a.npy")), \(logits("b.npy"))]"
    let plain = try study.teacher(list)
    let same = try study.teacher("{\"members\": \(list)}")
    #expect(try plain.identity() == same.identity())
    var identities = [try plain.identity()]
    for weighting in ["confidence", "competence"] {
      let teacher = try study.teacher("{\"members\": \(list), \"weighting\": \"\(weighting)\"}")
      identities.append(try teacher.identity())
      let (own, other) = (
        try #require(try teacher.answers(on: .training, .quiet)),
        try #require(try plain.answers(on: .training, .quiet))
      )
      #expect(own.logits != other.logits && own.logits.allSatisfy(\.isFinite))
    }
    #expect(Set(identities).count == 3)
    let competent = try study.teacher("{\"members\": \(list), \"weighting\": \"competence\"}")
    #expect(competent.obstacleToAsking?.contains("competence") == true)
    expectError(["teacher.weighting: got \"best\"", "\"confidence\""]) {
      _ = try study.teacher("{\"members\": \(list), \"weighting\": \"best\"}")
    }
    expectError(["teacher.members: got", "at least one"]) {
      _ = try study.teacher("{\"members\": []}")
    }
  }
}
