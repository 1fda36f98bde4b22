import Foundation

/// A measured latency so far from the expected one that its unit, or what ran, is in doubt.
public struct LatencyQuestion: Hashable, Sendable {
  public let measuredMilliseconds: Double
  public let expectedMilliseconds: Double

  /// Devices and profiles may be off by two or three times; by ten they are hardly the same.
  private static let factor = 10.0

  /// - Returns: Nil where the two are within ten times of each other.
  public init?(measuredMilliseconds: Double, expectedMilliseconds: Double) {
    let ratio = measuredMilliseconds / expectedMilliseconds
    guard !(ratio < LatencyQuestion.factor && ratio > 1 / LatencyQuestion.factor) else {
      return nil
    }
    (self.measuredMilliseconds, self.expectedMilliseconds) =
      (measuredMilliseconds, expectedMilliseconds)
  }
}

extension LatencyQuestion: CustomStringConvertible {
  public var description: String {
    let isLonger = measuredMilliseconds > expectedMilliseconds
    let ratio =
      isLonger
      ? measuredMilliseconds / expectedMilliseconds : expectedMilliseconds / measuredMilliseconds
    return String(
      format:
        "%.4g ms where %.3g ms were expected, %.0f times as %@: is it this model's, and in ms?",
      measuredMilliseconds, expectedMilliseconds, ratio, isLonger ? "long" : "short")
  }
}
