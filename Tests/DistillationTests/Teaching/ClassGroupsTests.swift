import Foundation
import NeuralNetworks
import RandomStreams
import TestSupport
import Testing

@testable import Distillation

@Suite("groups of classes")
struct ClassGroupsTests {
  /// Logits of images whose class is taken for some other ones: `likeness[a]` are the classes that look like a.
  private func affinity(_ likeness: [[Int]], classes: Int) -> ClassAffinity {
    var logits: [Float] = []
    for label in 0..<classes {
      for other in likeness[label] {
        logits += (0..<classes).map { $0 == label ? 8 : $0 == other ? 6 : 0 }
      }
    }
    return ClassAffinity(logits: logits, classes: classes)
  }

  private func inner(_ groups: [[Int]], _ affinity: ClassAffinity) -> Double {
    var sum = 0.0
    for group in groups {
      for a in group { for b in group where b > a { sum += affinity[a, b] } }
    }
    return sum
  }

  @Test("have the mean of the products of a teacher's probabilities")
  func definition() {
    let logits = normalFloats(15, "affinity", scale: 2)
    let affinity = ClassAffinity(logits: logits, classes: 3)
    for a in 0..<3 {
      for b in 0..<3 {
        let products = (0..<5).map { n in
          let row = plainSoftmax(logits[3 * n..<3 * n + 3].map(Double.init))
          return row[a] * row[b]
        }
        #expect(abs(affinity[a, b] - plainMean(products)) < 1e-12)
      }
    }
  }

  @Test("put together what is mixed up, in groups of nearly one size")
  func together() {
    // 0, 2, 4, 6 are worn above, 5, 7, 9 below, and 1, 3, 8 are like nothing.
    let likeness = [[2, 6], [3], [4, 6], [1], [2, 6], [7, 9], [0, 4], [5, 9], [8], [5, 7]]
    let affinity = affinity(likeness, classes: 10)
    let two = ClassGroups(of: affinity, count: 2).groups
    #expect(two.map(\.count) == [5, 5])
    #expect(two[0].filter { [0, 2, 4, 6].contains($0) } == [0, 2, 4, 6])
    #expect(two[1].filter { [5, 7, 9].contains($0) } == [5, 7, 9])
    let three = ClassGroups(of: affinity, count: 3).groups
    #expect(three.map(\.count).sorted() == [3, 3, 4])
    #expect(three.flatMap { $0 }.sorted() == Array(0..<10))
    let triples = self.affinity(
      (0..<9).map { label in [0, 3, 6].map { $0 + label % 3 }.filter { $0 != label } }, classes: 9)
    #expect(
      ClassGroups(of: triples, count: 3).groups == [[0, 3, 6], [1, 4, 7], [2, 5, 8]])
  }

  @Test("are the best of all ways to halve six classes", arguments: 0..<20)
  func best(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed), purpose: "affinity of chance")
    let affinity = ClassAffinity(
      logits: (0..<120).map { _ in Float(3 * stream.normal()) }, classes: 6)
    let groups = ClassGroups(of: affinity, count: 2).groups
    var values: [Double] = []
    for mask in 0..<64 where mask.nonzeroBitCount == 3 {
      let first = (0..<6).filter { mask >> $0 & 1 == 1 }
      values.append(inner([first, (0..<6).filter { !first.contains($0) }], affinity))
    }
    let found = inner(groups, affinity)
    // Any other halving is one exchange away.
    #expect(abs(found - (values.max() ?? 0)) < 1e-9, "\(found) of \(values.sorted())")
  }

  @Test("are the classes in their order where nothing is like anything, up to one for each")
  func nothing() {
    let affinity = ClassAffinity(logits: [Float](repeating: 0, count: 4), classes: 4)
    #expect(ClassGroups(of: affinity, count: 2).groups == [[0, 1], [2, 3]])
    #expect(ClassGroups(of: affinity, count: 4).groups == [[0], [1], [2], [3]])
  }

  @Test("are the same whether the teacher's answers are cached or it is asked")
  func signals() throws {
    let folder = try TemporaryFolder()
    let reader = try StripedImages.reader()
    let model = try SmallTeacher.model()
    let cached = TeacherSignal.cached(try SmallTeacher.targets(in: folder))
    let all = ClassAffinity(logits: model.logits(of: .training, reader: reader), classes: 3)
    #expect(cached.classAffinity(reader: reader) == all)
    #expect(TeacherSignal.live(model).classAffinity(reader: reader) == all)
    // Of 240 images every fourth.
    let some = cached.classAffinity(reader: reader, limit: 60)
    let logits = model.logits(of: .training, reader: reader)
    let chosen = (0..<60).flatMap { logits[12 * $0..<12 * $0 + 3] }
    #expect(some == ClassAffinity(logits: Array(chosen), classes: 3))
  }
}
