import Datasets
import Distillation
import Foundation

/// What the labels say of a teacher's answers on the training split: whether they are those of a teacher at all,
/// and what looks wrong with them.
package struct TeacherDoubts {
  /// The share of the images whose label has the largest logit, through the students' batches.
  package let accuracy: Double
  /// Why the teacher is of no use; nil if it is.
  package let refusal: String?
  /// What people should look at, each in words.
  package let suspicions: [String]
  /// The larger of what chance and naming the most frequent class are right on, 0…1.
  private let blindAccuracy: Double

  /// Gains of accuracy below this may be chance.
  private static let clearGain = 0.1
  /// How far rows are looked at before and after their own.
  private static let farthestShift = 10
  private static let namedPairs = 4

  /// - Parameters:
  ///   - confusion: Of labels and largest logits, through the students' batches.
  ///   - logits: `[count, classes]`, in the order of the training split.
  /// - Throws: `FileFormatError` if it is not known where the images stand in the user's files.
  package init(
    confusion: ConfusionCounts, logits: [Float], dataset: PreparedDataset
  ) throws {
    let count = Double(confusion.count)
    let accuracy = Double(confusion.correct) / count
    let chance = 1 / Double(dataset.classes)
    let majority = Double(confusion.classes.map(\.count).max() ?? 0) / count
    let blind = max(majority, chance)
    let needed = max(majority, chance + min(chance, (1 - chance) / 4))
    // More right answers than this are not chance.
    let beyondChance = blind + 3 * (blind * (1 - blind) / count).squareRoot()
    var suspicions: [String] = []
    func isClear(_ other: Double) -> Bool {
      other > accuracy + TeacherDoubts.clearGain && other > needed
    }
    let swap = ClassSwap(confusion)
    if isClear(swap.accuracy) {
      suspicions.append(
        swap.description(names: dataset.classNames, count: TeacherDoubts.namedPairs))
    }
    // Without a clear loss somewhere there is nothing to look for.
    if accuracy < 1 - TeacherDoubts.clearGain {
      let rows = try SourceRows(logits, dataset)
      let shifts = (1...TeacherDoubts.farthestShift).flatMap { [$0, -$0] }
      let best = shifts.map { (shift: $0, accuracy: rows.accuracy(shiftedBy: $0)) }
        .max { $0.accuracy < $1.accuracy }
      if let best, isClear(best.accuracy) {
        suspicions.append(
          String(
            format:
              "rows look shifted: %.1f %% of the answers are right for the image %d %@ in the "
              + "files", 100 * best.accuracy, abs(best.shift),
            best.shift > 0 ? "places later" : "places earlier"))
      }
    }
    self.accuracy = accuracy
    blindAccuracy = blind
    guard accuracy <= needed else {
      (refusal, self.suspicions) = (nil, suspicions)
      return
    }
    let frequent =
      majority > chance + 0.001
      ? String(format: ", naming the most frequent class gives %.1f %%", 100 * majority) : ""
    let weakness =
      String(
        format: "the teacher is right on only %.1f %% of the training images as the students' "
          + "batches give them (chance is %.1f %%", 100 * accuracy, 100 * chance)
      + "\(frequent))"
    // A teacher that knows a little is one, unless something explains why it does not know more.
    if accuracy > beyondChance, suspicions.isEmpty {
      refusal = nil
      self.suspicions = [weakness + ", which is more than chance, but little"]
      return
    }
    self.suspicions = suspicions
    refusal =
      weakness + ": what it says does not fit these data or classes"
      + (suspicions.isEmpty ? "" : "; " + suspicions.joined(separator: "; "))
  }

  /// Returns why a teacher is of no use that the training images let pass: it says nothing of others; nil if it does.
  package func refusal(validation: Evaluation) -> String? {
    guard validation.interval.upperBound < blindAccuracy else { return nil }
    return String(
      format:
        "the teacher is right on only %.1f %% of the validation images, where naming one class "
        + "for all gives %.1f %%, and on %.1f %% of the training images: it has learnt these by heart "
        + "and can teach nothing of others", 100 * validation.accuracy, 100 * blindAccuracy,
      100 * accuracy)
  }

  /// Returns what to think of an accuracy through the students' batches that is far below that on images as they
  /// are; nil where it is not.
  ///
  /// Only for batches whose labels are right and whose images are not mixed.
  package func estrangement(validation: Evaluation) -> String? {
    let loss = validation.accuracy - accuracy
    guard loss > 0.05, loss > 4 * validation.standardError else { return nil }
    return String(
      format:
        "the students' batches may show the teacher images that it does not know: it is right on "
        + "%.1f %% of them, but on %.1f %% of the validation images as they are; look at the "
        + "augmentation, and at training images that it has not learnt", 100 * accuracy,
      100 * validation.accuracy)
  }

  /// Returns what to think of an accuracy on the validation split that is far below that on the training split;
  /// nil where it is not.
  package func overfitting(validation: Evaluation) -> String? {
    let loss = accuracy - validation.accuracy
    guard loss > 0.05, loss > 4 * validation.standardError else { return nil }
    return String(
      format:
        "the teacher may be overfitted: it is right on %.1f %% of the training images, but on "
        + "%.1f %% of the validation images", 100 * accuracy, 100 * validation.accuracy)
  }
}
