import HardwareProfiles

extension JournalEvent {
  /// What a random sample of the space says about the constraints.
  public struct Screened: Hashable, Sendable, Codable {
    public var drawn: Int
    public var feasible: Int
    /// For each constraint, by its text, how many of the drawn it rejects.
    public var rejections: [String: Int]
    /// The first objective's cost of some that are not feasible, for the report's chart.
    public var infeasibleCosts: [Double]
    /// For each budget, by its name, how many of the drawn keep it and all constraints; nil in a study
    /// without budgets.
    public var kept: [String: Int]?

    enum CodingKeys: String, CodingKey {
      case drawn, feasible, rejections
      case infeasibleCosts = "infeasible_costs"
      case kept = "budgets_kept"
    }
  }

  /// No student meets the constraints.
  public struct NothingFeasible: Hashable, Sendable, Codable {
    /// The students that violate the constraints least, the least first.
    public var leastInfeasible: [Nearest]
    /// What can be had of each constraint that rejects anything, for itself; nil in journals of versions
    /// that did not look.
    public var limits: [Limit]?
    /// What would have to give in the nearest student: for each constraint that it violates the single
    /// decisions that bring it nearer, one after the other; nil as `limits` is.
    public var changes: [Change]?
    /// Whether every student of the space was looked at; nil as `limits` is.
    public var isExhaustive: Bool?

    public struct Nearest: Hashable, Sendable, Codable {
      public var key: String
      public var costs: Costs
      /// The constraint that it violates most, and by which share of the bound.
      public var binding: String
      public var excess: Double
    }

    /// The student that comes nearest to keeping one constraint, whatever it does to the others.
    public struct Limit: Hashable, Sendable, Codable {
      public var constraint: String
      /// Of the random sample, how many the constraint rejects.
      public var rejected: Int
      public var key: String
      public var cost: CostValue
      /// By which share of the bound it is missed; 0 if it can be kept alone.
      public var excess: Double
    }

    /// A changed decision on the way from the nearest student to keeping one constraint.
    public struct Change: Hashable, Sendable, Codable {
      public var constraint: String
      public var parameter: String
      public var from: String
      public var to: String
      /// The constraint's cost before and after.
      public var before: CostValue
      public var after: CostValue
      /// By which share of the bound it is missed after the change; 0 if it is kept.
      public var excess: Double
      /// The constraint that is then violated most, this one or another; nil if none is.
      public var binding: String?
      public var bindingExcess: Double?

      enum CodingKeys: String, CodingKey {
        case constraint, parameter, from, to, before, after, excess, binding
        case bindingExcess = "binding_excess"
      }
    }

    enum CodingKeys: String, CodingKey {
      case leastInfeasible = "least_infeasible"
      case limits, changes
      case isExhaustive = "exhaustive"
    }
  }
}
