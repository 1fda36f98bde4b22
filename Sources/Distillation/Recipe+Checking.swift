import Datasets
import FileFormats

extension Recipe {
  /// Checks that the recipe fits the data.
  ///
  /// - Parameters:
  ///   - field: Its path in the file.
  ///   - file: For messages.
  /// - Throws: `JSONError` naming the field.
  public func check(on dataset: PreparedDataset, field: String, file: String) throws {
    try DatasetError.naming(file) {
      try augmentation.validate(
        height: dataset.height, width: dataset.width, field: field + ".augmentation")
      for (index, stage) in stages.enumerated() {
        try stage.content.augmentation.validate(
          height: dataset.height, width: dataset.width,
          field: "\(field).stages[\(index)].augmentation")
      }
    }
    try checkLabeledShare(on: dataset, field: field, file: file)
    try Recipe.check(
      batch: batch, field: field + ".batch", count: trainingCount(of: dataset), file: file)
  }

  /// Checks that a batch can be filled.
  ///
  /// - Parameter count: The images that the training learns from.
  /// - Throws: `JSONError` naming the field.
  public static func check(
    batch: Int, field: String, count: Int, file: String
  ) throws(JSONError) {
    guard batch <= count else {
      throw JSONError.invalid(
        file: file, field: field, value: "\(batch)",
        expected: "at most \(count), the number of training images")
    }
  }
}
