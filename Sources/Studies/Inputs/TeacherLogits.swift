import Datasets
import Distillation
import FileFormats
import Foundation

/// The teacher's logits on the splits that students are judged on, in files next to its weights: computed once,
/// read by whoever compares a student with the teacher.
struct TeacherLogits {
  private let folder: StudyFolder
  private let dataset: PreparedDataset

  init(_ inputs: StudyInputs) { self.init(in: inputs.folder, of: inputs.dataset) }

  init(in folder: StudyFolder, of dataset: PreparedDataset) {
    (self.folder, self.dataset) = (folder, dataset)
  }

  /// Keeps logits, `[count, classes]`, in the order of the split.
  ///
  /// - Throws: `FileFormatError` if they cannot be written.
  func keep(_ logits: [Float], of split: DatasetSplit) throws {
    try SoftTargets.write(logits, to: path(of: split))
  }

  /// Returns logits, `[count, classes]`, in the order of the split; nil if they are not there or of other
  /// data.
  func known(of split: DatasetSplit) -> [Float]? {
    let bytes = 4 * dataset.count(split) * dataset.classes
    return (try? MappedFile(path(of: split), expectedBytes: bytes))?.withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
  }

  /// Lets go of what another teacher has said.
  func forget() {
    for split in [DatasetSplit.validation, .test] {
      try? FileManager.default.removeItem(atPath: path(of: split))
    }
  }

  private func path(of split: DatasetSplit) -> String {
    switch split {
    case .training: folder.softTargets
    case .validation: folder.teacherValidationLogits
    case .test: folder.teacherTestLogits
    }
  }
}
