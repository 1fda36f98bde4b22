import FileFormats

/// How the final students are tested on corrupted images.
public struct RobustnessSettings: Hashable, Sendable {
  /// The images of the test split that are drawn for it; all of them if there are no more.
  public var images: Int

  /// In a study that does not say anything.
  public static let defaults = RobustnessSettings(images: 1000)

  /// Reads `true`, `false` (nil: no test) or `{"images": 1000}`.
  static func read(_ field: JSONField?) throws(JSONError) -> RobustnessSettings? {
    guard let field else { return .defaults }
    switch field.value {
    case .flag(let isWanted): return isWanted ? .defaults : nil
    case .object:
      let members = try field.members(of: "the test on corrupted images", known: ["images"])
      return RobustnessSettings(
        images: try members.required("images").integer(in: 1...10_000_000))
    default: throw field.expected("true, false or {\"images\": a number}")
    }
  }
}
