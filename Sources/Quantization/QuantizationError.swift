/// A model that cannot be quantised, or images that say nothing about it.
public struct QuantizationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What it is about: a tensor or operator as messages name it, or "calibration".
  public let subject: String
  public let reason: String

  public init(subject: String, reason: String) {
    (self.subject, self.reason) = (subject, reason)
  }

  public var description: String { "\(subject): \(reason)" }
}
