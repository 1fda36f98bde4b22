import Datasets
import Distillation

/// Images that a teacher is asked about.
struct TeacherQuestion {
  var split: DatasetSplit
  /// How they are augmented; nil: not at all.
  var view: AugmentedView?

  /// What answers depend on beyond the teacher and the images: equal texts are equal views.
  func viewIdentity(_ reader: BatchReader) -> String {
    guard let view else { return "" }
    let (drawing, dataset) = (reader.drawing, reader.dataset)
    return view.identity
      + (drawing == (dataset.height, dataset.width) ? "" : TeacherQuestion.drawn(for: drawing))
  }

  /// Returns the part of an identity that says for which size of images a view's changes are drawn.
  static func drawn(for size: (height: Int, width: Int)) -> String {
    " drawn for \(size.height)x\(size.width)"
  }

  /// The beginning of the names of files that are about it.
  var prefix: String { view.map { "view-\($0.index)-" } ?? "\(split.rawValue)-" }
  var description: String {
    (view.map { "view \($0.index) of " } ?? "") + "the \(split) split"
  }
}
