import RandomStreams
import Testing

@testable import Datasets

@Suite("a division by group")
struct GroupedDivisionTests {
  private func definition(
    validation: Int, test: Int?, seed: UInt64 = 0
  ) -> DatasetDefinition {
    DatasetDefinition(
      source: .arrays(
        train: .init(images: "a", labels: "b"),
        test: test == nil ? .init(images: "c", labels: "d") : nil, classes: nil, groups: "g"),
      validationCount: validation, testCount: test, splitSeed: seed)
  }

  private func divide(
    _ labels: [Int], _ groups: [Int], classes: Int, validation: Int, test: Int?, seed: UInt64 = 0
  ) throws -> SplitAssignment {
    try SplitAssignment(
      labels: labels, classes: classes, groups: ImageGroups(groups),
      definition: definition(validation: validation, test: test, seed: seed))
  }

  private func groups(_ indices: [Int]?, _ groups: [Int]) -> Set<Int> {
    Set((indices ?? []).map { groups[$0] })
  }

  @Test("has no group on two sides, near the sizes and the classes that are due")
  func balance() throws {
    var stream = RandomStream(seed: 1, purpose: "groups")
    for seed in 0..<20 {
      // 120 patients with 1 to 20 images, each mostly of one of four classes, the last of them rare.
      var (labels, patients): ([Int], [Int]) = ([], [])
      for patient in 0..<120 {
        let kind = [0, 0, 0, 1, 1, 2, 2, 3][stream.integer(below: 8)]
        for _ in 0..<1 + stream.integer(below: 20) {
          labels.append(stream.integer(below: 5) == 0 ? stream.integer(below: 4) : kind)
          patients.append(patient)
        }
      }
      let (validation, test) = (labels.count / 10, labels.count / 5)
      let split = try divide(
        labels, patients, classes: 4, validation: validation, test: test, seed: UInt64(seed))
      let parts = [split.training, split.validation ?? [], split.test ?? []]
      #expect(parts.flatMap(\.self).sorted() == Array(labels.indices))
      let owners = parts.map { groups($0, patients) }
      #expect(owners.reduce(0) { $0 + $1.count } == 120)
      for (part, wanted) in zip(parts.dropFirst(), [validation, test]) {
        #expect(abs(part.count - wanted) <= max(3, wanted / 12), "\(part.count) of \(wanted)")
        let share = Double(wanted) / Double(labels.count)
        for label in 0..<4 {
          let due = share * Double(labels.count { $0 == label })
          let found = part.count { labels[$0] == label }
          #expect(abs(Double(found) - due) < 4 + due / 6, "class \(label): \(found) of \(due)")
        }
      }
    }
  }

  @Test("depends on the seed alone")
  func seeds() throws {
    let labels = (0..<90).map { $0 % 2 }
    let patients = (0..<90).map { $0 / 3 }
    func split(_ seed: UInt64) throws -> SplitAssignment {
      try divide(labels, patients, classes: 2, validation: 9, test: 18, seed: seed)
    }
    #expect(try split(1) == split(1))
    #expect(try split(1) != split(2))
  }

  @Test("gives every split a group and every class one to train on, as long as there are enough")
  func fewGroups() throws {
    // Three groups of one image each, far from what is asked for.
    let split = try divide([0, 0, 0], [5, 6, 7], classes: 1, validation: 1, test: 1)
    #expect(split.validation?.count == 1 && split.test?.count == 1)
    // A class whose images are all in one group is trained on.
    let labels = [0, 0, 0, 0, 0, 0, 1, 1]
    for seed in 0..<10 {
      let split = try divide(
        labels, [0, 0, 1, 1, 2, 2, 3, 3], classes: 2, validation: 2, test: 2, seed: UInt64(seed))
      #expect(Set(split.training).isSuperset(of: [6, 7]))
      #expect(split.validation?.isEmpty == false && split.test?.isEmpty == false)
    }
    expectError("data.groups", "2 groups", "at least 3") {
      _ = try divide([0, 1, 0, 1], [1, 1, 2, 2], classes: 2, validation: 1, test: 1)
    }
    expectError("data.groups", "no group can be spared") {
      _ = try divide([0, 1, 2], [1, 2, 3], classes: 3, validation: 1, test: 1)
    }
  }

  @Test("leaves out images of an unknown class whose group is judged")
  func unlabeled() throws {
    let patients = (0..<60).map { $0 / 6 }
    let labels = (0..<60).map { $0 % 6 == 5 ? -1 : $0 % 2 }
    let split = try divide(labels, patients, classes: 2, validation: 5, test: 10)
    let judged = groups(split.validation, patients).union(groups(split.test, patients))
    #expect(split.leftOut.count == judged.count)
    #expect(groups(split.leftOut, patients) == judged)
    #expect(judged.isDisjoint(with: groups(split.training, patients)))
    #expect(split.training.count { labels[$0] < 0 } == 10 - judged.count)
    let all = split.training + split.leftOut + (split.validation ?? []) + (split.test ?? [])
    #expect(all.sorted() == Array(0..<60))
  }
}
