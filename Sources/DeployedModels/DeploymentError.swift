/// A layer that no operator of the runtimes expresses.
public struct DeploymentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The layer as messages name it, such as `12.layer norm`.
  public let layer: String
  public let reason: String

  public init(layer: String, reason: String) {
    self.layer = layer
    self.reason = reason
  }

  public var description: String { "\(layer): \(reason)" }
}
