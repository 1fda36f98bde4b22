import RandomStreams
import Testing

@testable import Datasets

@Suite("a division by class")
struct StratifiedDivisionTests {
  private func definition(
    validation: Int? = nil, test: Int? = nil, seed: UInt64 = 0
  ) -> DatasetDefinition {
    DatasetDefinition(
      source: .arrays(
        train: .init(images: "a", labels: "b"),
        test: test == nil ? .init(images: "c", labels: "d") : nil, classes: nil),
      validationCount: validation, testCount: test, splitSeed: seed)
  }

  private func counts(_ indices: [Int]?, _ labels: [Int]) -> [Int] {
    ClassCounts.counts((indices ?? []).map { labels[$0] }, classes: (labels.max() ?? 0) + 1)
  }

  @Test("gives every split the classes in the same proportions, to the image")
  func proportions() throws {
    var stream = RandomStream(seed: 1, purpose: "labels")
    let sizes = [500, 300, 100, 60, 40]
    var labels = sizes.indices.flatMap { [Int](repeating: $0, count: sizes[$0]) }
    labels.shuffleInPlace(&stream)
    let split = try SplitAssignment(
      labels: labels, classes: 5, definition: definition(validation: 100, test: 200))
    #expect(counts(split.test, labels) == [100, 60, 20, 12, 8])
    #expect(counts(split.validation, labels) == [50, 30, 10, 6, 4])
    #expect(counts(split.training, labels) == [350, 210, 70, 42, 28])
    let all = split.training + (split.validation ?? []) + (split.test ?? [])
    #expect(all.sorted() == Array(0..<1000))
    #expect(split.training == split.training.sorted())
  }

  @Test("leaves every class an image to train on, whatever is asked for")
  func rareClasses() throws {
    var stream = RandomStream(seed: 2, purpose: "rare classes")
    for round in 0..<200 {
      let classes = 2 + stream.integer(below: 8)
      let sizes = (0..<classes).map { _ in 1 + stream.integer(below: stream.integer(below: 40) + 1)
      }
      var labels = sizes.indices.flatMap { [Int](repeating: $0, count: sizes[$0]) }
      labels.shuffleInPlace(&stream)
      let most = labels.count - classes
      guard most >= 2 else { continue }
      let test = 1 + stream.integer(below: most - 1)
      let validation = 1 + stream.integer(below: most - test)
      let split = try SplitAssignment(
        labels: labels, classes: classes,
        definition: definition(validation: validation, test: test, seed: UInt64(round)))
      #expect(split.test?.count == test && split.validation?.count == validation)
      #expect(counts(split.training, labels).allSatisfy { $0 > 0 })
    }
  }

  @Test("depends on the seed alone, and every image may be set aside")
  func seeds() throws {
    let labels = (0..<60).map { $0 % 4 }
    var seen: Set<Int> = []
    for seed in 0..<60 {
      let definition = definition(validation: 6, seed: UInt64(seed))
      let split = try SplitAssignment(labels: labels, classes: 4, definition: definition)
      #expect(
        try split == SplitAssignment(labels: labels, classes: 4, definition: definition))
      seen.formUnion(split.validation ?? [])
    }
    #expect(seen.count == 60)
  }

  @Test("keeps images of an unknown class for training")
  func unlabeled() throws {
    let labels = (0..<40).map { $0 < 20 ? -1 : $0 % 2 }
    for method in [SplitMethod.stratified, .random] {
      let split = try SplitAssignment(
        labels: labels, classes: 2, definition: definition(validation: 4, test: 6), method: method)
      #expect(split.training.count == 30 && Set(split.training).isSuperset(of: 0..<20))
      #expect(counts(split.validation, labels).reduce(0, +) == 4)
    }
    // The default is a share of those whose class is known.
    #expect(
      try SplitAssignment(labels: labels, classes: 2, definition: definition(test: 6))
        .validation?.count == 1)
  }

  @Test("shares are in proportion, by the largest remainders")
  func shares() {
    #expect(StratifiedDivision.shares(of: 10, by: [50, 30, 20], sparing: 1) == [5, 3, 2])
    #expect(StratifiedDivision.shares(of: 3, by: [10, 10, 10], sparing: 1) == [1, 1, 1])
    // 2.5, 2.5, 5: of equal remainders the first.
    #expect(StratifiedDivision.shares(of: 10, by: [25, 25, 50], sparing: 1) == [3, 2, 5])
    #expect(StratifiedDivision.shares(of: 3, by: [1, 1, 4], sparing: 1) == [0, 0, 3])
    #expect(StratifiedDivision.shares(of: 0, by: [3, 3], sparing: 1) == [0, 0])
  }
}
