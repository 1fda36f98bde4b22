extension Expression {
  typealias Lookup = (Reference) throws(Failure) -> Outcome

  /// Returns the value of the expression, with names standing for what `lookup` says.
  ///
  /// A part whose value does not matter is not evaluated: the right side of `false and …` and
  /// `true or …`, and the branch of `?:` that is not taken.
  func evaluate(_ lookup: Lookup) throws(Failure) -> Outcome {
    try root.evaluate(lookup)
  }
}

extension Expression.Term {
  fileprivate typealias Failure = Expression.Failure
  fileprivate typealias Outcome = Expression.Outcome

  fileprivate func evaluate(_ lookup: Expression.Lookup) throws(Failure) -> Outcome {
    switch self {
    case .literal(let value):
      return .known(value)
    case .reference(let reference):
      return try lookup(reference)
    case .not(let operand, let position):
      let flag = try operand.flag(lookup, around: position)
      return flag.map { .known(.flag(!$0)) } ?? .unknown(.flag)
    case .binary(let symbol, let left, let right, let position):
      switch symbol {
      case .and, .or:
        return try Self.logic(symbol, left, right, lookup, position)
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
        return try Self.comparison(
          symbol, left.evaluate(lookup), right.evaluate(lookup), position)
      case .add, .subtract, .multiply, .divide, .remainder:
        return try Self.arithmetic(
          symbol, left.evaluate(lookup), right.evaluate(lookup), position)
      }
    case .conditional(let condition, let first, let second, let position):
      if let flag = try condition.flag(lookup, around: position) {
        return try (flag ? first : second).evaluate(lookup)
      }
      let (one, other) = (try first.evaluate(lookup), try second.evaluate(lookup))
      guard one.kind == other.kind else {
        throw Failure("two values of one kind around ':'", at: position)
      }
      return one == other ? one : .unknown(one.kind)
    case .call(let function, let arguments, let position):
      var outcomes: [Outcome] = []
      for argument in arguments { outcomes.append(try argument.evaluate(lookup)) }
      return try Self.call(function, outcomes, position)
    }
  }

  /// Returns the Boolean that this operand of a logical operator is, nil if it is not known yet.
  private func flag(
    _ lookup: Expression.Lookup, around position: Int
  ) throws(Failure) -> Bool? {
    switch try evaluate(lookup) {
    case .known(.flag(let flag)): return flag
    case .unknown(.flag): return nil
    default: throw Failure("true or false for this operator", at: position)
    }
  }

  private static func logic(
    _ symbol: Expression.Operator, _ left: Self, _ right: Self, _ lookup: Expression.Lookup,
    _ position: Int
  ) throws(Failure) -> Outcome {
    let decisive = symbol == .or
    let first = try left.flag(lookup, around: position)
    if first == decisive { return .known(.flag(decisive)) }
    let second = try right.flag(lookup, around: position)
    if second == decisive { return .known(.flag(decisive)) }
    return first == nil || second == nil ? .unknown(.flag) : .known(.flag(!decisive))
  }

  private static func comparison(
    _ symbol: Expression.Operator, _ left: Outcome, _ right: Outcome, _ position: Int
  ) throws(Failure) -> Outcome {
    guard left.kind == right.kind else {
      throw Failure("two values of one kind around '\(symbol.rawValue)'", at: position)
    }
    let needsOrder = symbol != .equal && symbol != .notEqual
    guard !needsOrder || left.kind == .number else {
      throw Failure("numbers around '\(symbol.rawValue)'", at: position)
    }
    guard case .known(let x) = left, case .known(let y) = right else { return .unknown(.flag) }
    let (a, b) = (x.number ?? 0, y.number ?? 0)
    let result =
      switch symbol {
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      case .notEqual: x != y
      default: x == y
      }
    return .known(.flag(result))
  }
}

extension Expression.Term {
  private static func arithmetic(
    _ symbol: Expression.Operator, _ left: Outcome, _ right: Outcome, _ position: Int
  ) throws(Failure) -> Outcome {
    guard left.kind == .number, right.kind == .number else {
      throw Failure("numbers around '\(symbol.rawValue)'", at: position)
    }
    if symbol == .divide || symbol == .remainder, right == .known(.integer(0)) {
      throw Failure("no division by zero", at: position)
    }
    guard case .known(let x) = left, case .known(let y) = right else { return .unknown(.number) }
    if case .integer(let a) = x, case .integer(let b) = y {
      let (result, overflows) =
        switch symbol {
        case .add: a.addingReportingOverflow(b)
        case .subtract: a.subtractingReportingOverflow(b)
        case .multiply: a.multipliedReportingOverflow(by: b)
        case .divide: a.dividedReportingOverflow(by: b)
        default: a.remainderReportingOverflow(dividingBy: b)
        }
      guard !overflows else { throw Failure("a number that fits 64 bits", at: position) }
      return .known(.integer(result))
    }
    let (a, b) = (x.number ?? 0, y.number ?? 0)
    let result =
      switch symbol {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      default: a.truncatingRemainder(dividingBy: b)
      }
    return .known(try value(result, position))
  }

  private static func call(
    _ function: Expression.Function, _ arguments: [Outcome], _ position: Int
  ) throws(Failure) -> Outcome {
    var numbers: [Double] = []
    for argument in arguments {
      guard argument.kind == .number else {
        throw Failure("numbers as arguments of \(function.rawValue)", at: position)
      }
      if case .known(let value) = argument, let number = value.number { numbers.append(number) }
    }
    guard numbers.count == arguments.count, let first = numbers.first else {
      return .unknown(.number)
    }
    let result =
      switch function {
      case .max: numbers.reduce(first, Swift.max)
      case .min: numbers.reduce(first, Swift.min)
      case .round: first.rounded()
      }
    return .known(try value(result, position))
  }

  /// Returns a number as a value: an integer if it is whole.
  private static func value(_ number: Double, _ position: Int) throws(Failure) -> ParameterValue {
    guard number.isFinite else { throw Failure("a finite number", at: position) }
    return Int(exactly: number).map(ParameterValue.integer) ?? .number(number)
  }
}
