import HardwareProfiles
import SearchSpaces

/// Why no student keeps the constraints: what each of them costs alone, and which decisions of the nearest
/// student would have to give.
///
/// Looks at every student of a space that is small enough to list, otherwise at a random sample and at
/// what changes of single decisions lead to.
struct InfeasibilityDiagnosis {
  let pricing: StudentPricing
  let screened: JournalEvent.Screened
  /// Students drawn at random.
  let sample: [Architecture]

  enum Outcome {
    /// A student was found that keeps everything.
    case feasible(Architecture)
    case infeasible(JournalEvent.NothingFeasible)
  }

  private typealias NothingFeasible = JournalEvent.NothingFeasible

  private struct Student {
    let architecture: Architecture
    let costs: Costs
  }

  /// Spaces of more points are not listed.
  private static let enumerationLimit = 20_000
  private static let mostSteps = 20

  private var space: SearchSpace { pricing.inputs.space }

  /// Returns what can be said of the students that violate the constraints least, the least first.
  func outcome(of least: [Architecture]) -> Outcome {
    let nearest = least.compactMap(student)
    var nothing = NothingFeasible(
      leastInfeasible: nearest.compactMap { student in
        pricing.binding(student.costs).map { binding in
          NothingFeasible.Nearest(
            key: space.key(of: student.architecture), costs: student.costs,
            binding: binding.constraint.description, excess: binding.excess)
        }
      })
    guard let first = nearest.first else { return .infeasible(nothing) }
    let path = descent(from: first) { pricing.violation($0) }
    if let end = path.last, pricing.violation(end.costs) == 0 {
      return .feasible(end.architecture)
    }
    let all = space.allArchitectures(limit: InfeasibilityDiagnosis.enumerationLimit)
    let pool = nearest + (all ?? sample).compactMap(student)
    var (limits, changes) = ([NothingFeasible.Limit](), [NothingFeasible.Change]())
    for constraint in distinct(pricing.limits(for: first.costs)) {
      func violation(_ costs: Costs) -> Double { pricing.violation(constraint, costs) }
      let rejected = screened.rejections[constraint.description] ?? 0
      let isViolated = violation(first.costs) > 0
      guard rejected > 0 || isViolated else { continue }
      var ends = pool.min { violation($0.costs) < violation($1.costs) }.map { [$0] } ?? []
      if let start = ends.first { ends += descent(from: start, by: violation).suffix(1) }
      if isViolated {
        let path = descent(from: first, by: violation)
        changes += steps(of: path, for: constraint)
        ends += path.suffix(1)
      }
      guard let best = ends.min(by: { violation($0.costs) < violation($1.costs) }),
        let cost = cost(constraint, best.costs)
      else { continue }
      limits.append(
        NothingFeasible.Limit(
          constraint: constraint.description, rejected: rejected,
          key: space.key(of: best.architecture), cost: cost, excess: violation(best.costs)))
    }
    nothing.limits = limits
    nothing.changes = changes
    nothing.isExhaustive = all != nil
    return .infeasible(nothing)
  }

  private func student(_ architecture: Architecture) -> Student? {
    pricing.costs(of: architecture).map { Student(architecture: architecture, costs: $0) }
  }

  private func cost(_ constraint: Constraint, _ costs: Costs) -> CostValue? {
    try? constraint.decisive(of: costs, at: pricing.inputs.definition.confidence)
  }

  private func distinct(_ constraints: [Constraint]) -> [Constraint] {
    var seen: Set<Constraint> = []
    return constraints.filter { seen.insert($0).inserted }
  }

  /// Returns the students on the way from `start`, itself included, changing at each step the one decision
  /// that lowers a violation most; it ends where the violation is 0 or no decision lowers it.
  private func descent(
    from start: Student, by violation: (Costs) -> Double
  ) -> [Student] {
    var path = [start]
    var current = violation(start.costs)
    while current > 0 && path.count <= InfeasibilityDiagnosis.mostSteps {
      var best: (student: Student, violation: Double, sum: Double)?
      for architecture in space.neighbors(of: path[path.count - 1].architecture) {
        guard let student = student(architecture) else { continue }
        // Of those that lower it as much, the one that does least harm elsewhere.
        let (own, sum) = (violation(student.costs), pricing.violation(student.costs))
        if best.map({ (own, sum) < ($0.violation, $0.sum) }) ?? true {
          best = (student, own, sum)
        }
      }
      guard let best, best.violation < current else { break }
      path.append(best.student)
      current = best.violation
    }
    return path
  }

  private func steps(
    of path: [Student], for constraint: Constraint
  ) -> [NothingFeasible.Change] {
    zip(path, path.dropFirst()).compactMap { before, after in
      guard
        let index = space.parameters.indices.first(where: {
          // The changed decision stands before all those that it gives or takes a meaning.
          before.architecture.choices[$0] != after.architecture.choices[$0]
        }), let costBefore = cost(constraint, before.costs),
        let costAfter = cost(constraint, after.costs)
      else { return nil }
      let parameter = space.parameters[index]
      let binding = pricing.binding(after.costs)
      return NothingFeasible.Change(
        constraint: constraint.description, parameter: parameter.name,
        from: "\(parameter.values[before.architecture.choices[index]])",
        to: "\(parameter.values[after.architecture.choices[index]])",
        before: costBefore, after: costAfter, excess: pricing.violation(constraint, after.costs),
        binding: binding?.constraint.description, bindingExcess: binding?.excess)
    }
  }
}
