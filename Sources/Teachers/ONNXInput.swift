import Datasets
import FileFormats

/// What images a graph wants. Nothing of it can be seen in a file, so all of it has to be said.
struct ONNXInput: Hashable, Sendable {
  var layout: PixelLayout
  var scale: ImageScale
  /// The size of the graph's images, where it is not that of the data's.
  var height: Int?
  var width: Int?
  /// Of "standardised"; nil for the training split's own.
  var standardization: OwnStandardization?

  init(_ members: JSONMembers) throws(JSONError) {
    standardization = try OwnStandardization(members)
    let field = try members.required("input")
    let input = try field.members(
      of: "what images the graph wants", known: ["layout", "scale", "size"])
    layout = try input.required("layout").choice(PixelLayout.self)
    scale = try input.required("scale").choice(ImageScale.self)
    if let given = input["scale"], standardization != nil, scale != .standardised {
      throw given.expected("\"standardised\", where \"mean\" and \"deviation\" are given")
    }
    guard let size = input["size"] else { return }
    let sides = try size.elements(of: "a height and a width")
      .map { side throws(JSONError) in try side.integer(in: 1...4096) }
    guard sides.count == 2 else { throw size.expected("a height and a width, such as [224, 224]") }
    (height, width) = (sides[0], sides[1])
  }

  /// On one line: equal texts are equal images.
  var identity: String {
    "\(layout.rawValue)|\(scale.rawValue)|\(height ?? 0)x\(width ?? 0)|\(standardization?.identity ?? "")"
  }

  /// Returns how the graph's images are standardised, as numbers that students' images are mapped to.
  func wanted(of dataset: PreparedDataset) -> Standardization {
    let channels = dataset.channels
    switch scale {
    case .bytes:
      return Standardization(
        mean: Array(repeating: 0, count: channels),
        standardDeviation: Array(repeating: 1 / 255, count: channels))
    case .unit:
      return Standardization(
        mean: Array(repeating: 0, count: channels),
        standardDeviation: Array(repeating: 1, count: channels))
    case .standardised:
      return standardization.map { Standardization(mean: $0.mean, standardDeviation: $0.deviation) }
        ?? dataset.standardization
    }
  }
}
