import ParetoFronts
import RandomStreams
import SearchSpaces

/// Proposes neighbours of the best trials: Pareto local search.
///
/// A proposal differs in one decision from a measured trial that no other one dominates, of these from
/// the least explored: the one of whose neighbours the fewest were tried. Once all feasible neighbours
/// of such trials are tried, those of the trials that are then the best have their turn, and so on.
/// Where several are equal, chance decides. Trials that violate a constraint or the limit of a
/// measured cost come after all others.
///
/// Source: Paquete, Chiarandini and Stützle, "Pareto local optimum sets in the biobjective traveling
/// salesman problem: an experimental study", 2004, doi:10.1007/978-3-642-17144-4_7. There a solution's
/// whole neighbourhood is tried at once; here one neighbour at a time, since each is a training.
public struct LocalSampler: Sampler {
  private let initialTrials: Int

  /// Appraisals that are left for a search of the whole space if no neighbour is feasible.
  private static let reserve = 2000

  /// Creates the sampler; the first `initialTrials` trials are random.
  public init(initialTrials: Int = 5) {
    precondition(initialTrials >= 0, "a number of trials is not negative, got \(initialTrials)")
    self.initialTrials = initialTrials
  }

  public func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    guard history.hasTried(initialTrials) else {
      return try RandomSampler().propose(in: session, history: history, trial: trial, seed: seed)
    }
    let problem = session.problem
    var random = RandomStream(seed: seed, purpose: "local sampler", trial)
    var search = CandidateSearch(session: session, history: history)
    var left = session.measuredTrials(in: history.observations)
    while !left.isEmpty && search.budget > LocalSampler.reserve {
      let best = takeBest(of: &left, problem)
      for origin in leastExploredFirst(
        best, problem.space, tried: history.tried, using: &random)
      {
        for neighbor in problem.space.neighbors(of: origin).shuffled(using: &random)
        where search.budget > LocalSampler.reserve && search.consider(neighbor) {
          return .architecture(neighbor)
        }
      }
    }
    return search.remainingProposal(using: &random)
  }

  /// Takes out of the trials those that no other one dominates and returns them.
  private func takeBest(
    of trials: inout [MeasuredTrial], _ problem: ProposalProblem
  ) -> [Architecture] {
    let feasible = trials.indices.filter { trials[$0].isFeasible(problem) }
    let compared = feasible.isEmpty ? Array(trials.indices) : feasible
    let points = compared.map { [trials[$0].value] + trials[$0].scaledCosts(problem).map(-) }
    let best = Set(nonDominatedIndices(of: points).map { compared[$0] })
    let architectures = best.sorted().map { trials[$0].architecture }
    trials = trials.indices.filter { !best.contains($0) }.map { trials[$0] }
    return architectures
  }

  /// Returns each of the architectures once, by how many of its neighbours were tried, equal ones in
  /// random order.
  private func leastExploredFirst(
    _ architectures: [Architecture], _ space: SearchSpace, tried: Set<Architecture>,
    using random: inout RandomStream
  ) -> [Architecture] {
    var met: Set<Architecture> = []
    let origins = architectures.filter { met.insert($0).inserted }.shuffled(using: &random)
    let explored = origins.map { space.neighbors(of: $0).count(where: tried.contains) }
    return origins.indices.sorted { (explored[$0], $0) < (explored[$1], $1) }.map { origins[$0] }
  }
}
