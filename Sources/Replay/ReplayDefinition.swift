import SearchSpaces

/// What the columns of a table of results stand for in a replay.
public struct ReplayDefinition: Sendable {
  /// The column with the architectures' keys.
  public var key: String
  /// The column that a trial reveals, to be maximised: in two fidelities the cheap one.
  public var metric: String
  /// With two fidelities the column that a full training reveals, to be maximised.
  public var fullMetric: String?
  /// The columns to be minimised.
  public var minimized: [String]
  /// Those of them, and of the constrained ones, that the sampler may look up for any architecture;
  /// the others are revealed by a trial.
  public var known: Set<String>
  /// What a row must meet to count.
  public var constraints: [ColumnConstraint]
  /// Upper bounds on known columns: the best row within each is asked for, as well as the front.
  public var budgets: [ColumnConstraint] = []
  /// Whether the front between the budgets is asked for, and not only the best row within each.
  public var asksForFront = true
  /// Coordinates of the reference point by column, where the usual ones are not wanted.
  public var references: [String: Double]
  /// The standard error that the sampler is told of each revealed value.
  public var standardError: Double
  /// The images that networks are built for, whose log MACs and log parameters the sampler is told
  /// of; nil: no network is built.
  public var images: TypicalImages?

  /// Creates a definition.
  public init(
    key: String, metric: String, fullMetric: String? = nil, minimized: [String],
    known: Set<String> = [], constraints: [ColumnConstraint] = [],
    references: [String: Double] = [:], standardError: Double = 0, images: TypicalImages? = nil
  ) {
    self.key = key
    self.metric = metric
    self.fullMetric = fullMetric
    self.minimized = minimized
    self.known = known
    self.constraints = constraints
    self.references = references
    self.standardError = standardError
    self.images = images
  }

  /// The minimised columns as the sampler sees them: first those that are known, then those that a
  /// trial reveals.
  public var costs: [String] { knownCosts + measuredCosts }
  /// The minimised columns that are known.
  public var knownCosts: [String] { minimized.filter(known.contains) }
  /// The minimised columns that a trial reveals.
  public var measuredCosts: [String] { minimized.filter { !known.contains($0) } }

  /// Checks that the columns' parts fit together.
  ///
  /// - Throws: `ReplayError` naming the column.
  func check() throws(ReplayError) {
    let parts = [key, metric] + (fullMetric.map { [$0] } ?? []) + minimized
    var seen: Set<String> = []
    for name in parts where !seen.insert(name).inserted {
      throw .search("the column '\(name)' has two parts, expected one of key, metric and costs")
    }
    for budget in budgets where budget.relation != .atMost || !known.contains(budget.column) {
      throw .constraint(
        text: budget.description, problem: "a budget is an upper bound (<=) on a known column")
    }
    guard asksForFront || !budgets.isEmpty else {
      throw .search("without the front there must be a budget whose best row is asked for")
    }
    for constraint in constraints {
      let isMeasured = measuredCosts.contains(constraint.column)
      guard isMeasured || known.contains(constraint.column) else {
        throw .constraint(
          text: constraint.description,
          problem: "'\(constraint.column)' is neither minimised nor known")
      }
      if isMeasured && constraint.relation == .atLeast {
        throw .constraint(
          text: constraint.description,
          problem: "a cost that only a trial reveals can have an upper bound alone (<=)")
      }
    }
    let used = Set(minimized + (constraints + budgets).map(\.column))
    if let name = known.subtracting(used).min() {
      throw .search("the known column '\(name)' is neither minimised nor constrained")
    }
    let objectives = parts.dropFirst()
    if let name = Set(references.keys).subtracting(objectives).min() {
      throw .search(
        "the reference for '\(name)' has no use, expected one of "
          + objectives.joined(separator: ", "))
    }
  }
}
