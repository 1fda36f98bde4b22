import FileFormats

/// What a blueprint's field holds: a literal, or a formula over names.
///
/// A formula is evaluated over whole numbers, fractions, texts and Booleans; the language is
/// documented in `SearchSpaces/README.md`, the grammar in `ExpressionParser.swift`.
struct Expression: Sendable {
  let root: Term
  /// Where the expression stands, for errors.
  let field: JSONField

  indirect enum Term: Hashable, Sendable {
    case literal(ParameterValue)
    case reference(Reference)
    case not(Term, position: Int)
    case binary(Operator, Term, Term, position: Int)
    case conditional(Term, then: Term, else: Term, position: Int)
    case call(Function, [Term], position: Int)
  }

  /// What a name stands for, found out when the file is read.
  enum Reference: Hashable, Sendable {
    case parameter(Int)
    /// A block's argument or a repetition's index, by its place in the frame.
    case local(Int)
    case builtIn(BuiltIn)
  }

  enum Operator: String, Hashable, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and
    case or
  }

  enum Function: String, CaseIterable, Hashable, Sendable {
    case max
    case min
    /// To the nearest whole number, halves away from zero.
    case round
  }
}

extension Expression {
  /// What an expression stands for at one place: a value, or a kind of value when the file is
  /// checked and the data set is not known yet.
  enum Outcome: Hashable, Sendable {
    typealias Kind = ParameterValue.Kind

    case known(ParameterValue)
    case unknown(Kind)

    var kind: Kind {
      switch self {
      case .known(let value): value.kind
      case .unknown(let kind): kind
      }
    }
  }

  /// Why an expression has no value.
  struct Failure: Error, Hashable {
    /// What was expected instead, in words.
    let expectation: String
    /// The expression that failed, when it is not the one evaluated: a block's argument.
    var field: JSONField?

    init(_ expectation: String, in field: JSONField? = nil) {
      self.expectation = expectation
      self.field = field
    }

    init(_ expectation: String, at position: Int) {
      self.init("\(expectation) (character \(position))")
    }

    /// A parameter was asked for where its condition does not hold.
    static func inactive(_ name: String) -> Failure {
      Failure("a parameter that has a meaning there, which $\(name) has not")
    }
  }

  /// The references that evaluation may ask for, in order, each once.
  var references: [Reference] {
    var references: [Reference] = []
    root.forEachReference { reference in
      if !references.contains(reference) { references.append(reference) }
    }
    return references
  }
}

extension Expression.Term {
  fileprivate func forEachReference(_ body: (Expression.Reference) -> Void) {
    switch self {
    case .literal: break
    case .reference(let reference): body(reference)
    case .not(let operand, _): operand.forEachReference(body)
    case .binary(_, let left, let right, _):
      left.forEachReference(body)
      right.forEachReference(body)
    case .conditional(let condition, let first, let second, _):
      condition.forEachReference(body)
      first.forEachReference(body)
      second.forEachReference(body)
    case .call(_, let arguments, _):
      for argument in arguments { argument.forEachReference(body) }
    }
  }
}
