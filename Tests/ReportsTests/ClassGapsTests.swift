import Distillation
import Testing

@testable import Reports

@Suite("gaps by class")
struct ClassGapsTests {
  /// Images of each class in their order; those beyond `right` are taken for the next class.
  private func confusion(right: [Int], of count: Int) -> ConfusionCounts {
    let labels = right.indices.flatMap { [Int](repeating: $0, count: count) }
    let predicted = right.indices.flatMap { label in
      (0..<count).map { $0 < right[label] ? label : (label + 1) % right.count }
    }
    return ConfusionCounts(labels: labels, predicted: predicted)
  }

  @Test(
    "are found where they are large, and no more often than chance explains where there are none")
  func large() {
    let gaps = ClassGaps(
      students: [confusion(right: [60, 50, 90], of: 100)],
      teacher: confusion(right: [90, 50, 92], of: 100))
    #expect(gaps.classes.map(\.label) == [0, 1, 2])
    #expect(gaps.classes.map(\.isBeyondChance) == [true, false, false])
    #expect(abs(gaps.classes[0].value + 0.3) < 1e-12)
    #expect(gaps.classes[0].interval.upperBound < 0 && gaps.classes[1].interval.contains(0))
    // z = 0.3 / √(0.75 · 0.25 · 2 / 100) = 4.899, two-sided 9.6e-7, times three classes.
    #expect(abs(gaps.classes[0].pValue - 3 * 9.634e-7) < 1e-8)
    #expect(gaps.classes[1].pValue == 1)
  }

  @Test("are corrected for the number of classes: what one test would find, one of forty does not")
  func corrected() {
    func gaps(classes: Int) -> ClassGaps {
      let same = [Int](repeating: 80, count: classes - 1)
      return ClassGaps(
        students: [confusion(right: [80] + same, of: 100)],
        teacher: confusion(right: [92] + same, of: 100))
    }
    #expect(gaps(classes: 2).classes[0].isBeyondChance)
    #expect(!gaps(classes: 40).classes[0].isBeyondChance)
  }

  @Test("are means over the student's trainings")
  func trainings() {
    let gaps = ClassGaps(
      students: [confusion(right: [60, 80], of: 100), confusion(right: [80, 80], of: 100)],
      teacher: confusion(right: [70, 80], of: 100))
    #expect(gaps.runs == 2 && gaps.classes.allSatisfy { abs($0.value) < 1e-12 })
  }
}
