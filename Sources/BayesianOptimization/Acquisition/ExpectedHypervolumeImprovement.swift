import Foundation
import ParetoFronts
import Statistics

/// The expected hypervolume improvement of candidates with one uncertain value and known costs.
///
/// The value y is maximised and normal with mean μ and deviation σ; the costs c, any number of
/// them, are minimised and known. Raising y by dy adds to the dominated volume the slice A(y)·dy,
/// where A(y) is the volume in cost space between c and the reference that no front member with a
/// value ≥ y covers. A is a step function that rises at the values a₁ > a₂ > … > a_k of the front
/// members: by ΔA_j at a_j, and by A₀, what all of them leave uncovered, at the reference value
/// a_ref. Hence
///
///     EHVI = ∫ A(y)·P(Y > y) dy = A₀·ψ(a_ref) + Σ ΔA_j·ψ(a_j)
///     ψ(a) = E[(Y − a)⁺] = σ·h((μ − a)/σ)
///
/// with h(z) = φ(z) + z·Φ(z). No term is negative, so nothing cancels, and the sum is formed from
/// logarithms, so it does not vanish where all of the front is many σ away. Without costs there is
/// one step, at the best value, and EHVI is expected improvement.
///
/// ΔA_j is an exclusive hypervolume in cost space: what the box of member j adds to those of the
/// members above it, all cut down to the candidate's box. Derived here; the strips are those of
/// Emmerich, Deutz and Klinkenberg, "Hypervolume-based expected improvement", IEEE CEC 2011,
/// doi:10.1109/CEC.2011.5949880, of which all but one coordinate are certain.
public final class ExpectedHypervolumeImprovement {
  private let referenceValue: Double
  private let referenceCosts: [Double]
  /// Values of the members that dominate some volume, descending.
  private let values: [Double]
  /// What the costs of those members leave to the reference, row by row, as boxes [0, g].
  private let union: BoxUnion
  private var corner: [Double]
  private var gains: [Double]
  /// With one cost: the members that cover more than those above them, from the highest value down,
  /// each with what is covered up to it.
  private var staircase: [(value: Double, covered: Double)] = []

  /// Creates the acquisition function for a front.
  ///
  /// - Parameters:
  ///   - front: Value and costs of the points found so far. Dominated ones may be among
  ///     them, they make no difference; those beyond the reference neither.
  ///   - referenceValue: Values below it are worth nothing.
  ///   - referenceCosts: Costs above it are worth nothing, in the order of the costs.
  public init(
    front: [(value: Double, costs: [Double])], referenceValue: Double, referenceCosts: [Double]
  ) {
    self.referenceValue = referenceValue
    self.referenceCosts = referenceCosts
    let dimension = referenceCosts.count
    let members = front.enumerated().filter { _, member in
      precondition(
        member.costs.count == dimension,
        "a front member has \(member.costs.count) costs, the reference \(dimension)")
      return member.value > referenceValue
        && zip(member.costs, referenceCosts).allSatisfy { $0 < $1 }
    }
    let sorted = members.sorted { a, b in
      a.element.value == b.element.value ? a.offset < b.offset : a.element.value > b.element.value
    }
    values = sorted.map(\.element.value)
    union = BoxUnion(dimension: dimension, capacity: sorted.count)
    for (index, member) in sorted.enumerated() {
      for coordinate in 0..<dimension {
        let gain = referenceCosts[coordinate] - member.element.costs[coordinate]
        union.boxes[index * dimension + coordinate] = gain
      }
    }
    corner = Array(repeating: 0, count: dimension)
    gains = Array(repeating: 0, count: dimension)
    if dimension == 1 {
      for (index, value) in values.enumerated()
      where union.boxes[index] > staircase.last?.covered ?? 0 {
        staircase.append((value, union.boxes[index]))
      }
    }
  }

  /// Returns the logarithm of the expected improvement; −∞ for costs not below the reference.
  ///
  /// - Parameters:
  ///   - mean: Mean of the uncertain value.
  ///   - deviation: Its standard deviation; 0 if it is certain.
  ///   - costs: The known costs.
  public func logValue(mean: Double, deviation: Double, costs: [Double]) -> Double {
    if costs.count == 1 && deviation > 0 {
      let sum = value(mean: mean, deviation: deviation, gain: referenceCosts[0] - costs[0])
      if sum > ExpectedHypervolumeImprovement.smallestSum { return log(sum) }
    }
    var logTerms: [Double] = []
    var largest = -Double.infinity
    forEachStep(costs: costs) { threshold, area in
      let term =
        log(area)
        + NormalDistribution.logExpectedExcess(over: threshold, mean: mean, deviation: deviation)
      logTerms.append(term)
      largest = max(largest, term)
    }
    guard largest > -.infinity else { return largest }
    var sum = 0.0
    for term in logTerms { sum += exp(term - largest) }
    return largest + log(sum)
  }

  /// Below this a sum of terms that are not logarithms has lost its digits.
  private static let smallestSum = 1e-200

  /// Returns the expected improvement with one cost, without terms that are negligible next to the others.
  private func value(mean: Double, deviation: Double, gain: Double) -> Double {
    guard gain > 0 else { return 0 }
    var sum = 0.0
    var covered = 0.0
    func add(_ area: Double, over threshold: Double) {
      let z = (mean - threshold) / deviation
      // Beyond ten deviations h(z) is z, or below 1e-23.
      sum +=
        area * deviation
        * (z > 10 ? z : NormalDistribution.density(z) + z * NormalDistribution.cumulative(z))
    }
    for step in staircase {
      let reached = min(step.covered, gain)
      if reached > covered { add(reached - covered, over: step.value) }
      covered = reached
      if covered >= gain { return sum }
    }
    add(gain - covered, over: referenceValue)
    return sum
  }

  /// Calls `body` with each positive step of A, as threshold and height, from the top down.
  func forEachStep(costs: [Double], _ body: (_ threshold: Double, _ area: Double) -> Void) {
    precondition(
      costs.count == gains.count, "a candidate has \(costs.count) costs, not \(gains.count)")
    for coordinate in gains.indices {
      gains[coordinate] = referenceCosts[coordinate] - costs[coordinate]
      if !(gains[coordinate] > 0) { return }
    }
    let dimension = gains.count
    for index in values.indices {
      for coordinate in 0..<dimension {
        corner[coordinate] = min(gains[coordinate], union.boxes[index * dimension + coordinate])
      }
      let area = union.exclusiveVolume(of: corner, count: index)
      if area > 0 { body(values[index], area) }
    }
    let area = union.exclusiveVolume(of: gains, count: values.count)
    if area > 0 { body(referenceValue, area) }
  }
}
