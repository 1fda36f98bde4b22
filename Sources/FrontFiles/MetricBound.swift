import FileFormats

/// A bound on a number of a front's students, such as `latency_ms<=2` or `accuracy>=0.9`.
public struct MetricBound: Hashable, Sendable {
  public let metric: String
  public let relation: BoundRelation
  public let bound: Double

  public init(_ metric: String, _ relation: BoundRelation, _ bound: Double) {
    (self.metric, self.relation, self.bound) = (metric, relation, bound)
  }

  /// Reads a bound, or the two of a range such as `2<=latency_ms<=5`.
  public static func all(in text: String) throws(MetricBoundError) -> [MetricBound] {
    guard let read = BoundText.all(in: text) else {
      throw MetricBoundError(
        text: text,
        problem: "expected a metric, <= or >=, and a number, such as latency_ms<=2 or accuracy>=0.9"
      )
    }
    var bounds: [MetricBound] = []
    for bound in read {
      bounds.append(
        MetricBound(try name(bound.name, text), bound.relation, try number(bound.number, text)))
    }
    return bounds
  }

  private static func name(
    _ name: String, _ text: String
  ) throws(MetricBoundError) -> String {
    guard !name.isEmpty, !name.contains(where: { "<>= ".contains($0) }) else {
      throw MetricBoundError(text: text, problem: "'\(name)' is not the name of a metric")
    }
    return name
  }

  private static func number(
    _ digits: String, _ text: String
  ) throws(MetricBoundError) -> Double {
    guard let number = DecimalNumber.value(of: digits) else {
      throw MetricBoundError(
        text: text,
        problem: "the bound '\(digits)' is not a number; accuracies are shares, 0.9 and not 90 %")
    }
    return number
  }
}

extension MetricBound {
  /// Whether it is a bound on an accuracy that no share of images can reach: one in per cent, by all appearances.
  public var isBeyondShares: Bool {
    metric.split(separator: "_").last == "accuracy" && !(0...1).contains(bound)
  }
}

extension MetricBound: CustomStringConvertible {
  public var description: String {
    "\(metric)\(relation.rawValue)\(Int(exactly: bound).map(String.init) ?? String(bound))"
  }
}

/// A text that is not a bound, or names what a front does not hold.
public struct MetricBoundError: Error, Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public let problem: String

  public init(text: String, problem: String) { (self.text, self.problem) = (text, problem) }

  public var description: String { "'\(text)': \(problem)" }
}
