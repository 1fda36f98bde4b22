import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("the labels that are learnt from")
struct TrainingLabelsTests {
  /// 300 images of three classes, 150, 100 and 40 of them, ten of an unknown class; every sixth is set aside.
  private static let labels = (0..<300).map { (image: Int) -> Int in
    image < 150 ? 0 : image < 250 ? 1 : image < 290 ? 2 : -1
  }
  private static let training = (0..<300).filter { $0 % 6 != 0 || labels[$0] < 0 }

  private func learnt(
    _ kept: KeptLabels? = nil, noise: Double? = nil, seed: UInt64 = 0
  ) throws -> TrainingLabels {
    try TrainingLabels(
      Self.labels, training: Self.training, classes: 3,
      definition: DatasetDefinition(
        source: .cifar10(folder: "c"), splitSeed: seed, labels: kept, labelNoise: noise))
  }

  private func counts(_ labels: [Int]) -> [Int] {
    ClassCounts.counts(Self.training.map { labels[$0] }, classes: 3)
  }

  @Test("are those of the files where nothing is asked for")
  func untouched() throws {
    let learnt = try learnt()
    #expect(learnt.labels == Self.labels && learnt.dropped.isEmpty && learnt.facts == nil)
  }

  @Test(
    "are kept by as many images of each class as nearly as the classes allow",
    arguments: [
      (3, [1, 1, 1]), (20, [7, 7, 6]), (90, [30, 30, 30]), (150, [59, 58, 33]),
      (240, [124, 83, 33]),
    ])
  func kept(count: Int, expected: [Int]) throws {
    // 125, 83 and 33 of the three classes are for training.
    #expect(counts(Self.labels) == [125, 83, 33])
    let learnt = try learnt(KeptLabels(count: count))
    #expect(counts(learnt.labels) == expected)
    // What is kept is right, and what is set aside keeps its label.
    for image in Self.labels.indices {
      #expect(learnt.labels[image] == Self.labels[image] || learnt.labels[image] == -1)
      if !Self.training.contains(image) { #expect(learnt.labels[image] == Self.labels[image]) }
    }
    #expect(learnt.dropped.isEmpty)
    #expect(learnt.facts?.keptCount == count && learnt.facts?.hiddenCount == 241 - count)
  }

  @Test("are drawn by the seed, and more of them include fewer")
  func nested() throws {
    func kept(_ count: Int, seed: UInt64 = 0) throws -> Set<Int> {
      let labels = try learnt(KeptLabels(count: count), seed: seed).labels
      return Set(Self.training.filter { labels[$0] >= 0 })
    }
    let few = try kept(20)
    #expect(try kept(20) == few)
    #expect(try kept(20, seed: 1) != few)
    #expect(try few.isSubset(of: kept(60)) && kept(60).isSubset(of: kept(150)))
  }

  @Test("may be all that is left: what has none is dropped, unknown classes included")
  func dropped() throws {
    let learnt = try learnt(KeptLabels(count: 30, others: .dropped))
    #expect(learnt.dropped == Self.training.filter { learnt.labels[$0] < 0 })
    #expect(learnt.dropped.count == 241 - 30 + 10 && learnt.facts?.droppedCount == 221)
  }

  @Test(
    "that are too few or as many as there are anyway are an error that says how many there may be",
    arguments: [2, 241, 1000])
  func wrongCount(count: Int) {
    expectError("data.labels", "found \(count)", "at least 3", "fewer than the 241") {
      _ = try learnt(KeptLabels(count: count))
    }
  }

  @Test(
    "are wrong for exactly the share that is asked for in every class, and never by their own class",
    arguments: [0.1, 0.4, 1])
  func noise(share: Double) throws {
    let learnt = try learnt(noise: share)
    let sizes = [125, 83, 33]
    var wrong = [0, 0, 0]
    var replacements: Set<[Int]> = []
    for image in Self.training where learnt.labels[image] != Self.labels[image] {
      #expect((0..<3).contains(learnt.labels[image]))
      wrong[Self.labels[image]] += 1
      replacements.insert([Self.labels[image], learnt.labels[image]])
    }
    let total = Int((share * 241).rounded())
    #expect(wrong.reduce(0, +) == total && learnt.facts?.noisyCount == total)
    for (wrong, size) in zip(wrong, sizes) {
      #expect(abs(Double(wrong) - share * Double(size)) < 1)
    }
    // Every other class takes its part, where there are more than a few.
    if share >= 0.4 { #expect(replacements.count == 6) }
    for image in Self.labels.indices where !Self.training.contains(image) || Self.labels[image] < 0
    {
      #expect(learnt.labels[image] == Self.labels[image])
    }
    #expect(try self.learnt(noise: share).labels == learnt.labels)
    #expect(try self.learnt(noise: share, seed: 1).labels != learnt.labels)
  }

  @Test("are wrong for a share of those that are kept")
  func fewAndWrong() throws {
    let learnt = try learnt(KeptLabels(count: 60), noise: 0.5)
    let wrong = Self.training.filter {
      learnt.labels[$0] >= 0 && learnt.labels[$0] != Self.labels[$0]
    }
    #expect(wrong.count == 30 && learnt.facts?.noisyCount == 30)
    #expect(Self.training.count { learnt.labels[$0] >= 0 } == 60)
  }
}

@Suite("data sets of few or wrong labels")
struct PreparedLabelsTests {
  private let folder: TemporaryFolder
  private let definition: DatasetDefinition

  init() throws {
    folder = try TemporaryFolder()
    definition = DatasetDefinition(
      source: .arrays(
        train: try folder.writePair("train", count: 60),
        test: try folder.writePair("test", count: 6, offset: 77), classes: nil),
      validationCount: 12)
  }

  private func prepared(_ change: (inout DatasetDefinition) -> Void) throws -> PreparedDataset {
    var definition = definition
    change(&definition)
    return try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: folder.file("prepared"))
  }

  @Test("are other data for learning, and the same for judging")
  func hashes() throws {
    let whole = try prepared { _ in }
    let few = try prepared { $0.labels = KeptLabels(count: 12) }
    #expect(few.unlabeledCount == 36 && few.count(.training) == 48)
    #expect(few.trainingImages(withTeacher: false).count == 12)
    let dropped = try prepared { $0.labels = KeptLabels(count: 12, others: .dropped) }
    #expect(dropped.unlabeledCount == 0 && dropped.count(.training) == 12)
    let noisy = try prepared { $0.labelNoise = 0.25 }
    let all = [whole, few, dropped, noisy]
    #expect(Set(all.map(\.contentHash)).count == 4)
    #expect(Set(all.map(\.validationHash)).count == 1 && Set(all.map(\.testHash)).count == 1)
    for dataset in all { try dataset.verify() }
  }

  @Test("know where their images stand in the files, and what was done to labels")
  func sources() throws {
    let whole = try prepared { _ in }
    let order = try whole.sourceOrder(of: .training).indices
    let labels = Dictionary(
      uniqueKeysWithValues: order.enumerated().map { ($1, whole.label($0, of: .training)) })
    for others in KeptLabels.Others.allCases {
      let dataset = try prepared {
        $0.labels = KeptLabels(count: 12, others: others)
        $0.labelNoise = 0.25
      }
      let own = try dataset.sourceOrder(of: .training).indices
      var wrong = 0
      for (place, row) in own.enumerated() {
        let label = dataset.label(place, of: .training)
        if label >= 0, label != labels[row] { wrong += 1 }
        #expect(label >= 0 || others == .unlabeled)
      }
      #expect(wrong == 3)
      #expect(try dataset.sourceCount(of: .training) == 60)
      let facts = try #require(dataset.summary.labels)
      #expect(facts.keptCount == 12 && facts.hiddenCount == 36 && facts.noisyCount == 3)
      #expect(facts.droppedCount == (others == .dropped ? 36 : 0))
      let told = dataset.summary.warnings.joined(separator: "\n")
      #expect(told.contains("3 of the 12 training labels are wrong on purpose"))
      #expect(told.contains("12 training images keep their label"))
    }
  }

  @Test("are prepared once, and again where what was done to labels is forgotten")
  func reused() throws {
    let first = try prepared { $0.labelNoise = 0.5 }
    let facts = try #require(first.summary.labels)
    #expect(try prepared { $0.labelNoise = 0.5 }.contentHash == first.contentHash)
    try FileManager.default.removeItem(atPath: folder.file("prepared/summary.json"))
    #expect(try prepared { $0.labelNoise = 0.5 }.summary.labels == facts)
  }
}
