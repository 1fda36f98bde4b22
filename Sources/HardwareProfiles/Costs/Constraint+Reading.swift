extension Constraint {
  /// Reads a constraint such as `latency_ms<=5` or `macs >= 1e6`.
  public init(_ text: String) throws(ConstraintError) {
    let read = try Constraint.all(in: text)
    guard read.count == 1 else {
      throw ConstraintError(text: text, problem: "expected one bound, not a range")
    }
    self = read[0]
  }

  /// Reads a constraint, or the two of a range such as `2<=latency_ms<=5`: the floor, then the ceiling.
  public static func all(in text: String) throws(ConstraintError) -> [Constraint] {
    let parts = text.split(separator: Relation.atMost.rawValue, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return [try single(text)] }
    let name = trimmed(parts[1])
    let floor = Constraint(
      try metric(name, text), .atLeast, try number(trimmed(parts[0]), text))
    let ceiling = Constraint(floor.metric, .atMost, try number(trimmed(parts[2]), text))
    guard floor.bound <= ceiling.bound else {
      throw ConstraintError(text: text, problem: "the floor is above the ceiling")
    }
    return [floor, ceiling]
  }

  private static func single(_ text: String) throws(ConstraintError) -> Constraint {
    for relation in Relation.allCases {
      guard let sign = text.firstRange(of: relation.rawValue) else { continue }
      let metric = try metric(trimmed(text[..<sign.lowerBound]), text)
      let value = trimmed(text[sign.upperBound...])
      if metric.metric == .missingOperators, relation == .atMost, Double(value) == 0 {
        return Constraint(metric, relation, 0)
      }
      return Constraint(metric, relation, try number(value, text))
    }
    throw ConstraintError(
      text: text,
      problem: "expected a metric, <= or >=, and a number, such as latency_ms<=5, "
        + "or a range such as 2<=latency_ms<=5")
  }

  private static func metric(
    _ name: String, _ text: String
  ) throws(ConstraintError) -> DeviceMetric {
    if name == "accuracy" {
      throw ConstraintError(
        text: text,
        problem: "accuracy is not a cost known before training; make it an objective "
          + "(costs: \(CostMetric.knownNames))")
    }
    do {
      return try DeviceMetric(name: name)
    } catch {
      throw ConstraintError(text: text, problem: error.description)
    }
  }

  private static func number(
    _ value: String, _ text: String
  ) throws(ConstraintError) -> Double {
    guard let bound = Double(value), bound > 0, bound.isFinite else {
      throw ConstraintError(
        text: text,
        problem: "the bound \"\(value)\" is not a number above 0; its unit is in the name")
    }
    return bound
  }

  private static func trimmed(_ part: some StringProtocol) -> String {
    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// A text that is not a constraint.
public struct ConstraintError: Error, Hashable, CustomStringConvertible {
  public let text: String
  public let problem: String

  public var description: String { "constraint \"\(text)\": \(problem)" }
}
