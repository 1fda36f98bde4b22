import Datasets
import Distillation
import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("several teachers together")
struct EnsembleTeacherTests {
  private static let network = NetworkTeacherTests.network
  private static let recipe = NetworkTeacherTests.recipe

  @Test("say the logarithm of the weighted mean of their probabilities")
  func mean() throws {
    let study = try SmallStudy()
    let (a, b) = (SmallStudy.logits(120), SmallStudy.logits(120, seed: 6))
    for (name, logits) in [("a.npy", a), ("b.npy", b)] {
      try NPYFile.write(
        NumericArray(shape: [120, 3], logits), to: study.folder.file(name))
    }
    func member(_ name: String) -> String {
      "\"logits\": {\"train\": \"\(name)\", \"kind\": \"logits\"}"
    }
    let teacher = try study.teacher("[{\(member("a.npy")), \"weight\": 3}, {\(member("b.npy"))}]")
    for split in DatasetSplit.allCases {
      let answers = try #require(try teacher.answers(on: split, .quiet))
      let (first, second) = (try study.rows(a, of: split), try study.rows(b, of: split))
      let expected = zip(probabilities(first), probabilities(second)).map { 0.75 * $0 + 0.25 * $1 }
      for (logit, p) in zip(answers.logits, expected) {
        #expect(abs(exp(Double(logit)) - p) < 1e-6)
      }
      #expect(answers.members == (split == .training ? [] : [first, second]))
    }
    #expect(
      try teacher.costs() == nil && teacher.obstacleToAsking?.contains("teacher[0].logits") == true)
    let equal = try study.teacher("[{\(member("a.npy"))}, {\(member("b.npy"))}]")
    #expect(try equal.identity() != teacher.identity())
    // Only the ratio of the weights counts.
    let doubled = try study.teacher(
      "[{\(member("a.npy")), \"weight\": 6}, {\(member("b.npy")), \"weight\": 2}]")
    #expect(try doubled.identity() == teacher.identity())
  }

  @Test("lose no probability, however small")
  func small() {
    let mean = ProbabilityMean([0.5, 0.5], classes: 2)
    var output: [Float] = [0, 0]
    mean.write([[200, -200], [180, -220]] as [[Float]]) { output[$0] = $1 }
    #expect(abs(output[0]) < 1e-6 && output[1] == -400)
  }

  @Test("of the same network start from different seeds, and can be asked about any image")
  func live() throws {
    let study = try SmallStudy()
    let text = "{\(Self.network), \(Self.recipe)}"
    let teacher = try study.teacher("[\(text), \(text)]")
    try teacher.prepare(.quiet)
    let one = try #require(try study.teacher(text).costs())
    #expect(
      try teacher.costs() == TeacherCosts(macs: 2 * one.macs, parameters: 2 * one.parameters))
    #expect(teacher.keptFiles.count == 2)
    let hashes = try teacher.keptFiles.map { try ContentHash.hexadecimal(ofFile: $0) }
    #expect(hashes[0] != hashes[1])
    let answers = try #require(try teacher.answers(on: .validation, .quiet))
    #expect(answers.members[0] != answers.members[1])
    #expect(
      try teacher.live().logits(of: .validation, reader: study.reader, threads: 3) == answers.logits
    )
    // The first of them is the one that would stand alone.
    let alone = try study.teacher(text)
    try alone.prepare(.quiet)
    #expect(try alone.answers(on: .validation, .quiet)?.logits == answers.members[0])
    #expect(teacher.obstacleToAsking == nil)
  }

  @Test("do not say what one of them does not know")
  func unknown() throws {
    let study = try SmallStudy(hasTestFiles: true)
    try NPYFile.write(
      NumericArray(shape: [120, 3], SmallStudy.logits(120)), to: study.folder.file("t.npy"))
    let json = """
      [{\(Self.network), \(Self.recipe)}, {"logits": {"train": "t.npy", "kind": "logits"}}]
      """
    let teacher = try study.teacher(json)
    try teacher.prepare(.quiet)
    #expect(try teacher.answers(on: .test, .quiet) == nil)
    #expect(try teacher.answers(on: .validation, .quiet) != nil)
    #expect(
      try study.definition(json).obstacleToTesting(on: study.reader.dataset.definition)
        == "teacher[1].logits has no \"test\"")
  }
}
