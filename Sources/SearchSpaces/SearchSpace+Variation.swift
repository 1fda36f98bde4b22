import RandomStreams

/// The most decisions that one mutation changes by itself.
private let mostMutations = 3

extension SearchSpace {
  /// Returns the architectures that differ in one active decision that is not fixed.
  ///
  /// Parameters come in the order of the space; the other values of an ordinal parameter by their
  /// distance (the smaller value first), those of a categorical one as listed. A decision that gets
  /// a meaning only by the change takes its first value, so `a` may be a neighbor of `b` without `b`
  /// being one of `a`. No architecture comes twice, and `architecture` itself does not come.
  public func neighbors(of architecture: Architecture) -> [Architecture] {
    let active = activity(of: architecture)
    var neighbors: [Architecture] = []
    for (index, parameter) in parameters.enumerated()
    where active[index] && fixedChoices[index] == nil {
      let current = architecture.choices[index]
      var others = parameter.values.indices.filter { $0 != current }
      if parameter.scale == .ordinal {
        others.sort { (abs($0 - current), $0) < (abs($1 - current), $1) }
      }
      for other in others {
        var choices = architecture.choices
        choices[index] = other
        neighbors.append(self.architecture(choices: choices))
      }
    }
    return neighbors
  }

  /// Returns an architecture with one to three decisions of `architecture` changed.
  ///
  /// One decision in half of the cases, two and three in a quarter each. An ordinal decision moves
  /// to an adjacent value in half of the cases and otherwise, like a categorical one, to any other.
  /// A decision that gets a meaning only by the change is drawn uniformly. The result never equals
  /// `architecture`, unless the space has no second point.
  public func mutated(
    _ architecture: Architecture, using random: inout RandomStream
  ) -> Architecture {
    let wasActive = activity(of: architecture)
    var candidates = parameters.indices.filter {
      wasActive[$0] && parameters[$0].values.count > 1 && fixedChoices[$0] == nil
    }
    let wanted = [1, 1, 2, mostMutations][random.integer(below: 4)]
    var changed: [Int: Int] = [:]
    for _ in 0..<min(wanted, candidates.count) {
      let index = candidates.remove(at: random.integer(below: candidates.count))
      changed[index] = otherChoice(for: index, than: architecture.choices[index], using: &random)
    }
    // The first changed decision stays active, since all before it are as they were: the result
    // differs from the argument.
    return self.architecture { index in
      if let choice = changed[index] { return choice }
      return wasActive[index]
        ? architecture.choices[index] : random.integer(below: parameters[index].values.count)
    }
  }

  /// Returns an architecture that takes each decision from one of two parents, by a fair coin.
  ///
  /// A decision that only one parent has made is taken from it; one that neither has made, but that
  /// has a meaning in the child, is drawn uniformly.
  public func crossover(
    _ first: Architecture, _ second: Architecture, using random: inout RandomStream
  ) -> Architecture {
    let activeInFirst = activity(of: first)
    let activeInSecond = activity(of: second)
    return architecture { index in
      switch (activeInFirst[index], activeInSecond[index]) {
      case (true, true): (random.integer(below: 2) == 0 ? first : second).choices[index]
      case (true, false): first.choices[index]
      case (false, true): second.choices[index]
      case (false, false): random.integer(below: parameters[index].values.count)
      }
    }
  }

  private func otherChoice(
    for index: Int, than current: Int, using random: inout RandomStream
  ) -> Int {
    let values = parameters[index].values.indices
    if parameters[index].scale == .ordinal, random.integer(below: 2) == 0 {
      let adjacent = [current - 1, current + 1].filter(values.contains)
      return adjacent[random.integer(below: adjacent.count)]
    }
    let other = random.integer(below: values.count - 1)
    return other < current ? other : other + 1
  }
}
