/// A bound that a student's cost has to keep, such as `latency_ms<=5`.
///
/// In JSON it is that text. Accuracy is no cost: it is uncertain until a student is trained, and is
/// an objective instead.
public struct Constraint: Hashable, Sendable {
  public enum Relation: String, Hashable, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
  }

  public let metric: CostMetric
  public let relation: Relation
  /// The bound in the metric's unit; positive and finite.
  public let bound: Double

  /// Creates a constraint; `bound` must be positive and finite.
  public init(_ metric: CostMetric, _ relation: Relation, _ bound: Double) {
    precondition(bound > 0 && bound.isFinite, "the bound must be positive, got \(bound)")
    (self.metric, self.relation, self.bound) = (metric, relation, bound)
  }
}

extension Constraint {
  /// Reads a constraint such as `latency_ms<=5` or `macs >= 1e6`.
  public init(_ text: String) throws(ConstraintError) {
    func trimmed(_ part: some StringProtocol) -> String {
      String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    for relation in Relation.allCases {
      guard let sign = text.firstRange(of: relation.rawValue) else { continue }
      let name = trimmed(text[..<sign.lowerBound])
      let value = trimmed(text[sign.upperBound...])
      guard let metric = CostMetric(rawValue: name) else {
        throw ConstraintError(text: text, problem: ConstraintError.unknown(name))
      }
      guard let bound = Double(value), bound > 0, bound.isFinite else {
        throw ConstraintError(
          text: text,
          problem: "the bound \"\(value)\" is not a number above 0; its unit is in the name")
      }
      self.init(metric, relation, bound)
      return
    }
    throw ConstraintError(
      text: text, problem: "expected a metric, <= or >=, and a number, such as latency_ms<=5")
  }

  /// Returns by how much `costs` break the bound, relative to it; 0 if they keep it.
  ///
  /// - Throws: `CostError` if the metric cannot be computed on the costs' device.
  public func violation(of costs: Costs) throws(CostError) -> Double {
    let value = try costs.value(of: metric)
    return switch relation {
    case .atMost: max(0, value / bound - 1)
    case .atLeast: max(0, 1 - value / bound)
    }
  }

  /// Returns whether `costs` keep the bound.
  public func isMet(by costs: Costs) throws(CostError) -> Bool { try violation(of: costs) == 0 }
}

extension Constraint: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    let number = Int(exactly: bound).map(String.init) ?? String(bound)
    return metric.rawValue + relation.rawValue + number
  }
}

extension Constraint: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension HardwareProfile {
  /// What the device itself demands: weights fit into flash, everything live fits into RAM.
  public var memoryConstraints: [Constraint] {
    [
      memory.ramBytes.map { Constraint(.peakMemoryBytes, .atMost, Double($0)) },
      memory.flashBytes.map { Constraint(.weightBytes, .atMost, Double($0)) },
    ].compactMap(\.self)
  }
}

/// A text that is not a constraint.
public struct ConstraintError: Error, Hashable, CustomStringConvertible {
  public let text: String
  public let problem: String

  public var description: String { "constraint \"\(text)\": \(problem)" }

  static func unknown(_ metric: String) -> String {
    metric == "accuracy"
      ? "accuracy is not a cost known before training; make it an objective "
        + "(costs: \(CostMetric.knownNames))"
      : "unknown metric \"\(metric)\", expected one of \(CostMetric.knownNames)"
  }
}
