import Foundation
import Testing

@testable import Distillation

@Suite("a confusion matrix without its zeros")
struct ConfusionCountsTests {
  private let counts = ConfusionCounts(
    labels: [0, 0, 0, 1, 1, 4, 4, 4], predicted: [0, 4, 4, 1, 0, 4, 4, 1])

  @Test("counts pairs in their order")
  func pairs() {
    #expect(
      counts.entries.map { [$0.label, $0.predicted, $0.count] }
        == [[0, 0, 1], [0, 4, 2], [1, 0, 1], [1, 1, 1], [4, 1, 1], [4, 4, 2]])
    #expect((counts.count, counts.correct) == (8, 4))
  }

  @Test("knows recall, precision and the most frequent confusions")
  func classes() {
    let classes = counts.classes
    #expect(classes.map(\.label) == [0, 1, 4] && classes.map(\.count) == [3, 2, 3])
    let (recall, precision): ([Double?], [Double?]) = ([1.0 / 3, 0.5, 2.0 / 3], [0.5, 0.5, 0.5])
    #expect(classes.map(\.recall) == recall && classes.map(\.precision) == precision)
    #expect(
      counts.confusions.map { [$0.label, $0.predicted, $0.count] }
        == [[0, 4, 2], [1, 0, 1], [4, 1, 1]])
  }

  @Test("weighs errors by the distance of the classes' numbers")
  func weighted() throws {
    // Found: 2·16 + 1 + 9 = 42 of 8. By chance: Σ t(i)·p(j)·(i − j)² / 8 with t = 3, 2, 3 and p = 2, 2, 4
    // of the classes 0, 1, 4: (3·2·1 + 3·4·16 + 2·2·1 + 2·4·9 + 3·2·16 + 3·2·9) / 8 = 424 / 8.
    let kappa = try #require(counts.weightedKappa)
    #expect(abs(kappa - (1 - 42.0 / (424.0 / 8))) < 1e-15)
  }

  @Test("is a list of triples in JSON and comes back from it")
  func json() throws {
    let data = try JSONEncoder().encode(counts)
    #expect(
      String(decoding: data, as: UTF8.self) == "[[0,0,1],[0,4,2],[1,0,1],[1,1,1],[4,1,1],[4,4,2]]")
    #expect(try JSONDecoder().decode(ConfusionCounts.self, from: data) == counts)
  }

  @Test(
    "refuses what is no list of triples",
    arguments: ["[]", "[[0,1]]", "[[0,0,0]]", "[[-1,0,2]]", "[[0,-1,2]]"])
  func damaged(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ConfusionCounts.self, from: Data(text.utf8))
    }
  }
}

@Suite("a bit for each image")
struct ImageBitsTests {
  @Test("stands at its place, the least significant first")
  func order() throws {
    let flags = (0..<11).map { [0, 3, 8, 10].contains($0) }
    let bits = ImageBits(flags)
    #expect(Array(bits.bytes) == [0b0000_1001, 0b0000_0101])
    #expect((0..<11).map { bits[$0] } == flags)
    #expect(bits.setCount == 4)
  }

  @Test("is base64 in JSON and comes back from it")
  func json() throws {
    let bits = ImageBits((0..<20).map { $0 % 3 == 0 })
    let data = try JSONEncoder().encode([bits])
    #expect(String(decoding: data, as: UTF8.self) == "[\"SZIE\"]")
    #expect(try JSONDecoder().decode([ImageBits].self, from: data) == [bits])
  }
}

@Suite("what a model makes of a split")
struct SplitOutcomeTests {
  @Test("agrees with its evaluation", arguments: [true, false])
  func evaluation(hasTeacher: Bool) throws {
    let reader = try StripedImages.reader()
    let logits = try SmallTeacher.model().logits(of: .test, reader: reader)
    let evaluation = Evaluation(logits: logits, split: .test, dataset: reader.dataset)
    let outcome = SplitOutcome(
      logits: logits, split: .test, dataset: reader.dataset, teacher: hasTeacher ? logits : nil)
    #expect(outcome.correctImages.setCount == evaluation.correct)
    #expect(outcome.metrics.confusion.correct == evaluation.correct)
    #expect(outcome.metrics.confusion.count == evaluation.count)
    #expect((outcome.metrics.teacher != nil) == hasTeacher)
    let data = try JSONEncoder().encode(outcome)
    #expect(try JSONDecoder().decode(SplitOutcome.self, from: data) == outcome)
  }
}
