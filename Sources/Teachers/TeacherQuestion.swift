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
}
