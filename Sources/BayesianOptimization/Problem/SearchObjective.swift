import Foundation

/// On which scale differences of a cost are weighed.
public enum CostScale: String, CaseIterable, Sendable {
  /// Factors: halving a cost is worth the same wherever it stands, and in any unit. For costs without a
  /// limit, which span one or two decades over a search space. Costs below 1e-12 count as 1e-12.
  case logarithmic
  /// Differences: every budget up to the limit counts alike.
  case linear

  /// Returns a cost on this scale.
  func scaled(_ cost: Double) -> Double {
    switch self {
    case .logarithmic: log(max(cost, 1e-12))
    case .linear: cost
    }
  }
}

/// What one cost is worth.
public struct CostAxis: Sendable, Hashable {
  public let scale: CostScale
  /// The cost from which on a student is worth nothing to the front; nil: chosen by the sampler.
  public let limit: Double?
  /// The cost below which being cheaper is worth nothing more; nil: none.
  public let lowest: Double?

  /// Creates an axis.
  public init(scale: CostScale, limit: Double? = nil, lowest: Double? = nil) {
    (self.scale, self.limit, self.lowest) = (scale, limit, lowest)
  }

  /// Returns the place of a cost on the axis.
  func scaled(_ cost: Double) -> Double { scale.scaled(max(cost, lowest ?? cost)) }

  /// Returns the length of the axis up to a place on it, if the cheapest that is known lies at `cheapest`.
  ///
  /// A linear axis begins at its lowest cost or at 0: the front is worth its mean over all budgets.
  func extent(to place: Double, cheapest: Double) -> Double {
    let start = lowest.map(scale.scaled) ?? (scale == .linear ? min(0, cheapest) : cheapest)
    return place > start ? place - start : 1
  }
}

/// What a search is for: the one place that says what a student is worth.
///
/// A study asks for the best student within each of its budgets, for the front between budgets, or for
/// both. With one cost c up to a limit L, the hypervolume of the front over the floor f of the metric is
///
///     ∫₀ᴸ (best metric of a student that costs at most c − f) dc
///
/// so over a linear axis it is L times the mean, over all budgets up to L, of what their best students are
/// worth. A named budget is a point mass of the same measure. Hence one sum:
///
///     worth = s · hypervolume / extent of the axes + (1 − s) · mean over the budgets of the best
///
/// with s the share of the front: 1 where only a front is asked for, 0 where only budgets are, ½ for both.
/// What costs more than every budget is worth nothing, and what lies below the floor nothing to the front.
public struct SearchObjective: Sendable, Hashable {
  /// The value of the metric that a student must beat to be worth anything to the front; nil: chosen by the
  /// sampler.
  public let floor: Double?
  /// The same for the best student within a budget; nil: any is better than none.
  public let budgetFloor: Double?
  /// One for each cost of the problem: the known ones, then the measured ones.
  public let axes: [CostAxis]
  /// How many budgets have their best student asked for; `Appraisal.budgets` says who keeps them.
  public let budgetCount: Int
  /// The share of the front in what the search is for, 0…1; the budgets have the rest in equal parts.
  public let frontShare: Double

  /// Creates an objective.
  ///
  /// - Parameter asksForFront: Whether the front between the budgets counts, not only their best students.
  public init(
    floor: Double? = nil, budgetFloor: Double? = nil, axes: [CostAxis], budgetCount: Int = 0,
    asksForFront: Bool = true
  ) {
    precondition(asksForFront || budgetCount > 0, "an objective asks for a front or for budgets")
    (self.floor, self.budgetFloor) = (floor, budgetFloor)
    (self.axes, self.budgetCount) = (axes, budgetCount)
    frontShare = asksForFront ? (budgetCount > 0 ? 0.5 : 1) : 0
  }

  /// Creates the objective of a question.
  ///
  /// A cost with a limit is weighed on a linear axis that ends there, and begins at the lowest of several
  /// budgets on it; one without a limit on a logarithmic axis that ends where the question says.
  ///
  /// - Parameters:
  ///   - floor: The value of the metric below which a student adds nothing to the front.
  ///   - requiredValue: The one below which it is of no use to a budget either; nil: there is none.
  ///   - costs: What is known of each cost to minimise.
  ///   - budgetCount: How many budgets have their best student asked for.
  public init(
    floor: Double?, requiredValue: Double?, asking costs: [AskedCost], budgetCount: Int,
    asksForFront: Bool
  ) {
    self.init(
      floor: floor, budgetFloor: requiredValue,
      axes: costs.map { cost in
        if let limit = cost.bounds.max(), cost.isBounded {
          let lowest = cost.bounds.min() ?? limit
          return CostAxis(scale: .linear, limit: limit, lowest: lowest < limit ? lowest : nil)
        }
        return CostAxis(scale: .logarithmic, limit: cost.largest)
      }, budgetCount: budgetCount, asksForFront: asksForFront)
  }

  /// One cost of a question.
  public struct AskedCost: Sendable, Hashable {
    /// The upper bounds that budgets set on it.
    public var bounds: [Double]
    /// Whether every student that may be trained keeps one of the bounds.
    public var isBounded: Bool
    /// Where the axis ends without a limit: somewhat beyond the costliest students; nil: unknown.
    public var largest: Double?

    /// Creates a cost.
    public init(bounds: [Double], isBounded: Bool, largest: Double? = nil) {
      (self.bounds, self.isBounded, self.largest) = (bounds, isBounded, largest)
    }
  }
}
