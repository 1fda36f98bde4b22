import RandomStreams
import SearchSpaces

/// The search for architectures that one proposal may choose from: feasible, untried, each once.
///
/// Counts the appraisals it asks for, and remembers the least infeasible architectures: they
/// guide the search where feasible ones are rare.
struct CandidateSearch {
  private let session: SearchSession
  /// How many more appraisals may be asked for.
  private(set) var budget = 4000
  /// The feasible, untried architectures found, in the order of finding.
  private(set) var candidates: [Candidate] = []

  /// What was met here; what is in the history is not in it.
  private var met: Set<Architecture> = []
  private let history: SearchHistory
  /// The infeasible architectures with the least violation, that first; the earlier found of
  /// equals.
  private var leastInfeasible: [(architecture: Architecture, violation: Double)] = []

  init(session: SearchSession, history: SearchHistory) {
    self.session = session
    self.history = history
  }

  /// The architectures to choose from.
  var space: SearchSpace { session.problem.space }

  /// Appraises an architecture unless it is in the history, met before or over the budget.
  ///
  /// - Returns: Whether it became a candidate.
  @discardableResult
  mutating func consider(_ architecture: Architecture) -> Bool {
    guard budget > 0, isNew(architecture) else { return false }
    budget -= 1
    return appraise(architecture)
  }

  /// Makes candidates of all feasible untried architectures of a space small enough to list them.
  ///
  /// - Returns: Whether it is; if not, nothing has been done.
  mutating func considerAll() -> Bool {
    guard let all = session.enumeration else { return false }
    for architecture in all where isNew(architecture) { appraise(architecture) }
    return true
  }

  /// Whether an architecture is neither in the history nor was met before; it is met now.
  private mutating func isNew(_ architecture: Architecture) -> Bool {
    !history.tried.contains(architecture) && met.insert(architecture).inserted
  }

  /// Looks for feasible architectures by mutating the least infeasible, until there are `wanted`
  /// candidates or `effort` more appraisals are spent.
  mutating func repair(wanted: Int, effort: Int, using random: inout RandomStream) {
    let floor = max(0, budget - effort)
    // Children may all have been met before, so rounds are bounded as well as appraisals.
    for _ in 0..<100 where candidates.count < wanted && budget > floor {
      for parent in leastInfeasible {
        for _ in 0..<8 where budget > floor {
          consider(space.mutated(parent.architecture, using: &random))
        }
      }
    }
  }

  /// Returns a proposal of any untried feasible architecture, or what follows from finding none: by
  /// listing the space, or else by uniform draws for half of the budget and repairs for the rest.
  mutating func remainingProposal(using random: inout RandomStream) -> Proposal? {
    if !considerAll() {
      for _ in 0..<budget / 2 where candidates.isEmpty {
        consider(space.randomArchitecture(using: &random))
      }
      repair(wanted: 1, effort: budget, using: &random)
    }
    if !candidates.isEmpty {
      return .architecture(candidates[random.integer(below: candidates.count)].architecture)
    }
    // Something feasible has been tried already, so the space is exhausted and not infeasible.
    if history.hasTried(1) { return nil }
    var listed: Set<Architecture> = []
    for architecture in history.architectures where listed.insert(architecture).inserted {
      // Recorded as infeasible under constraints that have changed since.
      if appraise(architecture) { return nil }
    }
    return .infeasible(
      leastInfeasible: leastInfeasible.prefix(CandidateSearch.reportedCount).map(\.architecture))
  }

  private static let rememberedCount = 16
  private static let reportedCount = 5

  @discardableResult
  private mutating func appraise(_ architecture: Architecture) -> Bool {
    let appraisal = session.appraisal(of: architecture)
    if appraisal.isFeasible {
      candidates.append(Candidate(architecture: architecture, appraisal: appraisal))
      return true
    }
    let violation = appraisal.violation.isNaN ? .infinity : appraisal.violation
    let position =
      leastInfeasible.firstIndex { violation < $0.violation } ?? leastInfeasible.count
    if position < CandidateSearch.rememberedCount {
      leastInfeasible.insert((architecture, violation), at: position)
      if leastInfeasible.count > CandidateSearch.rememberedCount { leastInfeasible.removeLast() }
    }
    return false
  }
}
