import Datasets
import Distillation

extension StudyDefinition {
  /// Returns how a training of the student that the definition is for is done; for a look at the test split, how the student was trained.
  func recipe(of training: TrainingName, on dataset: PreparedDataset) -> Recipe {
    switch training.kind {
    case .flash: flash(fraction: training.fraction).compressed(flashSource)
    case .full: training.isBaseline ? full.withoutTeacher(on: dataset) : full
    case .test: full
    }
  }
}
