import Datasets
import Distillation
import Foundation
import TestSupport
import Testing

@testable import Teachers

@Suite("what speaks against a teacher")
struct TeacherDoubtsTests {
  /// What is thought of a teacher that says a class of each image of the training files.
  private func doubts(
    _ study: SmallStudy, _ predicted: (_ row: Int) -> Int
  ) throws -> TeacherDoubts {
    let dataset = study.reader.dataset
    let order = try dataset.sourceOrder(of: .training).indices
    let logits = order.flatMap { row in
      (0..<3).map { Float($0 == predicted(row) ? 2 : 0) }
    }
    return try TeacherDoubts(
      confusion: ConfusionCounts(
        labels: order.map { study.labels[$0] }, predicted: order.map(predicted)),
      logits: logits, dataset: dataset)
  }

  @Test("is nothing where it is right")
  func right() throws {
    let study = try SmallStudy()
    let doubts = try doubts(study) { $0 % 10 == 0 ? 0 : study.labels[$0] }
    #expect(doubts.refusal == nil && doubts.suspicions.isEmpty && doubts.accuracy > 0.9)
  }

  @Test("is that its classes look swapped: with names, and where it is of use nevertheless")
  func swapped() throws {
    let study = try SmallStudy(names: SmallStudy.names)
    let all = try doubts(study) { (study.labels[$0] + 1) % 3 }
    let refusal = try #require(all.refusal)
    for part in [
      "right on only 0.0 %", "classes look swapped (100.0 % would be right)",
      "its class 1 (dog) is mostly labelled 0 (cat)",
    ] {
      #expect(refusal.contains(part), "\(refusal)")
    }
    // Two of the classes, now and then.
    let some = try doubts(study) {
      let label = study.labels[$0]
      return label > 0 && $0 % 10 < 7 ? 3 - label : label
    }
    if some.refusal == nil { #expect(some.suspicions.count == 1) }
    let text = some.refusal ?? some.suspicions[0]
    #expect(text.contains("its class 2 (eel) is mostly labelled 1 (dog)"), "\(text)")
  }

  @Test(
    "is that it knows no other images than those it learnt, or fewer of the students' than of others"
  )
  func others() throws {
    let study = try SmallStudy()
    func validation(_ correct: Int) -> Evaluation {
      Evaluation(count: 300, correct: correct, negativeLogLikelihood: 1)
    }
    let right = try doubts(study) { study.labels[$0] }
    let refusal = try #require(right.refusal(validation: validation(60)))
    for part in ["on only 20.0 % of the validation images", "100.0 % of the training images"] {
      #expect(refusal.contains(part), "\(refusal)")
    }
    // Hardly worse than naming the most frequent class may be chance.
    #expect(right.refusal(validation: validation(125)) == nil)
    #expect(right.refusal(validation: validation(290)) == nil)
    let half = try doubts(study) { $0 % 2 == 0 ? study.labels[$0] : (study.labels[$0] + 1) % 3 }
    let text = try #require(half.estrangement(validation: validation(290)))
    #expect(text.contains("look at the augmentation"), "\(text)")
    #expect(half.estrangement(validation: validation(155)) == nil)
    #expect(right.estrangement(validation: validation(290)) == nil)
  }

  @Test("is that its rows look shifted, either way", arguments: [1, -3])
  func shifted(by shift: Int) throws {
    let study = try SmallStudy()
    let doubts = try doubts(study) { row in
      study.labels.indices.contains(row + shift) ? study.labels[row + shift] : 0
    }
    let refusal = try #require(doubts.refusal)
    #expect(refusal.contains("rows look shifted: "), "\(refusal)")
    #expect(
      refusal.contains(shift > 0 ? "1 places later in the files" : "3 places earlier in the files"),
      "\(refusal)")
  }

  @Test("is that naming the most frequent class is as good")
  func frequent() throws {
    // Nine images of ten are of one class.
    let labels = (0..<100).map { $0 % 10 == 0 ? 1 : 0 }
    let dataset = try SmallStudy().reader.dataset
    func doubts(_ predicted: [Int]) throws -> TeacherDoubts {
      try TeacherDoubts(
        confusion: ConfusionCounts(labels: labels, predicted: predicted),
        logits: [Float](repeating: 0, count: 3 * dataset.count(.training)), dataset: dataset)
    }
    let refusal = try #require(try doubts([Int](repeating: 0, count: 100)).refusal)
    #expect(refusal.contains("naming the most frequent class gives 90.0 %"), "\(refusal)")
    #expect(try doubts(labels).refusal == nil)
  }

  @Test("is few right answers that are no chance, remarked and no reason to refuse it")
  func weak() throws {
    let labels = (0..<999).map { $0 % 3 }
    // Right on 45 %, and wrong in no direction more than in others.
    let predicted = labels.enumerated().map { index, label in
      index % 20 < 9 ? label : (label + 1 + index / 20 % 2) % 3
    }
    let dataset = try SmallStudy().reader.dataset
    let doubts = try TeacherDoubts(
      confusion: ConfusionCounts(labels: labels, predicted: predicted),
      logits: [Float](repeating: 0, count: 3 * dataset.count(.training)), dataset: dataset)
    #expect(doubts.refusal == nil && doubts.suspicions.count == 1)
    #expect(doubts.suspicions.first?.contains("more than chance, but little") == true)
  }

  @Test("is a validation accuracy that is far below that on the training images")
  func overfitted() throws {
    let study = try SmallStudy()
    let doubts = try doubts(study) { study.labels[$0] }
    func overfitting(_ correct: Int, of count: Int) -> String? {
      doubts.overfitting(
        validation: Evaluation(count: count, correct: correct, negativeLogLikelihood: 1))
    }
    #expect(overfitting(800, of: 1000)?.contains("80.0 % of the validation images") == true)
    #expect(overfitting(970, of: 1000) == nil)
    #expect(overfitting(18, of: 20) == nil)
  }
}
