import FileFormats

extension SearchSpace {
  /// Returns the space in which these decisions are made.
  ///
  /// It has the same parameters and keys, and of the architectures those that agree with the decisions wherever
  /// these have a meaning. A decision may leave others without a meaning.
  ///
  /// - Parameters:
  ///   - file: What errors call the file that makes the decisions.
  ///   - field: The field that holds them, by their parameters' names.
  /// - Throws: `JSONError` for a parameter or a value that the space does not have, and for a decision that has no
  ///   meaning next to the others.
  public func fixing(
    _ decisions: [FixedDecision], file: String, field: String
  ) throws(JSONError) -> SearchSpace {
    func invalid(
      _ decision: FixedDecision, _ value: String, _ expectation: String
    ) -> JSONError {
      .invalid(
        file: file, field: "\(field).\(decision.parameter)", value: value, expected: expectation)
    }
    var space = self
    for decision in decisions {
      guard let index = parameters.firstIndex(where: { $0.name == decision.parameter }) else {
        throw invalid(
          decision, "an unknown parameter",
          "one of those of the search space \(name): \(JSONError.list(parameters.map(\.name)))")
      }
      guard let choice = parameters[index].values.firstIndex(of: decision.value) else {
        throw invalid(
          decision, decision.value.json,
          "one of the values of \"\(decision.parameter)\": "
            + parameters[index].values.map(\.json).joined(separator: ", "))
      }
      space.fixedChoices[index] = choice
    }
    let idle = Census(of: parameters, fixed: space.fixedChoices).neverActive
    for decision in decisions
    where idle.contains(where: { parameters[$0].name == decision.parameter }) {
      throw invalid(
        decision, decision.value.json,
        "no value: next to the other fixed decisions \"\(decision.parameter)\" has no meaning")
    }
    space.references = []
    for reference in references {
      if let reason = space.contradiction(of: reference.architecture) {
        space.excludedReferences.append(ExcludedReference(reference: reference, reason: reason))
      } else {
        space.references.append(reference)
      }
    }
    return space
  }

  /// The decisions that are made, in the order of the parameters.
  public var fixedDecisions: [FixedDecision] {
    fixedChoices.sorted { $0.key < $1.key }.map { index, choice in
      FixedDecision(parameter: parameters[index].name, value: parameters[index].values[choice])
    }
  }

  /// The parameters that no architecture decides: those that are fixed, and those that have no meaning next to
  /// them.
  public var decidedParameters: Set<Int> {
    fixedChoices.isEmpty
      ? [] : Set(fixedChoices.keys).union(Census(of: parameters, fixed: fixedChoices).neverActive)
  }

  /// Whether a key stands for an architecture that contradicts a fixed decision.
  public func rulesOut(key: String) -> Bool {
    guard !fixedChoices.isEmpty else { return false }
    var open = self
    open.fixedChoices = [:]
    return (try? open.architecture(key: key)).map { contradiction(of: $0) != nil } ?? false
  }

  /// Returns which fixed decision an architecture of the open space contradicts, in words; nil if none.
  func contradiction(of architecture: Architecture) -> String? {
    contradiction { architecture.choices[$0] }
  }

  func contradiction(choosing choice: (Int) -> Int) -> String? {
    guard !fixedChoices.isEmpty else { return nil }
    let active = activity(choosing: choice)
    let index = parameters.indices.first { index in
      active[index] && fixedChoices[index].map { $0 != choice(index) } ?? false
    }
    return index.map { index in
      let (parameter, fixed) = (parameters[index], fixedChoices[index]!)
      return "\(parameter.name) is fixed to \(parameter.values[fixed].json), and here it is "
        + parameter.values[choice(index)].json
    }
  }
}

/// A reference design that contradicts a fixed decision.
public struct ExcludedReference: Hashable, Sendable {
  public let reference: Reference
  /// The contradiction, in words.
  public let reason: String
}
