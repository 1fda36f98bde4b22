import FileFormats
import TensorKernels

/// How logits are made comparable before a loss compares them: `"temperature"` and `"standardize"`.
public struct Softening: Hashable, Sendable {
  public var temperature: TemperaturePolicy
  /// Whether each image's logits are standardised first, the student's and the teacher's each by their own mean and
  /// deviation, so that the student need not learn the teacher's scale.
  ///
  /// Source: Sun et al., arXiv:2403.01734.
  public var isStandardized: Bool

  /// Uses T = 4, or 2 of standardised logits, as the authors do.
  public init(temperature: TemperaturePolicy? = nil, isStandardized: Bool = false) {
    self.temperature = temperature ?? (isStandardized ? 2 : 4)
    self.isStandardized = isStandardized
  }

  static let keys = ["temperature", "standardize"]

  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers) throws(JSONError) {
    let isStandardized = try members["standardize"]?.flag() ?? false
    var temperature: TemperaturePolicy?
    if let field = members["temperature"] {
      let policy = try TemperaturePolicy(field)
      if isStandardized, case .perSample = policy {
        throw field.expected(
          "no \"per_sample\" with \"standardize\", which divides by each image's spread already")
      }
      temperature = policy
    }
    self.init(temperature: temperature, isStandardized: isStandardized)
  }

  var identity: String { isStandardized ? "\(temperature),standardized" : "\(temperature)" }
}
