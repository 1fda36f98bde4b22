import BayesianOptimization
import FileFormats
import Foundation
import NeuralNetworks
import ParetoFronts
import SearchSpaces

/// Known results of the architectures of a space: what a replay asks instead of training.
public struct ReplayTable: Sendable {
  public let definition: ReplayDefinition
  public let space: SearchSpace
  /// The architectures' keys as the table spells them, row by row.
  public let keys: [String]
  /// For each row what a trial reveals; NaN if it fails.
  public let values: [Double]
  /// For each row what a full training reveals; NaN if it fails; nil in one fidelity.
  public let fullValues: [Double]?
  /// The score of a set of rows by the metric that trials reveal.
  public let score: FrontScore
  /// The score of a set of rows by the full metric; nil in one fidelity.
  public let fullScore: FrontScore?

  private let architectures: [Architecture]
  private let rows: [Architecture: Int]
  /// For each known cost a column; and the sum of what each row violates of the known constraints.
  private let knownCosts: [[Double]]
  private let measuredCosts: [[Double]]
  private let violations: [Double]
  private let isAllowed: [Bool]
  private let measuredLimits: [Double?]
  /// For each budget which rows keep it.
  private let keeps: [[Bool]]
  /// For each row its covariates; empty without images.
  private let covariates: [[Double]]

  /// Reads a table's columns.
  ///
  /// Architectures of the space that it does not hold count as unbuildable; rows that contradict a decision fixed in
  /// the space are left out. An empty field or NaN of
  /// the metric is a trial that fails; so may the costs be that this trial would have revealed.
  ///
  /// - Throws: `CSVError` or `ReplayError` if a column is missing, a field is no number, a key is repeated or no
  ///   architecture of the space, a network cannot be built, or no row beats the reference point.
  public init(
    _ table: CSVTable, space: SearchSpace, definition: ReplayDefinition
  ) throws {
    try definition.check()
    self.definition = definition
    self.space = space
    let table = try ReplayTable.open(table, space, key: definition.key)
    let keyColumn = try table.column(definition.key)
    keys = keyColumn.fields
    (architectures, rows) = try ReplayTable.architectures(keyColumn, space)
    covariates = try ReplayTable.covariates(keyColumn, architectures, space, definition.images)
    values = try table.column(definition.metric).numbers()
    fullValues = try definition.fullMetric.map { name in
      try table.column(name).numbers()
    }
    knownCosts = try definition.knownCosts.map { name in
      try ReplayTable.costs(table, name, failing: nil)
    }
    measuredCosts = try definition.measuredCosts.map { [values] name in
      try ReplayTable.costs(table, name, failing: values)
    }
    var violations = [Double](repeating: 0, count: table.count)
    var isAllowed = [Bool](repeating: true, count: table.count)
    for constraint in definition.constraints {
      let isKnown = definition.known.contains(constraint.column)
      let column = try ReplayTable.costs(
        table, constraint.column, failing: isKnown ? nil : values)
      for row in 0..<table.count {
        let violation = constraint.violation(of: column[row])
        if violation > 0 { isAllowed[row] = false }
        if isKnown { violations[row] += violation }
      }
    }
    (self.violations, self.isAllowed) = (violations, isAllowed)
    keeps = try definition.budgets.map { budget in
      try ReplayTable.costs(table, budget.column, failing: nil).map {
        budget.violation(of: $0) == 0
      }
    }
    for (budget, keeps) in zip(definition.budgets, keeps)
    where !zip(keeps, isAllowed).contains(where: { $0 && $1 }) {
      throw ReplayError.constraint(
        text: budget.description,
        problem: "no row of the table keeps this budget and the constraints")
    }
    measuredLimits = definition.measuredCosts.map { name in
      definition.constraints.filter { $0.column == name }.map(\.bound).min()
    }
    let allCosts = knownCosts + measuredCosts
    let referenceCosts = definition.costs.map { definition.references[$0] }
    do {
      score = try FrontScore(
        values: values, costs: allCosts, isAllowed: isAllowed,
        referenceValue: definition.references[definition.metric], referenceCosts: referenceCosts)
      fullScore = try fullValues.flatMap { values throws(FrontScoreError) in
        try definition.fullMetric.map { name throws(FrontScoreError) in
          try FrontScore(
            values: values, costs: allCosts, isAllowed: isAllowed,
            referenceValue: definition.references[name], referenceCosts: referenceCosts)
        }
      }
    } catch {
      let reason =
        [(definition.metric, values), (definition.fullMetric ?? "", fullValues ?? [])]
        .compactMap { name, values in
          ReferenceReason(
            metric: name, values: values, costs: zip(definition.costs, allCosts).map { ($0, $1) },
            isAllowed: isAllowed, references: definition.references)
        }.first
      throw ReplayError.search(reason?.description ?? "\(error)")
    }
  }

  /// Returns the rows that the space's fixed decisions leave.
  private static func open(
    _ table: CSVTable, _ space: SearchSpace, key: String
  ) throws -> CSVTable {
    guard !space.fixedDecisions.isEmpty else { return table }
    let keys = try table.column(key).fields
    let rows = keys.indices.filter { !space.rulesOut(key: keys[$0]) }
    guard !rows.isEmpty else {
      throw ReplayError.search("no row of the table agrees with the fixed decisions")
    }
    return table.keeping(rows)
  }

  private static func architectures(
    _ column: CSVTable.Column, _ space: SearchSpace
  ) throws(CSVError) -> ([Architecture], [Architecture: Int]) {
    var architectures: [Architecture] = []
    var rows: [Architecture: Int] = [:]
    for (row, key) in column.fields.enumerated() {
      let architecture: Architecture
      do {
        architecture = try space.architecture(key: key)
      } catch {
        throw column.wrong(row, expected: "a key of the search space (\(error))")
      }
      if let first = rows.updateValue(row, forKey: architecture) {
        throw column.wrong(
          row, expected: "a key of its own, line \(column.lines[first]) has this one")
      }
      architectures.append(architecture)
    }
    return (architectures, rows)
  }

  /// Returns log MACs and log parameters of each row's network.
  private static func covariates(
    _ column: CSVTable.Column, _ architectures: [Architecture], _ space: SearchSpace,
    _ images: TypicalImages?
  ) throws(CSVError) -> [[Double]] {
    guard let images else { return [] }
    var covariates: [[Double]] = []
    for (row, architecture) in architectures.enumerated() {
      do {
        let network = try space.network(
          for: architecture, input: images.shape, classes: images.classes)
        let costs = NetworkCosts(InferenceGraph(network))
        covariates.append([costs.macs, costs.parameters].map { log(Double(max(1, $0))) })
      } catch {
        throw column.wrong(
          row, expected: "a network for images of \(images.shape) (\(error))")
      }
    }
    return covariates
  }

  /// Returns a column of numbers; they may be missing in the rows for which `failing` is NaN.
  private static func costs(
    _ table: CSVTable, _ name: String, failing: [Double]?
  ) throws(CSVError) -> [Double] {
    let column = try table.column(name)
    let numbers = try column.numbers()
    if let row = numbers.indices.first(where: { row in
      numbers[row].isNaN && !(failing?[row].isNaN ?? false)
    }) {
      throw column.wrong(row, expected: "a number")
    }
    return numbers
  }
}

extension ReplayTable {
  /// The number of rows.
  public var count: Int { keys.count }

  /// Returns the row of an architecture; nil if the table has none.
  func row(of architecture: Architecture) -> Int? { rows[architecture] }

  /// Returns the costs of a row, in the order of `ReplayDefinition.costs`.
  func costs(of row: Int) -> [Double] {
    knownCosts.map { $0[row] } + measuredCosts.map { $0[row] }
  }

  /// Returns a new problem for a sampler, which may look up what is known and nothing else.
  func problem() -> ProposalProblem {
    ProposalProblem(
      space: space, costNames: definition.knownCosts,
      measuredCostNames: definition.measuredCosts,
      covariateNames: covariates.isEmpty ? [] : ["log macs", "log parameters"],
      objective: objective, measuredLimits: measuredLimits
    ) { architecture in
      guard let row = rows[architecture] else { return .unbuildable }
      return Appraisal(
        costs: knownCosts.map { $0[row] }, covariates: covariates.isEmpty ? [] : covariates[row],
        violation: violations[row], budgets: keeps.map { $0[row] ? 1 : 0 })
    }
  }

  /// What a study would be asked for that the score measures: the front up to the reference costs, of rows
  /// that beat the reference value, and the best row within each budget.
  private var objective: SearchObjective {
    SearchObjective(
      floor: score.referenceValue, requiredValue: definition.references[definition.metric],
      asking: zip(definition.costs, score.referenceCosts).map { name, limit in
        let bounds = definition.budgets.filter { $0.column == name }.map(\.bound)
        return SearchObjective.AskedCost(bounds: bounds + [limit], isBounded: true)
      }, budgetCount: keeps.count, asksForFront: definition.asksForFront)
  }

  /// The rows that may be the best within a budget: those that keep it and the constraints.
  func rows(within budget: Int) -> [Int] {
    (0..<count).filter { keeps[budget][$0] && isAllowed[$0] && !values[$0].isNaN }
  }

  /// Returns what a trial on a row reveals.
  func observation(_ row: Int) -> Observation { observation(row, values[row]) }

  /// Returns what a full training of a row reveals.
  func fullObservation(_ row: Int) -> Observation { observation(row, fullValues?[row] ?? .nan) }

  private func observation(_ row: Int, _ value: Double) -> Observation {
    Observation(
      architecture: architectures[row],
      outcome: value.isNaN
        ? .failed
        : .measured(
          value: value, standardError: definition.standardError,
          costs: measuredCosts.map { $0[row] }))
  }

  /// Returns the entry of a row whose trial has begun.
  func pending(_ row: Int) -> Observation {
    Observation(architecture: architectures[row], outcome: .pending)
  }
}
