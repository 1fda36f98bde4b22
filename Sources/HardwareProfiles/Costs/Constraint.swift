import FileFormats
import Statistics

/// A bound that a student's cost has to keep, such as `latency_ms<=5` or `latency_ms@small-board<=5`.
///
/// In JSON it is that text. A metric that names none of several devices has to keep the bound on all of
/// them. Accuracy is no cost: it is uncertain until a student is trained, and is an objective instead.
public struct Constraint: Hashable, Sendable {
  public let metric: DeviceMetric
  public let relation: BoundRelation
  /// The bound in the metric's unit; positive and finite, or 0 for what must not be at all.
  public let bound: Double

  /// Creates a constraint; `bound` must be positive and finite, or the ceiling 0.
  public init(_ metric: DeviceMetric, _ relation: BoundRelation, _ bound: Double) {
    precondition(
      (bound > 0 || bound == 0 && relation == .atMost) && bound.isFinite,
      "the bound must be positive, got \(bound)")
    (self.metric, self.relation, self.bound) = (metric, relation, bound)
  }
}

extension Constraint {
  /// Returns what is compared with the bound: a cost's quantile at the confidence, the upper one for a
  /// ceiling and the lower one for a floor.
  func compared(_ cost: CostValue, at confidence: Confidence) -> Double {
    guard cost.standardError > 0 else { return cost.value }
    let margin = confidence.deviations * cost.standardError
    return relation == .atMost ? cost.value + margin : cost.value - margin
  }

  /// Returns by how much a cost breaks the bound, relative to it (to 1, where it is 0); 0 if it keeps it at the
  /// confidence.
  func violation(of cost: CostValue, at confidence: Confidence) -> Double {
    guard bound > 0 else { return max(0, compared(cost, at: confidence)) }
    let ratio = compared(cost, at: confidence) / bound
    return max(0, relation == .atMost ? ratio - 1 : 1 - ratio)
  }

  /// Returns by how much `costs` break the bound, relative to it, where they do so most; 0 if they keep
  /// it at the confidence on every device that the metric speaks of.
  ///
  /// - Throws: `CostError` if the metric cannot be computed on the costs' devices.
  public func violation(
    of costs: Costs, at confidence: Confidence
  ) throws(CostError) -> Double {
    try costs.values(of: metric).reduce(0) { max($0, violation(of: $1, at: confidence)) }
  }

  /// Returns whether `costs` keep the bound: with at least the confidence on every device that the
  /// metric speaks of.
  ///
  /// - Throws: `CostError` as `violation(of:at:)` does.
  public func isMet(by costs: Costs, at confidence: Confidence) throws(CostError) -> Bool {
    try violation(of: costs, at: confidence) == 0
  }

  /// Returns the probability that the bound is kept, on the device where that is least likely.
  ///
  /// - Throws: `CostError` as `violation(of:at:)` does.
  public func probability(of costs: Costs) throws(CostError) -> Double {
    try costs.values(of: metric).reduce(1) { min($0, probability(of: $1)) }
  }

  /// Returns the probability that a cost of the metric keeps the bound.
  public func probability(of cost: CostValue) -> Double {
    let margin = relation == .atMost ? bound - cost.value : cost.value - bound
    guard cost.standardError > 0 else { return margin >= 0 ? 1 : 0 }
    return NormalDistribution.cumulative(margin / cost.standardError)
  }

  /// Returns the probability with which a cost keeps the bound, where the prediction itself keeps it but
  /// not as surely as asked for: what binds then is the prediction's error. Nil otherwise.
  public func doubtfulProbability(of cost: CostValue, at confidence: Confidence) -> Double? {
    let probability = probability(of: cost)
    let isDoubtful = probability >= 0.5 && violation(of: cost, at: confidence) > 0
    return isDoubtful ? probability : nil
  }

  /// Returns the cost that decides about the bound: on the device where it is kept worst.
  ///
  /// - Throws: `CostError` as `violation(of:at:)` does.
  public func decisive(
    of costs: Costs, at confidence: Confidence
  ) throws(CostError) -> CostValue {
    let values = try costs.values(of: metric)
    let sign = relation == .atMost ? 1.0 : -1.0
    return values.dropFirst().reduce(values[0]) { worst, cost in
      sign * compared(cost, at: confidence) > sign * compared(worst, at: confidence) ? cost : worst
    }
  }
}

extension Constraint: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    let number = Int(exactly: bound).map(String.init) ?? String(bound)
    return "\(metric)\(relation.rawValue)\(number)"
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
  /// What the device itself demands: its runtime has all operators, everything live fits into RAM (the runtime's arena
  /// where its rules are known), weights (or the file and the code) into flash.
  ///
  /// - Parameter isNamed: Whether the constraints name the device, as they must next to another's.
  public func memoryConstraints(isNamed: Bool = false) -> [Constraint] {
    let device = isNamed ? name : nil
    func limit(_ metric: CostMetric, _ bytes: Int?) -> Constraint? {
      bytes.map { Constraint(DeviceMetric(metric, on: device), .atMost, Double($0)) }
    }
    return [
      deployment.flatMap { _ in limit(.missingOperators, 0) },
      limit(deployment?.arena == nil ? .peakMemoryBytes : .arenaBytes, memory.ramBytes),
      limit(deployment?.flash == nil ? .weightBytes : .flashBytes, memory.flashBytes),
      limit(.workingSetBytes, memory.workingSetBytes),
    ].compactMap(\.self)
  }
}
