import FileFormats

/// Checks every branch of a blueprint for every combination of values that can reach it.
///
/// The blueprint is walked once, into each call of a block and each branch, not once per
/// architecture. At a field the checker lists the combinations of just those parameters and
/// repetition indices that the field's formula depends on, and of those that decide with them
/// whether the field is reached; the formula must have an allowed value for all of them. What
/// depends on the tensors or the classes is not known yet: there, only the kind of value is checked.
struct BlueprintChecker {
  private let blueprint: Blueprint
  private var reach: BlueprintReach
  private var takenBranches: Set<String> = []
  /// The calls that lead to the place of checking, outermost first.
  private var calls: [String] = []
  private var file = ""

  init(_ blueprint: Blueprint, parameters: [Parameter]) {
    self.blueprint = blueprint
    reach = BlueprintReach(parameters: parameters)
  }

  /// - Throws: `JSONError.invalid` for the first field without an allowed value, or the
  ///   first branch that no architecture takes.
  mutating func check(file: String) throws(JSONError) {
    self.file = file
    try check(blueprint.elements)
    for branch in blueprint.branches where !takenBranches.contains(branch.path) {
      throw .invalid(
        file: file, field: branch.path, value: "a branch that no architecture takes",
        expected: "conditions that some values of the parameters fulfil")
    }
  }
}

extension BlueprintChecker {
  private mutating func check(_ elements: [Blueprint.Element]) throws(JSONError) {
    for element in elements { try check(element) }
  }

  private mutating func check(_ element: Blueprint.Element) throws(JSONError) {
    guard reach.work.spend() else {
      throw .invalid(
        file: file, field: element.path, value: "one element too many" + callSites,
        expected: CheckingWork.expectation)
    }
    switch element.content {
    case .layer(_, let operands, _):
      for operand in operands { _ = try outcomes(of: operand) }
    case .call(let block, let arguments):
      let callers = reach.locals
      reach.locals = arguments.map { .expression($0, locals: callers) }
      calls.append(element.path)
      try check(blueprint.blocks[block].body)
      calls.removeLast()
      reach.locals = callers
    case .repetition(let count, let body):
      try checkRepetition(count, body)
    case .condition(let condition, let first, let second):
      _ = try outcomes(of: condition)
      try enter(first, where: condition, is: .flag(true))
      if let second { try enter(second, where: condition, is: .flag(false)) }
    case .choice(let operand, let cases):
      let texts = cases.map { ParameterValue.text($0.text) }
      for case .known(let value) in try outcomes(of: operand) where !texts.contains(value) {
        throw invalid(operand, value.json, expected: "a case for each value; none is \(value.json)")
      }
      for (text, branch) in cases { try enter(branch, where: operand, is: .text(text)) }
    case .residual(let body, let projection, let activation):
      if let activation { _ = try outcomes(of: activation) }
      try check(body)
      if let projection { try check(projection) }
    case .graph(let graph):
      for edge in graph.edges {
        _ = try outcomes(of: edge.choice)
        for operation in graph.operations {
          try enter(operation.branch, where: edge.choice, is: .text(operation.name))
        }
      }
    }
  }

  private mutating func checkRepetition(
    _ count: Blueprint.Operand, _ body: Blueprint.Branch
  ) throws(JSONError) {
    var greatest = 0
    var isKnown = true
    for outcome in try outcomes(of: count) {
      if case .known(let value) = outcome {
        greatest = max(greatest, value.whole)
      } else {
        isKnown = false
      }
    }
    let outer = reach
    if isKnown {
      reach.declareIndex(below: count.expression, atMost: greatest)
    } else {
      reach.locals.append(.unknown(.number))
    }
    if reach.isPossible { try checkTaken(body) }
    reach = outer
  }

  private mutating func enter(
    _ branch: Blueprint.Branch, where operand: Blueprint.Operand, is value: ParameterValue
  ) throws(JSONError) {
    let outer = reach
    reach.require(operand.expression, is: value)
    if reach.isPossible { try checkTaken(branch) }
    reach = outer
  }

  private mutating func checkTaken(_ branch: Blueprint.Branch) throws(JSONError) {
    takenBranches.insert(branch.path)
    try check(branch.elements)
  }
}

extension BlueprintChecker {
  /// Returns the values, in order of appearance, that a field can have where the checker is.
  ///
  /// - Throws: `JSONError.invalid` if one of them does not fulfil the requirement.
  private func outcomes(
    of operand: Blueprint.Operand
  ) throws(JSONError) -> [Expression.Outcome] {
    var outcomes: [Expression.Outcome] = []
    let expression = operand.expression
    let variables = reach.variables(of: expression)
    let isListed = try reach.forEachAssignment(of: variables) {
      assignment throws(JSONError) in
      let outcome: Expression.Outcome
      do throws(Expression.Failure) {
        outcome = try reach.outcome(of: expression, in: assignment)
      } catch {
        let circumstances = reach.circumstances(assignment, of: variables)
        let field = error.field ?? expression.field
        throw .invalid(
          file: field.file, field: field.path,
          value: "\(field.value)\(circumstances)\(callSites)", expected: error.expectation)
      }
      if outcomes.contains(outcome) { return }
      outcomes.append(outcome)
      switch outcome {
      case .known(let value) where operand.requirement.accepts(value): break
      case .unknown(let kind) where kind == operand.requirement.kind: break
      case .known(let value):
        throw invalid(
          operand, value.json + reach.circumstances(assignment, of: variables),
          expected: operand.requirement.expectation)
      case .unknown(let kind):
        throw invalid(operand, kind.rawValue, expected: operand.requirement.expectation)
      }
    }
    guard isListed else {
      throw invalid(
        operand, "a formula that depends on too many parameters",
        expected: "at most \(BlueprintReach.mostCombinations) combinations of values to check")
    }
    return outcomes
  }

  private func invalid(
    _ operand: Blueprint.Operand, _ value: String, expected: String
  ) -> JSONError {
    let field = operand.expression.field
    let isLiteral = if case .literal = operand.expression.root { true } else { false }
    return .invalid(
      file: field.file, field: field.path,
      value: (isLiteral ? value : "\(field.value) = \(value)") + callSites, expected: expected)
  }

  private var callSites: String {
    calls.isEmpty ? "" : " (called from \(calls.joined(separator: ", ")))"
  }
}

extension Blueprint {
  /// Every branch of the blocks and the blueprint, an outer one before those inside it.
  fileprivate var branches: [Branch] {
    (blocks.flatMap(\.body) + elements).flatMap(\.branches)
  }
}

extension Blueprint.Element {
  fileprivate var branches: [Blueprint.Branch] {
    switch content {
    case .layer, .call: []
    case .residual(let body, let projection, _):
      (body + (projection ?? [])).flatMap(\.branches)
    case .repetition(_, let body): body.withInner
    case .condition(_, let first, let second): first.withInner + (second?.withInner ?? [])
    case .choice(_, let cases): cases.flatMap(\.branch.withInner)
    case .graph(let graph): graph.operations.flatMap(\.branch.withInner)
    }
  }
}

extension Blueprint.Branch {
  /// The branch and those inside it.
  fileprivate var withInner: [Blueprint.Branch] { [self] + elements.flatMap(\.branches) }
}
