import ParetoFronts

/// Decides which trainings continue at a rung: a point on their way at which each is measured.
///
/// Of the results known at the rung, the candidate's own among them, the best share continues. They are
/// ordered by their non-dominated rank in value and costs and, within a rank, by the room around
/// them: the crowding distance of their costs on the logarithmic scale, ties in the candidate's
/// favour. A candidate continues if it would at its value or at any lower one, so a higher value never
/// harms it, and for given costs the rule is one number: the smallest value that continues.
///
/// With one cost, the students of a rank are ordered by value as they are by cost, so crowding by
/// costs alone loses little; with values in it no smallest value could be stated.
///
/// Ranks and crowding are those of NSGA-II (`nonDominatedRanks(of:)`, `crowdingDistances(of:)`); the
/// rule takes the place of the quantile in successive halving. Source: Li et al., "A system for
/// massively parallel hyperparameter tuning", MLSys 2020, arXiv:1810.05934.
public struct RungRule: Hashable, Sendable {
  /// A result at a rung.
  public struct Result: Hashable, Sendable {
    /// The metric to maximise, as far as the training had come.
    public let value: Double
    /// The known costs to minimise.
    public let costs: [Double]

    /// Creates a result.
    public init(value: Double, costs: [Double]) { (self.value, self.costs) = (value, costs) }
  }

  /// The share of the results that continues, above 0 and below 1.
  public let keep: Double
  /// With fewer known results than this, all trainings continue.
  public let fewestKnown: Int

  /// Results that a rung is judged by at most: more cost more than they tell.
  public static let mostKnown = 1000

  /// Creates a rule.
  public init(keep: Double, fewestKnown: Int = 8) {
    precondition(keep > 0 && keep < 1, "the share that continues lies between 0 and 1, got \(keep)")
    (self.keep, self.fewestKnown) = (keep, fewestKnown)
  }

  /// Returns the smallest value with which a candidate continues; nil if it does with any.
  ///
  /// Cost O(N²) for N known results, of which the last `mostKnown` count.
  ///
  /// - Parameters:
  ///   - costs: The candidate's costs.
  ///   - known: The results of others at this rung, oldest first; those that are not finite are
  ///     left out.
  public func threshold(costs: [Double], among known: [Result]) -> Double? {
    let known = known.filter { $0.value.isFinite && $0.costs.allSatisfy(\.isFinite) }
      .suffix(RungRule.mostKnown)
    guard known.count >= fewestKnown else { return nil }
    let field = Field(Array(known), costs: costs)
    let continuing = Int((keep * Double(known.count + 1)).rounded(.up))
    if field.continues(at: -.infinity, continuing) { return nil }
    // The order changes only where the candidate's value is another's, and just above it.
    var highest = -Double.infinity
    for value in Set(known.map(\.value)).sorted() {
      for value in [value, value.nextUp] where field.continues(at: value, continuing) {
        return value
      }
      highest = value
    }
    // The best value of all continues, however many are on the front.
    return highest.nextUp
  }
}

/// The known results of a rung as a candidate of given costs meets them.
private struct Field {
  private let costs: [Double]
  private let scaledCosts: [Double]
  /// The known results as points to maximise, and their ranks among themselves.
  private let points: [[Double]]
  private let ranks: [Int]
  private let knownScaledCosts: [[Double]]

  init(_ known: [RungRule.Result], costs: [Double]) {
    self.costs = costs
    scaledCosts = costs.map(CostScale.logarithmic.scaled)
    points = known.map { [$0.value] + $0.costs.map(-) }
    ranks = nonDominatedRanks(of: points)
    knownScaledCosts = known.map { $0.costs.map(CostScale.logarithmic.scaled) }
  }

  /// Returns whether a candidate of this value is among the best `count`.
  func continues(at value: Double, _ count: Int) -> Bool {
    let own = [value] + costs.map(-)
    // What dominates the candidate keeps its rank, and what the candidate dominates falls behind it.
    let rank = points.indices.reduce(0) { rank, index in
      dominates(points[index], own) ? max(rank, ranks[index] + 1) : rank
    }
    let ahead = ranks.count { $0 < rank }
    let peers = points.indices.filter { ranks[$0] == rank && !dominates(own, points[$0]) }
    if ahead + peers.count < count { return true }
    if ahead >= count { return false }
    let room = crowdingDistances(of: peers.map { knownScaledCosts[$0] } + [scaledCosts])
    return ahead + room.dropLast().count { $0 > room[peers.count] } < count
  }
}
