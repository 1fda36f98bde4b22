/// What decides whether a place of the blueprint is reached, and what names mean there.
struct BlueprintReach {
  /// The most combinations of values that are listed for one field.
  static let mostCombinations = 1_000_000

  /// Something that has different values in different architectures or repetitions.
  enum Variable: Hashable {
    case parameter(Int)
    /// A repetition's index, by its number in `indexCounts`.
    case index(Int)
  }

  /// What a local name means.
  indirect enum Local {
    /// An argument: the caller's formula and what names mean there.
    case expression(Expression, locals: [Local])
    case index(Int)
    case unknown(ParameterValue.Kind)
  }

  /// Something that holds wherever the place is reached.
  private struct Guard {
    enum Content {
      case equals(ParameterValue)
      /// The value is greater than that of a repetition's index.
      case exceeds(index: Int)
    }

    let expression: Expression
    let locals: [Local]
    let content: Content
    let variables: Set<Variable>
  }

  /// One combination: a choice per parameter, nil if inactive or not asked for, and the indices.
  struct Assignment {
    fileprivate(set) var choices: [Int?]
    fileprivate(set) var indices: [Int]
  }

  private let parameters: [Parameter]
  /// Shared by all places that are reached from this one.
  let work = CheckingWork()
  var locals: [Local] = []
  private var guards: [Guard] = []
  /// For each repetition around the place, the greatest number of times it is repeated.
  private var indexCounts: [Int] = []

  init(parameters: [Parameter]) { self.parameters = parameters }
}

extension BlueprintReach {
  /// Goes on to a place that is reached only where `expression` has this value.
  mutating func require(_ expression: Expression, is value: ParameterValue) {
    guards.append(
      Guard(
        expression: expression, locals: locals, content: .equals(value),
        variables: variables(of: expression)))
  }

  /// Goes on into a repetition: the next local is its index.
  mutating func declareIndex(below count: Expression, atMost greatest: Int) {
    let index = indexCounts.count
    guards.append(
      Guard(
        expression: count, locals: locals, content: .exceeds(index: index),
        variables: variables(of: count).union([.index(index)])))
    indexCounts.append(greatest)
    locals.append(.index(index))
  }

  /// Whether some combination of values reaches the place, as far as is known.
  var isPossible: Bool {
    guard let last = guards.last else { return true }
    var isPossible = false
    let isListed = forEachAssignment(of: last.variables) { _ in isPossible = true }
    return isPossible || !isListed
  }

  /// Returns what the value of an expression depends on.
  func variables(of expression: Expression) -> Set<Variable> {
    variables(of: expression, locals: locals)
  }

  private func variables(of expression: Expression, locals: [Local]) -> Set<Variable> {
    var variables: Set<Variable> = []
    // Arguments that name arguments twice, over many calls, would take for ever.
    guard work.spend() else { return variables }
    for reference in expression.references {
      switch reference {
      case .parameter(let index): variables.insert(.parameter(index))
      case .builtIn: break
      case .local(let index):
        switch locals[index] {
        case .expression(let argument, let callers):
          variables.formUnion(self.variables(of: argument, locals: callers))
        case .index(let index): variables.insert(.index(index))
        case .unknown: break
        }
      }
    }
    return variables
  }
}

extension BlueprintReach {
  /// Returns the value of an expression for one combination.
  func outcome(
    of expression: Expression, in assignment: Assignment
  ) throws(Expression.Failure) -> Expression.Outcome {
    try outcome(of: expression, locals: locals, in: assignment)
  }

  private func outcome(
    of expression: Expression, locals: [Local], in assignment: Assignment
  ) throws(Expression.Failure) -> Expression.Outcome {
    guard work.spend() else {
      throw Expression.Failure(CheckingWork.expectation, in: expression.field)
    }
    do {
      return try expression.evaluate { reference throws(Expression.Failure) in
        switch reference {
        case .builtIn:
          return .unknown(.number)
        case .parameter(let index):
          guard let choice = assignment.choices[index] else {
            throw .inactive(parameters[index].name)
          }
          return .known(parameters[index].values[choice])
        case .local(let index):
          switch locals[index] {
          case .expression(let argument, let callers):
            return try outcome(of: argument, locals: callers, in: assignment)
          case .index(let index): return .known(.integer(assignment.indices[index]))
          case .unknown(let kind): return .unknown(kind)
          }
        }
      }
    } catch {
      throw Expression.Failure(error.expectation, in: error.field ?? expression.field)
    }
  }

  /// Returns whether a guard holds; also if that is not known yet.
  private func holds(_ guarded: Guard, in assignment: Assignment) -> Bool {
    let outcome = try? outcome(of: guarded.expression, locals: guarded.locals, in: assignment)
    // A formula without a value has been reported where it stands; nothing behind it is reached.
    guard let outcome else { return false }
    guard case .known(let value) = outcome else { return true }
    switch guarded.content {
    case .equals(let wanted): return value == wanted
    case .exceeds(let index): return value.whole > assignment.indices[index]
    }
  }
}

extension BlueprintReach {
  /// Calls `body` for each combination of values of `variables` that reaches the place.
  ///
  /// - Returns: False, without any call, if there are more than `mostCombinations`.
  func forEachAssignment<Failure: Error>(
    of variables: Set<Variable>, _ body: (Assignment) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    let (variables, guards) = closure(of: variables)
    // A parameter's conditions name earlier parameters, so ascending order decides those first.
    let parameterIndices = parameters.indices.filter { variables.contains(.parameter($0)) }
    let indexNumbers = indexCounts.indices.filter { variables.contains(.index($0)) }
    let combinations =
      parameterIndices.reduce(1.0) { $0 * Double(parameters[$1].values.count) }
      * indexNumbers.reduce(1.0) { $0 * Double(indexCounts[$1]) }
    guard combinations <= Double(BlueprintReach.mostCombinations) else { return false }
    var assignment = Assignment(
      choices: Array(repeating: nil, count: parameters.count),
      indices: Array(repeating: 0, count: indexCounts.count))

    func assign(_ position: Int) throws(Failure) {
      if position < parameterIndices.count {
        let index = parameterIndices[position]
        assignment.choices[index] = nil
        let isActive = parameters[index].conditions.allSatisfy { condition in
          assignment.choices[condition.parameter].map(condition.choices.contains) ?? false
        }
        guard isActive else { return try assign(position + 1) }
        for choice in parameters[index].values.indices {
          assignment.choices[index] = choice
          try assign(position + 1)
        }
      } else if position < parameterIndices.count + indexNumbers.count {
        let index = indexNumbers[position - parameterIndices.count]
        for value in 0..<indexCounts[index] {
          assignment.indices[index] = value
          try assign(position + 1)
        }
      } else if guards.allSatisfy({ holds($0, in: assignment) }) {
        try body(assignment)
      }
    }
    try assign(0)
    return true
  }

  /// Returns the variables, those that decide with them whether the place is reached, and the
  /// guards that are decided by them or by nothing.
  private func closure(
    of variables: Set<Variable>
  ) -> (variables: Set<Variable>, guards: [Guard]) {
    var closure = variables
    var size = -1
    while size < closure.count {
      size = closure.count
      for (index, parameter) in parameters.enumerated() where closure.contains(.parameter(index)) {
        closure.formUnion(parameter.conditions.map { .parameter($0.parameter) })
      }
      for guarded in guards where !guarded.variables.isDisjoint(with: closure) {
        closure.formUnion(guarded.variables)
      }
    }
    return (
      closure, guards.filter { $0.variables.isEmpty || !$0.variables.isDisjoint(with: closure) }
    )
  }

  /// Returns the values of the variables in words, such as ` where depth = 2 and index = 1`.
  func circumstances(_ assignment: Assignment, of variables: Set<Variable>) -> String {
    var asked = variables
    // Of an inactive parameter, the values that make it so are of interest.
    for (index, parameter) in parameters.enumerated().reversed()
    where asked.contains(.parameter(index)) && assignment.choices[index] == nil {
      asked.formUnion(parameter.conditions.map { .parameter($0.parameter) })
    }
    var words: [String] = []
    for (index, parameter) in parameters.enumerated() where asked.contains(.parameter(index)) {
      if let choice = assignment.choices[index] {
        words.append("\(parameter.name) = \(parameter.values[choice].json)")
      }
    }
    for index in indexCounts.indices where asked.contains(.index(index)) {
      words.append("index = \(assignment.indices[index])")
    }
    return words.isEmpty ? "" : " where " + words.joined(separator: " and ")
  }
}
