import Datasets
import FileFormats

/// The standardisation that a given teacher was trained with, where it is not that of the training split.
struct OwnStandardization: Hashable, Sendable {
  /// Of each channel, of pixels 0…1.
  var mean: [Double]
  var deviation: [Double]

  static let keys = ["mean", "deviation"]

  /// Reads `"mean"` and `"deviation"`, a number for each channel; nil where both are missing.
  ///
  /// - Throws: `JSONError` naming the field.
  init?(_ members: JSONMembers) throws(JSONError) {
    guard members["mean"] != nil || members["deviation"] != nil else { return nil }
    mean = try members.required("mean").elements(of: "numbers, one for each channel")
      .map { element throws(JSONError) in try element.number(in: -.infinity...(.infinity)) }
    deviation = try members.required("deviation").elements(of: "numbers, one for each channel")
      .map { element throws(JSONError) in try element.positive(of: "pixel values") }
  }

  /// Checks that there is a number for each channel.
  ///
  /// - Parameter place: The path of the teacher in `study.json`.
  /// - Throws: `JSONError`.
  func check(channels: Int, file: String, place: String) throws(JSONError) {
    for (name, values) in [("mean", mean), ("deviation", deviation)] where values.count != channels
    {
      throw .invalid(
        file: file, field: "\(place).\(name)", value: "\(values.count) numbers",
        expected: "\(channels), one for each channel of the images")
    }
  }

  /// On one line: equal texts are equal standardisations.
  var identity: String { "mean=\(mean) deviation=\(deviation)" }
}
