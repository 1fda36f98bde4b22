/// How many images are set aside from the training files.
struct SetAside: Equatable {
  /// 0 where there are test files.
  let test: Int
  /// 0 where there are validation files.
  let validation: Int

  var total: Int { test + validation }

  private static let defaultValidation = 5000

  /// - Parameter imageCount: The images whose class is known.
  /// - Throws: `DatasetError.invalidField` if nothing is left to train on.
  init(imageCount: Int, definition: DatasetDefinition) throws {
    test = definition.testCount ?? 0
    validation =
      definition.source.hasValidationFiles
      ? 0
      : definition.validationCount
        ?? max(1, min(Self.defaultValidation, (imageCount - test) / 11))
    // Subtracting avoids the overflow that absurd counts would give.
    guard test < imageCount, validation < imageCount - test else {
      throw SetAside.tooMany(
        test < imageCount ? ("validation_count", validation) : ("test_count", test),
        expected: "fewer, so that some of the \(imageCount) training images remain to train on")
    }
  }

  static func tooMany(_ field: (name: String, value: Int), expected: String) -> DatasetError {
    .invalidField(field: "data.\(field.name)", found: "\(field.value)", expected: expected)
  }
}
