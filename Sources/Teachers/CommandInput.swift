import Datasets
import FileFormats

/// What images a teacher's program gets: their scale, type and layout.
struct CommandInput: Hashable, Sendable {
  /// Nil for the default, which depends on the data.
  var scale: ImageScale?
  var layout: PixelLayout
  /// Of "standardised"; nil for the training split's own.
  var standardization: OwnStandardization?

  /// Reads `"input"`, `"mean"` and `"deviation"` of a teacher.
  init(_ members: JSONMembers) throws(JSONError) {
    standardization = try OwnStandardization(members)
    layout = .channelsLast
    guard let field = members["input"] else { return }
    let input = try field.members(of: "what images a program gets", known: ["scale", "layout"])
    scale = try input["scale"]?.choice(ImageScale.self)
    if let layout = try input["layout"]?.choice(PixelLayout.self) { self.layout = layout }
    if let given = input["scale"], standardization != nil, scale != .standardised {
      throw given.expected("\"standardised\", where \"mean\" and \"deviation\" are given")
    }
  }

  /// Returns what writes images of a data set.
  ///
  /// - Parameter place: The path of the teacher in `study.json`.
  /// - Throws: `JSONError` naming the field that does not fit the data.
  func encoder(
    for dataset: PreparedDataset, file: String, place: String
  ) throws(JSONError) -> ImageEncoder {
    try standardization?.check(channels: dataset.channels, file: file, place: place)
    let usual: ImageScale = dataset.pixelType == .uint8 ? .bytes : .unit
    let scale = scale ?? (standardization == nil ? usual : .standardised)
    try scale.check(on: dataset, file: file, place: place)
    return ImageEncoder(
      scale: scale, layout: layout, standardization: standardization, dataset: dataset)
  }
}
