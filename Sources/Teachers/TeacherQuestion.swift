import Datasets
import Distillation

/// Images that a teacher is asked about.
struct TeacherQuestion {
  var split: DatasetSplit
  /// How they are augmented; nil: not at all.
  var view: AugmentedView?

  /// The beginning of the names of files that are about it.
  var prefix: String { view.map { "view-\($0.index)-" } ?? "\(split.rawValue)-" }
  var description: String {
    (view.map { "view \($0.index) of " } ?? "") + "the \(split) split"
  }

  /// Fills a batch with some of the images, as students see them.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[range.count, H, W, C]`; overwritten.
  ///   - labels: Classes, `[range.count]`; overwritten.
  func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>, range: Range<Int>,
    reader: BatchReader
  ) {
    if let view {
      view.fill(output, labels: labels, range: range, split: split, reader: reader)
    } else {
      reader.fill(output, labels: labels, range: range, split: split)
    }
  }
}
