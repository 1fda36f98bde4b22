import Datasets
import FileFormats
import Foundation
import TestSupport

@testable import Studies

extension TinyStudy {
  /// What the study's teacher says of all images, `[360, 3]`, in the order of the user's file; images of splits
  /// that it has not been asked about have zeros.
  func teacherLogits() throws -> [Float] {
    let dataset = try inputs().dataset
    var logits = [Float](repeating: 0, count: 3 * TinyData.count)
    for (split, name) in [
      (DatasetSplit.training, "logits.raw"), (.validation, "validation-logits.raw"),
      (.test, "test-logits.raw"),
    ] where temporary.has("teacher/\(name)") {
      let values = try temporary.read("teacher/\(name)").withUnsafeBytes {
        Array($0.bindMemory(to: Float.self))
      }
      for (place, row) in try dataset.sourceOrder(of: split).indices.enumerated() {
        logits.replaceSubrange(3 * row..<3 * row + 3, with: values[3 * place..<3 * place + 3])
      }
    }
    return logits
  }

  /// Writes logits as an NPY file in the study's folder.
  func writeLogits(_ logits: [Float], to name: String = "t.npy") throws {
    try NPYFile.write(
      NumericArray(shape: [logits.count / 3, 3], logits), to: temporary.file(name))
  }
}

extension StudyText {
  /// The same study with another teacher.
  func taught(by teacher: String) -> StudyText { setting("teacher", teacher) }

  /// The same study with the logits in `t.npy`.
  var taughtByLogits: StudyText {
    taught(by: "{\"logits\": {\"train\": \"t.npy\", \"kind\": \"logits\"}}")
  }

  static let tinyNetwork = """
    "network": {"stem_channels": 8, "stages": [{"channels": 8}]},
    "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": 0.1}
    """
}
