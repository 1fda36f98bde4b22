import FileFormats
import TensorKernels

extension TemperaturePolicy {
  private static let range = 0.1...100.0

  /// Reads a temperature: `4`, `{"from": 8, "to": 1}`, `"per_sample"`, or `{"per_sample": 2}` with its base.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  public init(_ field: JSONField) throws(JSONError) {
    switch field.value {
    case .integer, .number: self = .constant(Float(try field.number(in: TemperaturePolicy.range)))
    case .text("per_sample"): self = .perSample(base: TemperaturePolicy.usualBase)
    case .object:
      let members = try field.members(
        of: "a temperature", known: ["from", "to", "per_sample"])
      func read(_ field: JSONField) throws(JSONError) -> Float {
        Float(try field.number(in: TemperaturePolicy.range))
      }
      guard let base = members["per_sample"] else {
        self = .annealed(
          from: try read(members.required("from")), to: try read(members.required("to")))
        return
      }
      if let other = members["from"] ?? members["to"] {
        throw other.expected("no such field beside \"per_sample\"")
      }
      self = .perSample(base: try read(base))
    default:
      throw field.expected(
        "a number from 0.1 to 100, an object such as {\"from\": 8, \"to\": 1}, or \"per_sample\"")
    }
  }
}
