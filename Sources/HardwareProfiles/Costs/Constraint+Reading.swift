import FileFormats

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
    guard let read = BoundText.all(in: text) else {
      throw ConstraintError(
        text: text,
        problem: "expected a metric, <= or >=, and a number, such as latency_ms<=5, "
          + "or a range such as 2<=latency_ms<=5")
    }
    var constraints: [Constraint] = []
    for bound in read {
      let metric = try metric(bound.name, text)
      let isNone =
        metric.metric == .missingOperators && bound.relation == .atMost
        && DecimalNumber.value(of: bound.number) == 0
      constraints.append(
        Constraint(metric, bound.relation, isNone ? 0 : try number(bound.number, text)))
    }
    if constraints.count == 2, constraints[0].bound > constraints[1].bound {
      throw ConstraintError(text: text, problem: "the floor is above the ceiling")
    }
    return constraints
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
    guard let bound = DecimalNumber.value(of: value), bound > 0 else {
      throw ConstraintError(
        text: text,
        problem: "the bound \"\(value)\" is not a number above 0; its unit is in the name")
    }
    return bound
  }
}

/// A text that is not a constraint.
public struct ConstraintError: Error, Hashable, CustomStringConvertible {
  public let text: String
  public let problem: String

  public var description: String { "constraint \"\(text)\": \(problem)" }
}
