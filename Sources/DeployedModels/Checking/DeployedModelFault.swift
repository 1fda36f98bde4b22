/// Why a model cannot be run: where, what was found and what was expected.
public struct DeployedModelFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which part of the model is wrong.
  public enum Place: Hashable, Sendable {
    case model
    case tensor(Int)
    case step(Int)
  }

  public let place: Place
  public let found: String
  public let expected: String

  public init(_ place: Place, found: String, expected: String) {
    (self.place, self.found, self.expected) = (place, found, expected)
  }

  public var description: String {
    let location =
      switch place {
      case .model: "model"
      case .tensor(let index): "tensor \(index)"
      case .step(let index): "operator \(index)"
      }
    return "\(location): found \(found), expected \(expected)"
  }
}
