/// A bound on a number of a front's students, such as `latency_ms<=2` or `accuracy>=0.9`.
public struct MetricBound: Hashable, Sendable {
  public enum Relation: String, Hashable, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
  }

  public let metric: String
  public let relation: Relation
  public let bound: Double

  public init(_ metric: String, _ relation: Relation, _ bound: Double) {
    (self.metric, self.relation, self.bound) = (metric, relation, bound)
  }

  /// Reads a bound, or the two of a range such as `2<=latency_ms<=5`.
  public static func all(in text: String) throws(MetricBoundError) -> [MetricBound] {
    let parts = text.split(separator: Relation.atMost.rawValue, omittingEmptySubsequences: false)
    if parts.count == 3 {
      let metric = try name(parts[1], text)
      return [
        MetricBound(metric, .atLeast, try number(parts[0], text)),
        MetricBound(metric, .atMost, try number(parts[2], text)),
      ]
    }
    for relation in Relation.allCases {
      let parts = text.split(separator: relation.rawValue, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      return [MetricBound(try name(parts[0], text), relation, try number(parts[1], text))]
    }
    throw MetricBoundError(
      text: text,
      problem: "expected a metric, <= or >=, and a number, such as latency_ms<=2 or accuracy>=0.9")
  }

  private static func name(
    _ part: Substring, _ text: String
  ) throws(MetricBoundError) -> String {
    let name = part.trimmingSpaces
    guard !name.isEmpty, !name.contains(where: { "<>= ".contains($0) }) else {
      throw MetricBoundError(text: text, problem: "'\(name)' is not the name of a metric")
    }
    return name
  }

  private static func number(
    _ part: Substring, _ text: String
  ) throws(MetricBoundError) -> Double {
    let digits = part.trimmingSpaces
    guard let number = Double(digits), number.isFinite else {
      throw MetricBoundError(
        text: text,
        problem: "the bound '\(digits)' is not a number; accuracies are shares, 0.9 and not 90 %")
    }
    return number
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
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
