import Datasets
import FileFormats

/// What the numbers of the images are that a foreign teacher wants.
enum ImageScale: String, Hashable, Sendable, CaseIterable {
  /// Whole numbers 0…255: the pixels of the user's files.
  case bytes = "0..255"
  /// Bytes divided by 255; floating-point pixels as they are.
  case unit = "0..1"
  /// Less a mean, divided by a deviation, of each channel.
  case standardised

  /// Checks that images of a data set can be had in this scale.
  ///
  /// - Parameter place: The path of the teacher in `study.json`.
  /// - Throws: `JSONError`.
  func check(on dataset: PreparedDataset, file: String, place: String) throws(JSONError) {
    guard self != .bytes || dataset.pixelType == .uint8 else {
      throw .invalid(
        file: file, field: "\(place).input.scale", value: "\"\(rawValue)\"",
        expected:
          "\"0..1\", which gives the floating-point pixels of the data's files as they are, or "
          + "\"standardised\"")
    }
  }
}
